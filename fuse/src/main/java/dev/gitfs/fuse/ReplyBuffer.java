package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.ReplyStruct.OutHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The memory an answer is built in, header and body side by side, so that one write sends it.
 *
 * <p>Used by one thread at a time: the one that runs the operation.
 */
final class ReplyBuffer {
  /**
   * Where the body starts. The header goes right before it, and the body is aligned as the pages
   * are into which the kernel copies file contents.
   */
  static final int BODY = 4096;

  static final int HEADER = BODY - OutHeader.SIZE;

  private final MemorySegment segment;
  private int length;
  private boolean answered;

  ReplyBuffer(MemorySegment segment) {
    this.segment = segment;
  }

  MemorySegment segment() {
    return segment;
  }

  /** The most bytes a body can have. */
  int capacity() {
    return (int) segment.byteSize() - BODY;
  }

  /** Starts an answer of a fixed size, all zero, which is no answer until {@link #answered()}. */
  void begin(int size) {
    clear(BODY, size);
    length = size;
    answered = false;
  }

  /**
   * Zeroes a struct, whose size is a multiple of 8 as all are; a slice to fill would be garbage.
   */
  void clear(long at, int size) {
    for (int i = 0; i < size; i += Long.BYTES) {
      segment.set(ValueLayout.JAVA_LONG, at + i, 0);
    }
  }

  void answered() {
    answered = true;
  }

  boolean isAnswered() {
    return answered;
  }

  int length() {
    return length;
  }

  void length(int bytes) {
    length = bytes;
    answered = true;
  }

  /** Makes the body {@code length} bytes of an array. */
  void body(byte[] source, int length) {
    MemorySegment.copy(source, 0, segment, ValueLayout.JAVA_BYTE, BODY, length);
    length(length);
  }
}
