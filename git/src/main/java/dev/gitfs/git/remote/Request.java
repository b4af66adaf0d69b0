package dev.gitfs.git.remote;

/**
 * An encoded request.
 *
 * @param body pkt-lines, to the last flush
 * @param kind what it asks for
 */
record Request(byte[] body, Kind kind) {

  enum Kind {
    /** Small and quick: refs, sizes. The answer is text. */
    QUESTION,
    /** Answered by a pack, which may be long. */
    FETCH
  }
}
