package dev.gitfs.fuse;

import java.lang.foreign.MemorySegment;

/** One request under way and the answer to it: the buffers and the views over them. */
final class Exchange {
  MemorySegment in() {
    throw new UnsupportedOperationException();
  }

  void willWait() {
    throw new UnsupportedOperationException();
  }

  void sendNow(MemorySegment source) {
    throw new UnsupportedOperationException();
  }
}
