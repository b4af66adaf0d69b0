package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/**
 * How a body was compressed for its way, as RFC 9110 (8.4) has it: any number of codings, in any
 * case, in one header or several.
 */
final class ContentCoding {

  private ContentCoding() {}

  /**
   * The body as it was before it was coded. Nothing is read before the reader reads: an empty body
   * is coded in no way, whatever its headers say, and responses to refusals and redirects often are
   * empty and say so.
   */
  static InputStream decoded(HttpHeaders headers, InputStream body) {
    var codings = new ArrayList<String>();
    for (String value : headers.allValues("Content-Encoding")) {
      for (String coding : value.split(",")) {
        codings.add(coding.strip().toLowerCase(Locale.ROOT));
      }
    }
    codings.removeAll(List.of("", "identity"));
    InputStream decoded = body;
    // The last one named was applied last.
    for (String coding : codings.reversed()) {
      decoded = new Decoded(coding, decoded);
    }
    return decoded;
  }

  private interface Decoder {
    InputStream decode(InputStream coded) throws IOException;
  }

  private static Decoder decoder(String coding) throws IOException {
    return switch (coding) {
      case "gzip", "x-gzip" -> GZIPInputStream::new;
      case "deflate" -> InflaterInputStream::new;
      default ->
          throw TryFailedException.lasting(
              RemoteException.Kind.SERVER_FAILED,
              "the server answers in the coding " + coding + ", for which nobody asked");
    };
  }

  /** One coding, undone once there is a first byte. For one thread. */
  private static final class Decoded extends InputStream {

    private final String coding;
    private final InputStream coded;
    private InputStream plain;

    Decoded(String coding, InputStream coded) {
      this.coding = coding;
      this.coded = coded;
    }

    private InputStream plain() throws IOException {
      if (plain == null) {
        int first = coded.read();
        if (first < 0) {
          plain = InputStream.nullInputStream();
        } else {
          var whole = new PushbackInputStream(coded);
          whole.unread(first);
          plain = decoder(coding).decode(whole);
        }
      }
      return plain;
    }

    @Override
    public int read() throws IOException {
      return plain().read();
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      return plain().read(into, offset, count);
    }

    @Override
    public int available() throws IOException {
      return plain == null ? 0 : plain.available();
    }

    @Override
    public void close() throws IOException {
      coded.close();
    }
  }
}
