package dev.gitfs.git.remote;

/**
 * What a server said it can do, and what it was found to refuse.
 *
 * @param version the wire protocol version spoken, 0 or 2
 * @param filter whether {@code fetch} accepts {@code filter} lines at all
 * @param objectInfo whether the {@code object-info} command answers sizes
 * @param anyObject whether wants may name objects that no ref points at: true for version 2; for
 *     version 0 only where the server advertises {@code allow-any-sha1-in-want} or {@code
 *     allow-reachable-sha1-in-want}
 * @param agent the server's own name and version, empty if it gave none
 */
public record Capabilities(
    int version, boolean filter, boolean objectInfo, boolean anyObject, String agent) {

  /** Whether objects can be fetched as they are needed; if not, a commit must be fetched whole. */
  public boolean partial() {
    return filter && anyObject;
  }
}
