package dev.gitfs.fuse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A name as the kernel sent it: raw bytes, any but NUL and (in a directory) "/". Lent for the
 * duration of an operation: whoever wants to keep it takes a {@link #copy}.
 */
public final class Name {
  /** Room for every name Linux allows; only a link's target would need more, and makes it grow. */
  private static final int USUAL = 256;

  private byte[] bytes = new byte[USUAL];
  private int length;

  Name() {}

  /** Takes the NUL-terminated name at an offset; answers the offset after the NUL. */
  long read(MemorySegment segment, long at, long end) {
    long stop = at;
    while (stop < end && segment.get(ValueLayout.JAVA_BYTE, stop) != 0) {
      stop++;
    }
    length = (int) (stop - at);
    if (length > bytes.length) {
      bytes = new byte[length];
    }
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, bytes, 0, length);
    return stop + 1;
  }

  /** An array that holds the name in its first {@link #length} bytes; not to be changed or kept. */
  public byte[] bytes() {
    return bytes;
  }

  /** In bytes. */
  public int length() {
    return length;
  }

  /** The bytes of the name, in an array of their own. */
  public byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  /** Whether the name is exactly these bytes. */
  public boolean is(byte[] other) {
    return Arrays.equals(bytes, 0, length, other, 0, other.length);
  }

  /** Compares byte by byte, unsigned, as git and {@code LC_ALL=C sort} do. */
  public int compareTo(byte[] other) {
    return Arrays.compareUnsigned(bytes, 0, length, other, 0, other.length);
  }

  /** For logs: see {@link #escaped}. */
  @Override
  public String toString() {
    return escaped(bytes, length);
  }

  /**
   * Raw bytes for people to read: printable ASCII as it is, every other byte (and the backslash) as
   * {@code \xNN}.
   */
  public static String escaped(byte[] name, int length) {
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      int b = name[i] & 0xFF;
      if (b >= ' ' && b < 0x7F && b != '\\') {
        text.append((char) b);
      } else {
        text.append(String.format("\\x%02x", b));
      }
    }
    return text.toString();
  }
}
