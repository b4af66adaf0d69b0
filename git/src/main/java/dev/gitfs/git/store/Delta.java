package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Git's deltas: a base's size, a result's size, then instructions that copy a range of the base or
 * insert bytes of their own. Whatever is not exactly that is refused.
 */
final class Delta {

  /**
   * Git makes no delta of what is larger than {@code core.bigFileThreshold}, 512 MiB by default. A
   * few bytes of delta can claim any size, so there has to be an end.
   */
  private static final long LARGEST_RESULT = Integer.MAX_VALUE;

  /** What a copy's length of zero stands for. */
  private static final int DEFAULT_LENGTH = 0x10000;

  private static final int COPY_BUFFER = 1 << 16;

  private Delta() {}

  /** The size of what {@code delta} makes of a base of {@code baseSize} bytes. */
  static long resultSize(byte[] delta, long baseSize) throws CorruptPackException {
    return new Program(delta).sizes(baseSize);
  }

  /** What {@code delta} makes of {@code base}; its size has been looked at. */
  static byte[] apply(byte[] base, byte[] delta) throws CorruptPackException {
    var program = new Program(delta);
    byte[] result = new byte[(int) program.sizes(base.length)];
    int filled = 0;
    while (program.position < delta.length) {
      int instruction = program.next();
      if (instruction >= 0x80) {
        int offset = program.little(instruction, 4);
        int length = program.little(instruction >> 4, 3);
        length = length == 0 ? DEFAULT_LENGTH : length;
        if (offset < 0 || length > base.length - offset || length > result.length - filled) {
          throw corrupt("copies what is not there");
        }
        System.arraycopy(base, offset, result, filled, length);
        filled += length;
      } else {
        if (instruction > delta.length - program.position || instruction > result.length - filled) {
          throw corrupt("inserts what is not there");
        }
        System.arraycopy(delta, program.position, result, filled, instruction);
        program.position += instruction;
        filled += instruction;
      }
    }
    if (filled != result.length) {
      throw corrupt("ends early");
    }
    return result;
  }

  /** The same for what is too large to be held. Returns the size of the result. */
  static long apply(MemorySegment base, InputStream delta, OutputStream result) throws IOException {
    try {
      return applyStreaming(base, delta, result);
    } catch (EOFException e) {
      throw new CorruptPackException("a delta ends within an instruction", e);
    }
  }

  private static long applyStreaming(MemorySegment base, InputStream delta, OutputStream result)
      throws IOException {
    if (size(delta) != base.byteSize()) {
      throw corrupt("is not one of its base");
    }
    long size = checkedResult(size(delta));
    long filled = 0;
    byte[] buffer = new byte[COPY_BUFFER];
    for (int instruction; (instruction = delta.read()) >= 0; ) {
      if (instruction >= 0x80) {
        long offset = little(delta, instruction, 4);
        long length = little(delta, instruction >> 4, 3);
        length = length == 0 ? DEFAULT_LENGTH : length;
        if (length > base.byteSize() - offset || length > size - filled) {
          throw corrupt("copies what is not there");
        }
        for (long done = 0; done < length; ) {
          int part = (int) Math.min(buffer.length, length - done);
          MemorySegment.copy(base, ValueLayout.JAVA_BYTE, offset + done, buffer, 0, part);
          result.write(buffer, 0, part);
          done += part;
        }
        filled += length;
      } else {
        if (instruction == 0 || instruction > size - filled) {
          throw corrupt("inserts what is not there");
        }
        if (delta.readNBytes(buffer, 0, instruction) < instruction) {
          throw new EOFException();
        }
        result.write(buffer, 0, instruction);
        filled += instruction;
      }
    }
    if (filled != size) {
      throw corrupt("ends early");
    }
    return size;
  }

  private static long size(InputStream delta) throws IOException {
    long size = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int next = read(delta);
      size |= (next & 0x7fL) << shift;
      if (next < 0x80) {
        return size;
      }
    }
    throw corrupt("states no size");
  }

  private static long little(InputStream delta, int present, int count) throws IOException {
    long value = 0;
    for (int i = 0; i < count; i++) {
      if ((present & 1 << i) != 0) {
        value |= (long) read(delta) << 8 * i;
      }
    }
    return value;
  }

  private static int read(InputStream delta) throws IOException {
    int next = delta.read();
    if (next < 0) {
      throw new EOFException();
    }
    return next;
  }

  private static long checkedResult(long size) throws CorruptPackException {
    if (size < 0 || size > LARGEST_RESULT) {
      throw corrupt("claims a size that no delta has");
    }
    return size;
  }

  private static CorruptPackException corrupt(String what) {
    return new CorruptPackException("a delta " + what, null);
  }

  /** A delta being read from memory. */
  private static final class Program {

    private final byte[] delta;
    private int position;

    Program(byte[] delta) {
      this.delta = delta;
    }

    long sizes(long baseSize) throws CorruptPackException {
      if (size() != baseSize) {
        throw corrupt("is not one of its base");
      }
      return checkedResult(size());
    }

    /** The next instruction; 0 is reserved. */
    int next() throws CorruptPackException {
      int instruction = read();
      if (instruction == 0) {
        throw corrupt("holds an unknown instruction");
      }
      return instruction;
    }

    int little(int present, int count) throws CorruptPackException {
      int value = 0;
      for (int i = 0; i < count; i++) {
        if ((present & 1 << i) != 0) {
          value |= read() << 8 * i;
        }
      }
      return value;
    }

    private long size() throws CorruptPackException {
      long size = 0;
      for (int shift = 0; shift < 63; shift += 7) {
        int next = read();
        size |= (next & 0x7fL) << shift;
        if (next < 0x80) {
          return size;
        }
      }
      throw corrupt("states no size");
    }

    private int read() throws CorruptPackException {
      if (position == delta.length) {
        throw corrupt("ends within an instruction");
      }
      return delta[position++] & 0xff;
    }
  }
}
