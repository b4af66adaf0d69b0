package dev.gitfs.git.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sizes of blobs, here or not, as the server told them or as they came, for this process and the
 * next: a hash table in memory outside of the heap and, the same, in a file, so that a million
 * sizes take no heap, cost no request twice, and no look at a pack. What is put is written to the
 * file at once; what is not in memory is looked for there, where another process may have put it.
 *
 * <p>The file is not mapped: should it be truncated meanwhile, a read of the map faults, and Java
 * throws the error for that from some later instruction, whatever that is. As it is, a file that is
 * damaged is replaced by what is in memory.
 *
 * <p>A record is 32 bytes: the id, the size, and a check over both, which is what makes the record
 * count; a slot that two processes wrote at once, or that a crash left half written, fails the
 * check and is passed over. A table that is half full is copied into one eight times its size,
 * which takes its place; a process that still has the old file open finds there that it was
 * replaced.
 */
final class SizeTable implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SizeTable.class);

  private static final int RECORD_BYTES = 32;
  private static final int SIZE_OFFSET = 20;
  private static final int CHECK_OFFSET = 28;

  /** The first record's place tells whether the file was replaced. */
  private static final int REPLACED_OFFSET = 8;

  /** 128 KiB: the files of a small repository. */
  private static final long FIRST_SLOTS = 1 << 12;

  /** Copying is what costs: all sizes of Linux come within two copies, of 18,000 records. */
  private static final int GROWTH = 8;

  /** At most half full, a run of taken slots this long does not happen. */
  private static final int LONGEST_PROBE = 128;

  /** Records that are read at a time: few runs are longer. */
  private static final int READ_RECORDS = 8;

  private static final int COPY_BYTES = 1 << 16;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Path path;
  private final Path scratch;

  /** Replaced as a whole when it grows. Records are written with the lock held. */
  private volatile MemorySegment table;

  /** How many records it has. Guarded by this, as below. */
  private long count;

  /**
   * The file with the same slots; null if there cannot be one. Not a channel, which an interrupt
   * would close.
   */
  private RandomAccessFile file;

  /** {@code scratch} is a directory on the same file system as {@code path}. */
  SizeTable(Path path, Path scratch) {
    this.path = path;
    this.scratch = scratch;
    table = empty(FIRST_SLOTS);
    if (!open()) {
      replace();
    }
  }

  OptionalLong get(ObjectId id) {
    var key = Key.of(id);
    long size = find(table, key);
    return size >= 0 ? OptionalLong.of(size) : refreshed(key);
  }

  private synchronized OptionalLong refreshed(Key key) {
    refresh(key);
    long size = find(table, key);
    return size >= 0 ? OptionalLong.of(size) : OptionalLong.empty();
  }

  /** Notes a size, in place of another that was noted before. */
  synchronized void put(ObjectId id, long size) {
    follow();
    long at = put(Key.of(id), size);
    if (count > slots(table) / 2) {
      grow();
    } else {
      write(at);
    }
  }

  @Override
  public synchronized void close() {
    closeFile();
  }

  /** The size that is noted in memory, or -1. */
  private static long find(MemorySegment table, Key key) {
    long mask = slots(table) - 1;
    for (long probe = 0; probe < LONGEST_PROBE; probe++) {
      long at = offset(key.hash() + probe & mask);
      if (isFree(table, at)) {
        break;
      }
      if (key.isAt(table, at)) {
        long size = table.get(LONG, at + SIZE_OFFSET);
        if (table.get(INT, at + CHECK_OFFSET) == key.check(size)) {
          return size;
        }
      }
    }
    return -1;
  }

  /** In memory. Returns where it is. */
  private long put(Key key, long size) {
    MemorySegment current = table;
    long mask = slots(current) - 1;
    for (long slot = key.hash() & mask; ; slot = slot + 1 & mask) {
      long at = offset(slot);
      boolean free = isFree(current, at);
      if (free || key.isAt(current, at)) {
        key.writeTo(current, at);
        current.set(LONG, at + SIZE_OFFSET, size);
        current.set(INT, at + CHECK_OFFSET, key.check(size));
        count += free ? 1 : 0;
        return at;
      }
    }
  }

  /** Goes over to the file that another process has put in the place of this one. */
  private void follow() {
    try {
      if (file == null) {
        return;
      }
      file.seek(REPLACED_OFFSET);
      if (file.readLong() == 0) {
        return;
      }
    } catch (IOException e) {
      damaged(e);
      return;
    }
    closeFile();
    if (!open()) {
      replace();
    }
  }

  /** Takes in what another process has put where {@code key} belongs. */
  private void refresh(Key key) {
    follow();
    if (file == null) {
      return;
    }
    long slot = key.hash() & slots(table) - 1;
    var run = new byte[RECORD_BYTES * (int) Math.min(READ_RECORDS, slots(table) - slot)];
    try {
      file.seek(offset(slot));
      file.readFully(run);
    } catch (IOException e) {
      damaged(e);
      return;
    }
    MemorySegment read = MemorySegment.ofArray(run);
    for (int at = 0; at < run.length && !isFree(read, at); at += RECORD_BYTES) {
      take(read, at);
    }
  }

  /** Takes a record in, if it is one, is not known, and there is room. */
  private void take(MemorySegment from, long at) {
    Key key = Key.at(from, at);
    long size = from.get(LONG, at + SIZE_OFFSET);
    if (from.get(INT, at + CHECK_OFFSET) == key.check(size)
        && size >= 0
        && find(table, key) < 0
        && count < slots(table) / 4 * 3) {
      put(key, size);
    }
  }

  private void write(long at) {
    if (file == null) {
      return;
    }
    try {
      file.seek(at);
      file.write(table.asSlice(at, RECORD_BYTES).toArray(ValueLayout.JAVA_BYTE));
    } catch (IOException e) {
      damaged(e);
    }
  }

  private void damaged(IOException e) {
    LOG.warn("{} is damaged, and made anew: {}", path, e.toString());
    replace();
  }

  private void grow() {
    MemorySegment old = table;
    table = empty(slots(old) * GROWTH);
    count = 0;
    for (long at = RECORD_BYTES; at < old.byteSize(); at += RECORD_BYTES) {
      if (!isFree(old, at)) {
        put(Key.at(old, at), old.get(LONG, at + SIZE_OFFSET));
      }
    }
    replace();
  }

  /** Puts a new file of what is in memory in the place of the one there is. */
  private void replace() {
    RandomAccessFile old = file;
    file = null;
    try {
      Path temporary = FileTrees.createTempFile(scratch, "sizes-", null);
      try {
        var written = new RandomAccessFile(temporary.toFile(), "rw");
        try {
          // Zeros rather than a hole: a disk that is full must say so here, not later.
          for (long at = 0; at < table.byteSize(); at += COPY_BYTES) {
            long bytes = Math.min(COPY_BYTES, table.byteSize() - at);
            written.write(table.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE));
          }
          AtomicFile.move(temporary, path);
          file = written;
        } finally {
          if (file == null) {
            written.close();
          }
        }
      } finally {
        Files.deleteIfExists(temporary);
      }
      if (old != null) {
        old.seek(REPLACED_OFFSET);
        old.writeLong(1);
      }
    } catch (IOException e) {
      LOG.warn(
          "Sizes of objects are kept in memory alone: {}", DiskFull.explain(e, path).getMessage());
    } finally {
      close(old);
    }
  }

  /** Takes in all that is in the file, if that is a table of sizes. */
  private boolean open() {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    RandomAccessFile opened = null;
    try {
      opened = new RandomAccessFile(path.toFile(), "rw");
      long slots = opened.length() / RECORD_BYTES - 1;
      if (slots < FIRST_SLOTS || Long.bitCount(slots) != 1 || opened.length() != offset(slots)) {
        throw new IOException("a table of sizes is not as long as this");
      }
      opened.seek(REPLACED_OFFSET);
      if (opened.readLong() != 0) {
        throw new IOException("it says that it was replaced");
      }
      MemorySegment before = table;
      count = 0;
      table = empty(Math.max(slots, slots(before)));
      read(opened, slots);
      for (long at = RECORD_BYTES; at < before.byteSize(); at += RECORD_BYTES) {
        if (!isFree(before, at)) {
          take(before, at);
        }
      }
      if (slots != slots(table) || count > slots / 2) {
        return false;
      }
      file = opened;
      return true;
    } catch (IOException e) {
      LOG.warn("{} is damaged, and made anew: {}", path, e.toString());
      return false;
    } finally {
      if (file != opened) {
        close(opened);
      }
    }
  }

  /** Record by record: one that is none leaves no gap behind which others would not be found. */
  private void read(RandomAccessFile from, long slots) throws IOException {
    var part = new byte[COPY_BYTES];
    from.seek(RECORD_BYTES);
    for (long left = slots * RECORD_BYTES; left > 0; left -= part.length) {
      int bytes = (int) Math.min(part.length, left);
      from.readFully(part, 0, bytes);
      MemorySegment read = MemorySegment.ofArray(part);
      for (int at = 0; at < bytes; at += RECORD_BYTES) {
        if (!isFree(read, at)) {
          take(read, at);
        }
      }
    }
  }

  private void closeFile() {
    close(file);
    file = null;
  }

  private static void close(RandomAccessFile file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      LOG.debug("A table of sizes was not closed", e);
    }
  }

  /** Unmapped when nobody refers to it any more: a reader may be in the middle of an old one. */
  private static MemorySegment empty(long slots) {
    return Arena.ofAuto().allocate(offset(slots), Long.BYTES);
  }

  private static boolean isFree(MemorySegment table, long at) {
    return table.get(INT, at) == 0
        && table.get(INT, at + CHECK_OFFSET) == 0
        && table.get(LONG, at + SIZE_OFFSET) == 0;
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
