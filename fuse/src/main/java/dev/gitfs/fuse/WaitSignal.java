package dev.gitfs.fuse;

/**
 * Unwinds an operation that is about to wait from a reader thread, to be run again elsewhere. An
 * Error, so that no {@code catch (Exception e)} of a file system takes it for a failure.
 */
final class WaitSignal extends Error {
  static final WaitSignal INSTANCE = new WaitSignal();

  private WaitSignal() {
    super("An operation waits: let this pass", null, false, false);
  }
}
