package dev.gitfs.git.store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sizes of blobs, here or not, as the server told them or as they came, for this process and the
 * next: a hash table in a mapped file, so that a million sizes take no heap, cost no request twice,
 * and no look at a pack.
 *
 * <p>A record is 32 bytes: the id, the size, and a check over both, which is what makes the record
 * count; a slot that two processes wrote at once, or that a crash left half written, fails the
 * check and is passed over. A table that is half full is copied into one eight times its size,
 * which takes its place; a process that still maps the old one finds there that it was replaced.
 */
final class SizeTable {

  private static final Logger LOG = LoggerFactory.getLogger(SizeTable.class);

  private static final int RECORD_BYTES = 32;
  private static final int SIZE_OFFSET = 20;
  private static final int CHECK_OFFSET = 28;

  /** The first record's place holds how many there are, and whether the table was replaced. */
  private static final int REPLACED_OFFSET = 8;

  /** 128 KiB: the files of a small repository. */
  private static final long FIRST_SLOTS = 1 << 12;

  /** Copying is what costs: all sizes of Linux come within two copies, of 18,000 records. */
  private static final int GROWTH = 8;

  /** At most half full, a run of taken slots this long does not happen. */
  private static final int LONGEST_PROBE = 128;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final VarHandle COUNT = ValueLayout.JAVA_LONG.varHandle();

  private final Path file;
  private final Path scratch;

  /** What the file has no room for, because the disk is full. */
  private final Map<ObjectId, Long> overflow = new ConcurrentHashMap<>();

  private volatile MemorySegment table;

  /** {@code scratch} is a directory on the same file system as {@code file}. */
  SizeTable(Path file, Path scratch) throws IOException {
    this.file = file;
    this.scratch = scratch;
    table = isUsable(file) ? map(file) : create(FIRST_SLOTS, file, scratch, MemorySegment.NULL);
  }

  OptionalLong get(ObjectId id) {
    var key = Key.of(id);
    MemorySegment current = current();
    long mask = slots(current) - 1;
    for (long probe = 0; probe < LONGEST_PROBE; probe++) {
      long at = offset(key.hash() + probe & mask);
      if (isFree(current, at)) {
        break;
      }
      if (key.isAt(current, at)) {
        long size = current.get(LONG, at + SIZE_OFFSET);
        if (current.get(INT, at + CHECK_OFFSET) == key.check(size)) {
          return OptionalLong.of(size);
        }
      }
    }
    Long size = overflow.get(id);
    return size == null ? OptionalLong.empty() : OptionalLong.of(size);
  }

  /** Notes a size, in place of another that was noted before. */
  synchronized void put(ObjectId id, long size) {
    var key = Key.of(id);
    MemorySegment current = current();
    if (put(current, key, size, most(current))) {
      return;
    }
    try {
      grow();
    } catch (IOException e) {
      LOG.warn("Sizes of objects are kept in memory: {}", e.getMessage());
    }
    current = current();
    if (!put(current, key, size, slots(current) - slots(current) / 4)) {
      overflow.put(id.copy(), size);
    }
  }

  /** The same in a table that is to have no more than {@code most} records. */
  private static boolean put(MemorySegment table, Key key, long size, long most) {
    long mask = slots(table) - 1;
    for (long probe = 0; probe < LONGEST_PROBE; probe++) {
      long at = offset(key.hash() + probe & mask);
      boolean free = isFree(table, at);
      if (free && (long) COUNT.getVolatile(table, 0L) >= most) {
        return false;
      }
      if (free || key.isAt(table, at)) {
        key.writeTo(table, at);
        table.set(LONG, at + SIZE_OFFSET, size);
        table.set(INT, at + CHECK_OFFSET, key.check(size));
        long count = (long) COUNT.getAndAdd(table, 0L, free ? 1L : 0L);
        assert count >= 0;
        return true;
      }
    }
    return false;
  }

  /** The table in use, which another process may have replaced. */
  private MemorySegment current() {
    MemorySegment current = table;
    if (current.get(ValueLayout.JAVA_LONG, REPLACED_OFFSET) == 0) {
      return current;
    }
    synchronized (this) {
      try {
        if (table == current && isUsable(file)) {
          table = map(file);
        }
      } catch (IOException e) {
        LOG.debug("Staying with the old table of sizes", e);
      }
      return table;
    }
  }

  private void grow() throws IOException {
    MemorySegment old = current();
    if ((long) COUNT.getVolatile(old, 0L) < most(old)) {
      return;
    }
    table = create(slots(old) * GROWTH, file, scratch, old);
    old.set(ValueLayout.JAVA_LONG, REPLACED_OFFSET, 1);
  }

  /**
   * Returns the table as it was mapped to be filled: mapped again, all its pages would fault again.
   */
  private static MemorySegment create(long slots, Path file, Path scratch, MemorySegment old)
      throws IOException {
    Path temporary = Files.createTempFile(scratch, "sizes-", null);
    try {
      fill(temporary, offset(slots));
      MemorySegment table = map(temporary);
      for (long at = RECORD_BYTES; at < old.byteSize(); at += RECORD_BYTES) {
        Key key = Key.at(old, at);
        long size = old.get(LONG, at + SIZE_OFFSET);
        if (!isFree(old, at) && old.get(INT, at + CHECK_OFFSET) == key.check(size)) {
          put(table, key, size, slots);
        }
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      return table;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Writes zeros rather than leaving a hole: a disk that is full must say so here, not later. */
  private static void fill(Path file, long bytes) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      var zeros = ByteBuffer.allocate(1 << 16);
      for (long left = bytes; left > 0; left -= zeros.limit()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), left));
        while (zeros.hasRemaining()) {
          channel.write(zeros);
        }
      }
    } catch (IOException e) {
      throw DiskFull.explain(e, file);
    }
  }

  private static boolean isUsable(Path file) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    long slots = Files.size(file) / RECORD_BYTES - 1;
    return slots >= FIRST_SLOTS && Long.bitCount(slots) == 1 && Files.size(file) == offset(slots);
  }

  /**
   * Unmapped when nobody refers to it any more: a reader may be in the middle of a replaced one.
   */
  private static MemorySegment map(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), Arena.ofAuto());
    }
  }

  private static boolean isFree(MemorySegment table, long at) {
    return table.get(INT, at) == 0
        && table.get(INT, at + CHECK_OFFSET) == 0
        && table.get(LONG, at + SIZE_OFFSET) == 0;
  }

  /** How many records it has before it is copied into a larger one. */
  private static long most(MemorySegment table) {
    return slots(table) / 2;
  }

  private static long slots(MemorySegment table) {
    return table.byteSize() / RECORD_BYTES - 1;
  }

  private static long offset(long slot) {
    return (slot + 1) * RECORD_BYTES;
  }

  /** An object id as the words it is stored in. */
  private record Key(int a, int b, int c, int d, int e) {

    static Key of(ObjectId id) {
      int[] words = new int[5];
      id.copyRawTo(words, 0);
      return new Key(words[0], words[1], words[2], words[3], words[4]);
    }

    static Key at(MemorySegment table, long at) {
      return new Key(
          table.get(INT, at),
          table.get(INT, at + 4),
          table.get(INT, at + 8),
          table.get(INT, at + 12),
          table.get(INT, at + 16));
    }

    boolean isAt(MemorySegment table, long at) {
      return table.get(INT, at) == a && equals(at(table, at));
    }

    void writeTo(MemorySegment table, long at) {
      table.set(INT, at, a);
      table.set(INT, at + 4, b);
      table.set(INT, at + 8, c);
      table.set(INT, at + 12, d);
      table.set(INT, at + 16, e);
    }

    /** Ids are hashes already. */
    long hash() {
      return (long) b << 32 | c & 0xffffffffL;
    }

    /** Never 0, so that no record looks like a free slot. */
    int check(long size) {
      long mixed = size * 0x9E3779B97F4A7C15L;
      mixed = mix(mix(mix(mix(mix(mixed, a), b), c), d), e);
      return (int) (mixed >>> 32) | 1;
    }

    private static long mix(long mixed, int word) {
      long product = (mixed ^ word) * 0xC2B2AE3D27D4EB4FL;
      return product ^ product >>> 29;
    }
  }
}
