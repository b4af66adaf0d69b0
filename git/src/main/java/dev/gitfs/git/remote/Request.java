package dev.gitfs.git.remote;

/**
 * An encoded request.
 *
 * @param body pkt-lines, to the last flush
 * @param kind what it asks for
 */
record Request(byte[] body, Kind kind) {

  enum Kind {
    /** Where refs are now: small and quick, and text. */
    REFS,
    /** Where HEAD is, which of all refs alone is read anew each time. */
    HEAD,
    /** Sizes: small and quick too. */
    SIZES,
    /** Answered by a pack, which may be long. */
    FETCH
  }
}
