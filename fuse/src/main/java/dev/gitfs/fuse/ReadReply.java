package dev.gitfs.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The answer to read: one of {@link #target} filled in place, {@link #bytes} copied from an array,
 * or {@link #send} straight from native memory. Lent for the duration of the operation.
 */
public final class ReadReply {
  private final ReplyBuffer buffer;
  private final Exchange exchange;
  private int size;

  ReadReply(Exchange exchange, ReplyBuffer buffer) {
    this.exchange = exchange;
    this.buffer = buffer;
  }

  ReadReply begin(int size) {
    this.size = Math.min(size, buffer.capacity());
    buffer.begin(0);
    return this;
  }

  /**
   * Native memory as large as the read asks for, holding anything. Fill it from its start and say
   * how far by {@link #filled}.
   */
  public MemorySegment target() {
    return buffer.segment().asSlice(ReplyBuffer.BODY, size);
  }

  /** The answer is the first {@code length} bytes of {@link #target}. */
  public void filled(int length) {
    if (length < 0 || length > size) {
      throw new IllegalArgumentException(length + " bytes for a read of " + size);
    }
    buffer.length(length);
  }

  /** The answer is a copy of a part of an array, no longer than the read asks for. */
  public void bytes(byte[] source, int offset, int length) {
    filled(length);
    MemorySegment.copy(
        source, offset, buffer.segment(), ValueLayout.JAVA_BYTE, ReplyBuffer.BODY, length);
  }

  /** The answer is nothing: the read starts at or after the end of the file. */
  public void endOfFile() {
    filled(0);
  }

  /**
   * The answer is the whole of a native segment, no longer than the read asks for. It is handed to
   * the kernel without a copy before this returns, so the segment need not live longer; after that
   * the operation can no longer fail. A heap segment is copied.
   */
  public void send(MemorySegment source) {
    int length = Math.toIntExact(source.byteSize());
    if (source.isNative()) {
      if (length > size) {
        throw new IllegalArgumentException(length + " bytes for a read of " + size);
      }
      exchange.sendNow(source);
    } else {
      filled(length);
      MemorySegment.copy(source, 0, buffer.segment(), ReplyBuffer.BODY, length);
    }
  }
}
