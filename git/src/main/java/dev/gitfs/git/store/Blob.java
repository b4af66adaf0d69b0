package dev.gitfs.git.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A blob's contents, held while it is open: in memory, or in a file for a large one. Safe for use
 * by several threads at once.
 */
public interface Blob extends AutoCloseable {

  /** Size in bytes. */
  long size();

  /**
   * Copies the bytes from {@code offset} into {@code target}, as many as there are and fit.
   *
   * @return how many; 0 at or past the end
   */
  int read(long offset, MemorySegment target) throws IOException;

  @Override
  void close();
}
