package dev.gitfs.git.remote;

/**
 * What a remote has cost so far.
 *
 * @param requests commands sent: capability advertisements, ls-refs, fetch, object-info, each retry
 * @param retries those of them that repeated a failed one
 * @param bytesSent request bytes, before any transport encryption
 * @param bytesReceived response bytes, before any transport encryption
 */
public record RemoteStatistics(long requests, long retries, long bytesSent, long bytesReceived) {

  /** Of what has done nothing. */
  public static final RemoteStatistics NONE = new RemoteStatistics(0, 0, 0, 0);

  /** Of both together. */
  public RemoteStatistics plus(RemoteStatistics other) {
    return new RemoteStatistics(
        requests + other.requests,
        retries + other.retries,
        bytesSent + other.bytesSent,
        bytesReceived + other.bytesReceived);
  }
}
