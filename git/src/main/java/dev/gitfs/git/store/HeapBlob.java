package dev.gitfs.git.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A blob held in memory, shared with the cache it came from. */
record HeapBlob(byte[] bytes) implements Blob {

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public int read(long offset, MemorySegment target) {
    if (offset >= bytes.length) {
      return 0;
    }
    int count = (int) Math.min(bytes.length - offset, target.byteSize());
    MemorySegment.copy(bytes, (int) offset, target, ValueLayout.JAVA_BYTE, 0, count);
    return count;
  }

  /** Nothing to give back: the garbage collector knows when nobody reads it any more. */
  @Override
  public void close() {}
}
