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
    /** Small and quick too: sizes, or where HEAD is. */
    QUESTION,
    /** Answered by a pack, which may be long. */
    FETCH
  }
}
