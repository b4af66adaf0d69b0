package dev.gitfs.fuse.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads and writes single fields of a struct in the byte order of the machine, which is that of the
 * protocol. Fields are where the C compiler puts them, so always aligned to their size.
 */
public final class Fields {
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;

  private Fields() {}

  public static long u64(MemorySegment struct, long offset) {
    return struct.get(U64, offset);
  }

  public static int u32(MemorySegment struct, long offset) {
    return struct.get(U32, offset);
  }

  public static int u16(MemorySegment struct, long offset) {
    return struct.get(U16, offset) & 0xFFFF;
  }

  public static void u64(MemorySegment struct, long offset, long value) {
    struct.set(U64, offset, value);
  }

  public static void u32(MemorySegment struct, long offset, int value) {
    struct.set(U32, offset, value);
  }

  public static void u16(MemorySegment struct, long offset, int value) {
    struct.set(U16, offset, (short) value);
  }
}
