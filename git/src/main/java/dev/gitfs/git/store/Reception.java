package dev.gitfs.git.store;

/** What an answer of the server is for. Called on the thread that receives it. */
interface Reception {

  /** For somebody who waits: all of it, whatever it takes. */
  Reception DEMANDED = bytes -> false;

  /**
   * Whether to read no further after so many bytes. What has come is kept, and the connection given
   * up.
   */
  boolean isEnough(long bytes);

  /** An object comes next; its size is known, though not its id, unless it is a delta. */
  default void announced(long size, boolean isDelta) {}

  /** An object has come. */
  default void arrived(PackEntry entry) {}

  /** Whether nobody has asked for it yet. */
  default boolean isAhead() {
    return false;
  }
}
