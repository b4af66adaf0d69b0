package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A response of an HTTP server. Abandoned, it takes its connection or stream with it. */
final class HttpExchange implements Exchange {

  /** What is read to save a connection; beyond that, a new one is cheaper. */
  private static final int WORTH_READING = 64 << 10;

  private final InputStream body;
  private final InputStream answer;

  private HttpExchange(InputStream body, InputStream answer) {
    this.body = body;
    this.answer = answer;
  }

  static HttpExchange of(HttpAnswer response) {
    return new HttpExchange(
        response.body(), ContentCoding.decoded(response.headers(), response.body()));
  }

  @Override
  public InputStream answer() {
    return answer;
  }

  /**
   * The connection is free once its body has been read to the end, which comes after the answer's.
   */
  @Override
  public void finish() throws IOException {
    readToEnd(answer);
    readToEnd(body);
  }

  /** Reads what nobody wants, if it is short, and ends the exchange. */
  void discard() throws IOException {
    try (this) {
      readToEnd(body);
    }
  }

  private static void readToEnd(InputStream in) throws IOException {
    var buffer = new byte[4096];
    int total = 0;
    for (int count = 0; count >= 0 && total < WORTH_READING; total += count) {
      count = in.read(buffer);
    }
  }

  /** Has no effect on a body that was read to its end. */
  @Override
  public void close() {
    try {
      body.close();
    } catch (IOException e) {
      throw new UncheckedIOException("giving up cannot fail", e);
    }
  }
}
