package dev.gitfs.testkit;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The server's end of one HTTP/1.1 connection. Written for this package because a test must be able
 * to break an answer at any byte, which no ready-made server lets it do.
 */
final class HttpConnection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private boolean chunked = true;
  private boolean last;

  HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream(), 80 << 10);
  }

  /**
   * One request, its body read to the end.
   *
   * @param headers by lower-case name
   */
  record Incoming(String method, String target, Map<String, String> headers, byte[] body) {}

  /** The next request, or nothing when the client has closed the connection. */
  Optional<Incoming> read() throws IOException {
    var requestLine = line();
    if (requestLine.isEmpty()) {
      return Optional.empty();
    }
    var parts = requestLine.split(" ");
    var headers = headers();
    if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
    return Optional.of(new Incoming(parts[0], parts[1], headers, body(headers)));
  }

  private Map<String, String> headers() throws IOException {
    return headers(in);
  }

  /** Reads header lines up to the empty one. */
  static Map<String, String> headers(InputStream in) throws IOException {
    var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      var colon = line.indexOf(':');
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      var body = new ByteArrayOutputStream();
      for (var size = chunkSize(); size > 0; size = chunkSize()) {
        body.write(in.readNBytes(size));
        line();
      }
      line();
      return body.toByteArray();
    }
    var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    var body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("request ended after " + body.length + " of " + length + " bytes");
    }
    return body;
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line().split(";")[0].strip(), 16);
  }

  private String line() throws IOException {
    return line(in);
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (var b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  /**
   * How the next answer is sent.
   *
   * @param http10 by HTTP/1.0, whose bodies end with the connection
   * @param last saying that the connection ends after it
   */
  void speaks(boolean http10, boolean last) {
    chunked = !http10;
    this.last = last;
  }

  /** Sends status and headers; the body follows in chunks. */
  void begin(int status, Map<String, String> headers) throws IOException {
    var head =
        new StringBuilder(chunked ? "HTTP/1.1 " : "HTTP/1.0 ").append(status + " Answer\r\n");
    headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    if (chunked) {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    if (last && chunked) {
      head.append("Connection: close\r\n");
    }
    head.append("\r\n");
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends a part of the body. */
  void chunk(byte[] bytes, int offset, int length) throws IOException {
    if (!chunked) {
      out.write(bytes, offset, length);
    } else if (length > 0) {
      out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(bytes, offset, length);
      out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  void flush() throws IOException {
    out.flush();
  }

  /** Ends the body and with it the answer. */
  void end() throws IOException {
    if (chunked) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.flush();
  }

  /** Sends a whole answer without a body. */
  void answer(int status, Map<String, String> headers) throws IOException {
    begin(status, headers);
    end();
  }

  /** Breaks the connection the hard way: the client's next read or write fails. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed it is.
    }
  }
}
