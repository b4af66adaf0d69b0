package dev.gitfs.fuse.linux;

import java.lang.foreign.MemorySegment;

/**
 * Where requests come from and answers go to: {@code /dev/fuse}, or a test's stand-in. Thread-safe;
 * each thread brings a scratch segment of its own. Every method answers a number of bytes or a
 * negated errno.
 */
public interface Channel {
  /** How large a scratch segment is: room for errno and two struct iovec. */
  int SCRATCH_SIZE = 64;

  /** Waits for one request and takes the whole of it. */
  long read(MemorySegment into, MemorySegment scratch);

  /** Sends one answer: {@code length} bytes from an offset. */
  long write(MemorySegment from, long offset, long length, MemorySegment scratch);

  /** Sends one answer in two parts: as above, then the whole of a native segment. */
  long write(
      MemorySegment from, long offset, long length, MemorySegment body, MemorySegment scratch);

  /** Says that nobody uses it any more. */
  void close();
}
