package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.eclipse.jgit.internal.storage.file.BasePackIndexWriter;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdOwnerMap;

/**
 * Reads a pack as it comes, in a single pass: each object is inflated, made whole, hashed and
 * handed on the moment its last byte has arrived, while the pack itself goes to a file that gets
 * its index at the end. This takes that the base of every delta comes before it. The format asks
 * that of bases given by their distance only; of those given by their id git and JGit keep to it
 * all the same, for both write an object's base first, and use distances for clients that know
 * them, as we do. A pack in another order is refused.
 *
 * <p>A pack need not be read to its end. What has come when the reader has enough, or when the
 * connection breaks, is closed under delta bases: with its header and checksum rewritten it is a
 * pack of its own.
 *
 * <p>The stream is not trusted. Whatever is not a pack ends in {@link CorruptPackException}, having
 * taken memory for the objects that were really there, each up to {@link PackEntry#MOST_HELD}.
 */
final class PackStream implements Closeable {

  /** Hears of what is in the pack, on the reading thread, which it must not keep. */
  interface Listener {

    /** An object comes next: unless it {@code isDelta}, its size is known, though not its id. */
    void announced(int type, long size, boolean isDelta);

    /**
     * An object is there and is what its id says. Its content is where {@code content} starts,
     * which may be longer, and is the listener's until it returns.
     */
    void arrived(PackEntry entry, byte[] content);

    /**
     * The same for one that is too large to be held.
     *
     * @param content a file that holds it until this returns; none for the largest
     */
    void arrivedLarge(PackEntry entry, Optional<Path> content) throws IOException;
  }

  /**
   * What a pack came to.
   *
   * @param entries in the order of their ids
   * @param complete whether that is all that was in it
   * @param failure how the connection broke, if it did
   */
  record Outcome(
      List<PackEntry> entries, long bytes, boolean complete, Optional<IOException> failure) {}

  private static final byte[] SIGNATURE = {'P', 'A', 'C', 'K'};
  private static final int HEADER_BYTES = 12;

  /** Objects up to this size are inflated to one place: the collector never hears of them. */
  private static final int SCRATCH_BYTES = 1 << 20;

  /** Enough for the longest chains of trees and ordinary files. */
  private static final int BASE_BYTES = 16 << 20;

  /** {@code core.bigFileThreshold}: git makes no deltas of larger ones. */
  private static final long LARGEST_BASE = 512L << 20;

  /** Version 2 of the index has checksums of the entries and offsets beyond 2 GiB. */
  private static final int INDEX_VERSION = 2;

  /**
   * Said, since on a virtual thread a buffer of unsaid size grows by just what is written to it,
   * and is copied each time: a third of all that a grep -r of Linux allocated.
   */
  private static final int INDEX_BUFFER_BYTES = 1 << 16;

  private final Path index;
  private final Listener listener;
  private final StagedPack staged;
  private final PackSource source;
  private final DeltaBases bases = new DeltaBases(BASE_BYTES);
  private final ObjectHash hash = new ObjectHash();

  /** In the order in which they came, which is that of their offsets. */
  private final List<PackEntry> entries = new ArrayList<>();

  private final ObjectIdOwnerMap<PackEntry> byId = new ObjectIdOwnerMap<>();

  /** Where objects are inflated to, as large as they were. */
  private byte[] scratch = new byte[1 << 16];

  /** What is there still: git writes a base right before the first of its deltas. May be null. */
  private PackEntry inScratch;

  /** Opened when a base has to be read again. */
  private StagedPack.Reader reader;

  /** Where the last whole object ends. */
  private long end = HEADER_BYTES;

  /**
   * @param staged to write the pack to; its index goes beside it
   * @param enough of a number of bytes received, whether to read no more
   */
  PackStream(InputStream stream, StagedPack staged, LongPredicate enough, Listener listener)
      throws IOException {
    this(stream, staged, enough, listener, LibDeflate.open());
  }

  /**
   * @param libDeflate closed with this
   */
  PackStream(
      InputStream stream,
      StagedPack staged,
      LongPredicate enough,
      Listener listener,
      Optional<LibDeflate> libDeflate)
      throws IOException {
    this.index = index(staged.file());
    this.listener = listener;
    this.staged = staged;
    this.source = new PackSource(stream, staged.file(), enough, libDeflate);
  }

  /**
   * Reads the pack. Its file and its index are then complete, unless it holds nothing.
   *
   * @throws CorruptPackException if it is none
   * @throws IOException if the disk fails; what the network does is in the outcome
   */
  Outcome read() throws IOException {
    Optional<IOException> failure = Optional.empty();
    boolean complete = false;
    byte[] checksum = new byte[0];
    try {
      checksum = readAll();
      complete = true;
    } catch (PackSource.EnoughException e) {
      // What has come is kept.
    } catch (PackSource.BrokenException e) {
      failure = Optional.of(e.failure());
    }
    if (!complete && !entries.isEmpty()) {
      checksum = source.cut(end, entries.size());
    }
    var sorted = new ArrayList<>(entries);
    Collections.sort(sorted);
    if (!sorted.isEmpty()) {
      try (var out =
          new BufferedOutputStream(new FileOutputStream(index.toFile()), INDEX_BUFFER_BYTES)) {
        BasePackIndexWriter.createVersion(out, INDEX_VERSION).write(sorted, checksum);
      }
    }
    return new Outcome(sorted, source.received(), complete, failure);
  }

  /** Where the index of a pack goes. */
  static Path index(Path pack) {
    return pack.resolveSibling(PackShelf.withoutExtension(pack) + ".idx");
  }

  boolean holds(ObjectId id) {
    return byId.contains(id);
  }

  @Override
  public void close() throws IOException {
    try (source) {
      if (reader != null) {
        reader.close();
      }
    }
  }

  private byte[] readAll()
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    byte[] signature = new byte[SIGNATURE.length];
    source.read(signature);
    long version = readInt();
    if (!Arrays.equals(signature, SIGNATURE) || version < 2 || version > 3) {
      throw new CorruptPackException("this is no pack that git-fs knows", null);
    }
    long count = readInt();
    for (long i = 0; i < count; i++) {
      readEntry();
      end = source.position();
    }
    byte[] checksum = source.checksum();
    byte[] trailer = new byte[Sha1.BYTES];
    source.read(trailer);
    if (!Arrays.equals(checksum, trailer)) {
      throw new CorruptPackException("its checksum is wrong", null);
    }
    if (!source.atEnd()) {
      throw new CorruptPackException("it goes on after its end", null);
    }
    return checksum;
  }

  private long readInt()
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    long value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      value = value << 8 | source.read();
    }
    return value;
  }

  private void readEntry()
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    source.startEntry();
    long offset = source.position();
    int next = source.read();
    int type = next >> 4 & 7;
    long size = next & 15;
    for (int shift = 4; next >= 0x80; shift += 7) {
      if (shift > 53) {
        throw new CorruptPackException("an object claims to be larger than any", null);
      }
      next = source.read();
      size |= (next & 0x7fL) << shift;
    }
    switch (type) {
      case Constants.OBJ_COMMIT, Constants.OBJ_TREE, Constants.OBJ_BLOB, Constants.OBJ_TAG ->
          readWhole(offset, type, size);
      case Constants.OBJ_OFS_DELTA -> readDelta(offset, baseAt(offset - readDistance()), size);
      case Constants.OBJ_REF_DELTA -> readDelta(offset, baseWithId(), size);
      default -> throw new CorruptPackException("an object is of no type", null);
    }
  }

  private long readDistance()
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    int next = source.read();
    long distance = next & 0x7f;
    while (next >= 0x80) {
      if (distance > Long.MAX_VALUE >> 8) {
        throw new CorruptPackException("a delta is too far from its base", null);
      }
      next = source.read();
      distance = distance + 1 << 7 | next & 0x7f;
    }
    return distance;
  }

  private PackEntry baseAt(long offset) throws CorruptPackException {
    int low = 0;
    int high = entries.size() - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      PackEntry entry = entries.get(middle);
      if (entry.getOffset() == offset) {
        return entry;
      }
      if (entry.getOffset() < offset) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    throw new CorruptPackException("a delta has no base", null);
  }

  private PackEntry baseWithId()
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    byte[] id = new byte[Sha1.BYTES];
    source.read(id);
    PackEntry base = byId.get(ObjectId.fromRaw(id));
    if (base == null) {
      throw new CorruptPackException(
          "the base of a delta, " + ObjectId.fromRaw(id).name() + ", does not come before it",
          null);
    }
    return base;
  }

  private void readWhole(long offset, int type, long size)
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    listener.announced(type, size, false);
    long body = source.position();
    if (size <= PackEntry.MOST_HELD) {
      inScratch = null;
      byte[] content = room((int) size);
      source.inflate(content, (int) size);
      PackEntry entry = add(content, (int) size, offset, body, type, 0, null);
      if (type != Constants.OBJ_BLOB) {
        bases.put(entry, Arrays.copyOf(content, (int) size));
      } else if (content == scratch) {
        inScratch = entry;
      }
      return;
    }
    boolean mayBeBase = size <= LARGEST_BASE;
    var hashing =
        new Hashing(type, size, mayBeBase ? reader().begin() : OutputStream.nullOutputStream());
    try (hashing) {
      source.inflate(size, hashing);
    }
    PackEntry entry = addLarge(hashing.id(), offset, body, type, size, 0, null);
    listener.arrivedLarge(
        entry, mayBeBase ? Optional.of(reader().finish(entry)) : Optional.empty());
  }

  private void readDelta(long offset, PackEntry base, long deltaSize)
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    listener.announced(base.type(), deltaSize, true);
    long body = source.position();
    if (deltaSize > PackEntry.MOST_HELD) {
      source.inflate(deltaSize, OutputStream.nullOutputStream());
    } else {
      byte[] delta = new byte[(int) deltaSize];
      source.inflate(delta, delta.length);
      long size = Delta.resultSize(delta, base.size());
      if (size > PackEntry.MOST_HELD || !base.isHeld()) {
        addLargeDelta(offset, body, delta, base, size);
        return;
      }
      byte[] content = Delta.apply(contents(base), delta);
      bases.put(add(content, content.length, offset, body, base.type(), deltaSize, base), content);
      return;
    }
    addLargeDelta(offset, body, deltaSize, base);
  }

  private byte[] room(int size) {
    if (size > SCRATCH_BYTES) {
      return new byte[size];
    }
    if (size > scratch.length) {
      scratch = new byte[Integer.highestOneBit(size - 1) << 1];
    }
    return scratch;
  }

  private PackEntry add(
      byte[] content, int size, long offset, long body, int type, long deltaSize, PackEntry base)
      throws CorruptPackException {
    ObjectId id = hash.of(type, content, size);
    var entry =
        new PackEntry(id, staged, type, size, offset, body, source.endEntry(), deltaSize, base);
    entries.add(entry);
    byId.addIfAbsent(entry);
    listener.arrived(entry, content);
    return entry;
  }

  private PackEntry addLarge(
      ObjectId id, long offset, long body, int type, long size, long deltaSize, PackEntry base) {
    var entry =
        new PackEntry(id, staged, type, size, offset, body, source.endEntry(), deltaSize, base);
    entries.add(entry);
    byId.addIfAbsent(entry);
    return entry;
  }

  /** Its result is large, or its base is. */
  private void addLargeDelta(long offset, long body, byte[] delta, PackEntry base, long size)
      throws IOException {
    ObjectId id;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment whole =
          base.isHeld() ? MemorySegment.ofArray(contents(base)) : reader().mapped(base, arena);
      var hashing = new Hashing(base.type(), size, reader().begin());
      try (hashing) {
        Delta.apply(whole, new ByteArrayInputStream(delta), hashing);
      }
      id = hashing.id();
    }
    PackEntry entry = addLarge(id, offset, body, base.type(), size, delta.length, base);
    listener.arrivedLarge(entry, Optional.of(reader().finish(entry)));
  }

  /** The delta itself is. Rare: git makes none of files that are really large. */
  private void addLargeDelta(long offset, long body, long deltaSize, PackEntry base)
      throws IOException {
    // Its id, which nobody has asked for yet, is all that is missing.
    var unnamed =
        new PackEntry(ObjectId.zeroId(), staged, base.type(), 0, offset, body, 0, deltaSize, base);
    Path content = reader().file(unnamed);
    long size = Files.size(content);
    var hashing = new Hashing(base.type(), size, OutputStream.nullOutputStream());
    Files.copy(content, hashing);
    PackEntry entry = addLarge(hashing.id(), offset, body, base.type(), size, deltaSize, base);
    reader.name(unnamed, entry);
    listener.arrivedLarge(entry, Optional.of(content));
  }

  private byte[] contents(PackEntry entry) throws IOException {
    byte[] content = bases.getIfPresent(entry);
    if (content == null) {
      content =
          entry == inScratch
              ? Arrays.copyOf(scratch, (int) entry.size())
              : reader().contents(entry);
      bases.put(entry, content);
    }
    return content;
  }

  private StagedPack.Reader reader() throws IOException {
    if (reader == null) {
      reader = staged.reader(bases);
    }
    return reader;
  }

  /** Hashes a large object on its way to where it is kept. */
  private final class Hashing extends FilterOutputStream {

    Hashing(int type, long size, OutputStream kept) {
      super(kept);
      hash.begin(type, size);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
      hash.update(content, offset, length);
      out.write(content, offset, length);
    }

    ObjectId id() throws CorruptPackException {
      return hash.id();
    }
  }
}
