package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy, with tunnels and without, that writes down what passes. */
final class Proxy implements AutoCloseable {

  private final ServerSocket listener;
  private final Optional<String> authorization;
  private volatile String offer = "Basic realm=\"p\"";
  private final List<String> heads = new CopyOnWriteArrayList<>();

  /**
   * @param authorization what {@code Proxy-Authorization} must be, if anything
   */
  Proxy(Optional<String> authorization) throws IOException {
    this.authorization = authorization;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::accept);
  }

  /** Asks for credentials of another scheme than Basic. */
  Proxy offering(String challenge) {
    offer = challenge;
    return this;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Request lines with headers, as they came, in lower case. */
  List<String> heads() {
    return heads;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var client = listener.accept();
        Thread.ofPlatform().daemon().start(() -> serve(client));
      } catch (IOException e) {
        // Closed; the loop ends.
      }
    }
  }

  /** One exchange, or one tunnel, for each connection. */
  private void serve(Socket client) {
    try (client) {
      var in = client.getInputStream();
      var lines = new ArrayList<String>();
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        lines.add(line);
      }
      String head = String.join("\n", lines).toLowerCase(Locale.ROOT);
      heads.add(head);
      if (authorization.isPresent()
          && lines.stream()
              .noneMatch(("Proxy-Authorization: " + authorization.get())::equalsIgnoreCase)) {
        answer(client, "407 Proxy Authentication Required\r\nProxy-Authenticate: " + offer);
        return;
      }
      String[] request = lines.getFirst().split(" ");
      if (request[0].equals("CONNECT")) {
        String[] target = request[1].split(":");
        try (var server = new Socket(target[0], Integer.parseInt(target[1]))) {
          client.getOutputStream().write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(ISO_8859_1));
          join(client, server);
        }
      } else {
        var target = URI.create(request[1]);
        var origin = HttpOrigin.of(target).orElseThrow();
        try (var server = new Socket(origin.host(), origin.port())) {
          var out = server.getOutputStream();
          lines.set(0, request[0] + " " + target.getRawPath() + query(target) + " HTTP/1.1");
          lines.removeIf(line -> line.startsWith("Proxy-"));
          out.write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
          out.write(in.readNBytes(contentLength(lines)));
          server.shutdownOutput();
          server.getInputStream().transferTo(client.getOutputStream());
        }
      }
    } catch (IOException e) {
      // One of the two has gone: so does the other.
    }
  }

  private static int contentLength(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("Content-Length: "))
        .mapToInt(line -> Integer.parseInt(line.substring(16)))
        .sum();
  }

  private static String query(URI target) {
    return target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
  }

  private static void answer(Socket client, String status) throws IOException {
    client
        .getOutputStream()
        .write(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n").getBytes(ISO_8859_1));
  }

  private static void join(Socket client, Socket server) throws IOException {
    Thread.ofPlatform().daemon().start(() -> copy(client, server));
    server.getInputStream().transferTo(client.getOutputStream());
  }

  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
    } catch (IOException e) {
      // The other direction notices.
    }
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
      if (octet != '\r') {
        line.append((char) octet);
      }
    }
    return line.toString();
  }
}
