package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.ReplyStruct.EntryOut;
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

  /** As long as the longest struct that is zeroed; to fill a slice would make garbage. */
  private static final byte[] ZEROS = new byte[EntryOut.SIZE];

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

  /** Zeroes a struct. */
  void clear(long at, int size) {
    MemorySegment.copy(ZEROS, 0, segment, ValueLayout.JAVA_BYTE, at, size);
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
