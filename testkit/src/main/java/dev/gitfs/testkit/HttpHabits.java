package dev.gitfs.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * What servers in the wild do that git's own does not. None of it is a fault: a client has to live
 * with it for as long as the server is there.
 *
 * <p>All methods may be called at any time from any thread.
 */
public final class HttpHabits {

  private final AtomicInteger unknownRefs = new AtomicInteger();
  private volatile UnaryOperator<String> mediaType = UnaryOperator.identity();
  private volatile boolean gzipNothing;
  private volatile boolean buffers;
  private volatile boolean http10;
  private volatile boolean wantsMultiAck;
  private volatile boolean refusesGzip;
  private volatile int largestRequest = Integer.MAX_VALUE;
  private volatile int requestsPerConnection = Integer.MAX_VALUE;
  private volatile long largestAnswer = Long.MAX_VALUE;

  HttpHabits() {}

  /** Writes media types in another way: with parameters, in capitals. */
  public HttpHabits mediaType(UnaryOperator<String> written) {
    mediaType = written;
    return this;
  }

  /** Says of answers without a body that they are gzip, as an output filter does. */
  public HttpHabits gzipNothing() {
    gzipNothing = true;
    return this;
  }

  /** Sends no byte of an answer before it has all of it, as a proxy that buffers. */
  public HttpHabits buffers() {
    buffers = true;
    return this;
  }

  /** Speaks HTTP/1.0: no chunks, and the end of the connection ends an answer. */
  public HttpHabits http10() {
    http10 = true;
    return this;
  }

  /** Answers 400 to a fetch of version 0 that does not know multi_ack, as Azure DevOps. */
  public HttpHabits wantsMultiAck() {
    wantsMultiAck = true;
    return this;
  }

  /** Answers 415 to what is compressed. */
  public HttpHabits refusesGzip() {
    refusesGzip = true;
    return this;
  }

  /** Answers 413 to larger bodies, as they come over the wire. */
  public HttpHabits largestRequest(int bytes) {
    largestRequest = bytes;
    return this;
  }

  /** Closes the connection after so many requests, and says so. */
  public HttpHabits requestsPerConnection(int most) {
    requestsPerConnection = most;
    return this;
  }

  /** Resets the connection after so many bytes of an answer's body, each time. */
  public HttpHabits largestAnswer(long bytes) {
    largestAnswer = bytes;
    return this;
  }

  /** The next fetches are answered "not our ref", as by a mirror that lags. */
  public HttpHabits lags(int fetches) {
    unknownRefs.set(fetches);
    return this;
  }

  Map<String, String> headers(Map<String, String> headers) {
    var written = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
    written.putAll(headers);
    written.computeIfPresent("Content-Type", (_, type) -> mediaType.apply(type));
    return written;
  }

  Map<String, String> headersOfNothing(Map<String, String> headers) {
    var written = headers(headers);
    if (gzipNothing) {
      written.put("Content-Encoding", "gzip");
    }
    return written;
  }

  boolean isBuffering() {
    return buffers;
  }

  boolean isHttp10() {
    return http10;
  }

  boolean endsConnection(int requests) {
    return http10 || requests >= requestsPerConnection;
  }

  long largestAnswer() {
    return largestAnswer;
  }

  /** The status with which a request is refused. */
  Optional<Integer> refusal(HttpBackendServer.Request request, int received) {
    if (received > largestRequest) {
      return Optional.of(413);
    }
    if (refusesGzip && request.headers().containsKey("content-encoding")) {
      return Optional.of(415);
    }
    boolean versionZero =
        request.kind() == RequestKind.FETCH && !request.text().contains("command=");
    if (wantsMultiAck && versionZero && !request.text().contains("multi_ack")) {
      return Optional.of(400);
    }
    return Optional.empty();
  }

  /** The answer of a server that does not have what is wanted yet. */
  Optional<byte[]> lag(HttpBackendServer.Request request) {
    if (request.kind() != RequestKind.FETCH
        || unknownRefs.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
      return Optional.empty();
    }
    int want = request.text().indexOf("want ") + "want ".length();
    String error = "ERR upload-pack: not our ref " + request.text().substring(want, want + 40);
    return Optional.of(
        "%04x%s".formatted(error.length() + 4, error).getBytes(StandardCharsets.US_ASCII));
  }
}
