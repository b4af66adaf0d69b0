package dev.gitfs.mount.prefetch;

/** What the policy is told, in the order in which it happened. */
sealed interface Access {

  /** When, in nanoseconds on a clock of the caller's. */
  long at();

  /** A directory was listed. */
  record Listed(Folder folder, long at) implements Access {}

  /**
   * The attributes of a file were wanted.
   *
   * @param missed whether its size was not known
   */
  record Looked(Folder folder, int index, boolean missed, long at) implements Access {}

  /**
   * A file was read.
   *
   * @param missed whether the reader had to wait for its content
   */
  record Read(Folder folder, int index, boolean missed, long at) implements Access {}

  /** Someone goes where a symbolic link in a directory leads. */
  record Followed(Folder folder, long at) implements Access {}

  /**
   * A wish has been carried out, or as much of it as will be.
   *
   * @param window which
   * @param complete whether everything came that was asked for
   */
  record Ended(int window, boolean complete, long at) implements Access {}

  /**
   * Time has passed; comes about once a second while something is being fetched.
   *
   * @param memoryShort whether little of the heap is left
   * @param waited whether somebody waits for the network now, and so is not gone
   */
  record Passed(boolean memoryShort, boolean waited, long at) implements Access {}
}
