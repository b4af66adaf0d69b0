package dev.gitfs.git.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Room of a fixed size for what is held: in memory, or in a file. Read by any number of threads
 * once they have seen it written.
 */
sealed interface Place permits StoreMemory.Piece, Overflow.Piece {

  /** In bytes. */
  int size();

  /** Puts {@code count} bytes of {@code content}, from {@code from} on, to {@code at}. */
  void write(int at, byte[] content, int from, int count) throws IOException;

  /** Fills {@code target} with what was written at {@code at}. */
  void read(int at, MemorySegment target) throws IOException;
}
