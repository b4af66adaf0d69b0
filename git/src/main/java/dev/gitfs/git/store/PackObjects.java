package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdOwnerMap;
import org.eclipse.jgit.transport.PackedObjectInfo;

/**
 * The objects of a pack that is being received: each is made whole, named and handed on, and kept
 * while others may be deltas of it. They are given in the order of the pack. For one thread.
 */
final class PackObjects implements Closeable {

  /** Enough for the longest chains of trees and ordinary files. */
  private static final int BASE_BYTES = 16 << 20;

  /** {@code core.bigFileThreshold}: git makes no deltas of larger ones. */
  private static final long LARGEST_BASE = 512L << 20;

  /** Of a large result, what is hashed and written at a time. */
  private static final int BUFFER_BYTES = 1 << 16;

  private static final Comparator<PackedObjectInfo> BY_OFFSET =
      Comparator.comparingLong(PackedObjectInfo::getOffset);

  private final StagedPack staged;
  private final PackStream.Listener listener;
  private final DeltaBases bases = new DeltaBases(BASE_BYTES);
  private final ObjectHash hash = new ObjectHash();

  /** In the order in which they came, which is that of their offsets. */
  private final List<PackEntry> entries = new ArrayList<>();

  private final ObjectIdOwnerMap<PackEntry> byId = new ObjectIdOwnerMap<>();

  /**
   * The blob that came last of those that are no deltas, and where its content is while that is
   * lent: git writes a base right before the first of its deltas. May be null.
   */
  private PackEntry lastWhole;

  private byte[] lastContent;

  /** Opened when a base has to be read again. */
  private StagedPack.Reader reader;

  /** {@code listener} hears of each. */
  PackObjects(StagedPack staged, PackStream.Listener listener) {
    this.staged = staged;
    this.listener = listener;
  }

  /** What has come, in the order of the pack. */
  List<PackEntry> entries() {
    return entries;
  }

  boolean holds(ObjectId id) {
    return byId.contains(id);
  }

  /** The object that begins at {@code offset}. */
  PackEntry at(long offset) throws CorruptPackException {
    var place = new PackedObjectInfo(ObjectId.zeroId());
    place.setOffset(offset);
    int index = Collections.binarySearch(entries, place, BY_OFFSET);
    if (index < 0) {
      throw new CorruptPackException("a delta has no base", null);
    }
    return entries.get(index);
  }

  PackEntry named(ObjectId id) throws CorruptPackException {
    PackEntry entry = byId.get(id);
    if (entry == null) {
      throw new CorruptPackException(
          "the base of a delta, " + id.name() + ", does not come before it", null);
    }
    return entry;
  }

  /**
   * Adds an object that is no delta, whose content is the first {@code size} bytes of an array that
   * is lent until {@link #giveBack}.
   */
  void whole(PackedExtent extent, int type, byte[] content, int size) throws CorruptPackException {
    PackEntry entry = add(extent, type, content, size, 0, null);
    if (type == Constants.OBJ_BLOB) {
      lastWhole = entry;
      lastContent = content;
    } else {
      bases.put(entry, Arrays.copyOf(content, size));
    }
  }

  void giveBack() {
    lastWhole = null;
    lastContent = null;
  }

  /**
   * Begins one that is no delta and too large to be held: its content is written to what this
   * returns, then that is closed, then told that it is there.
   */
  Large large(int type, long size) throws IOException {
    return new Large(type, size, size <= LARGEST_BASE);
  }

  final class Large extends Hashing {

    private final int type;
    private final long size;
    private final boolean isKept;

    private Large(int type, long size, boolean isKept) throws IOException {
      super(type, size, isKept ? reader().begin() : OutputStream.nullOutputStream());
      this.type = type;
      this.size = size;
      this.isKept = isKept;
    }

    void isThere(PackedExtent extent) throws IOException {
      isThere(extent, 0, null);
    }

    private void isThere(PackedExtent extent, long deltaSize, PackEntry base) throws IOException {
      PackEntry entry = add(id(), extent, type, size, deltaSize, base);
      listener.arrivedLarge(entry, isKept ? Optional.of(reader().finish(entry)) : Optional.empty());
    }
  }

  /** Adds a delta of {@code base}. */
  void delta(PackedExtent extent, PackEntry base, byte[] delta) throws IOException {
    long size = Delta.resultSize(delta, base.size());
    if (size > PackEntry.MOST_HELD || !base.isHeld()) {
      largeResult(extent, base, delta, size);
      return;
    }
    byte[] content = Delta.apply(contents(base), delta);
    bases.put(add(extent, base.type(), content, content.length, delta.length, base), content);
  }

  /** The result is large, or the base is. */
  private void largeResult(PackedExtent extent, PackEntry base, byte[] delta, long size)
      throws IOException {
    Large content;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment whole =
          base.isHeld() ? MemorySegment.ofArray(contents(base)) : reader().mapped(base, arena);
      content = new Large(base.type(), size, true);
      // Most instructions make a few dozen bytes.
      try (var buffered = new BufferedOutputStream(content, BUFFER_BYTES)) {
        Delta.apply(whole, new ByteArrayInputStream(delta), buffered);
      }
    }
    content.isThere(extent, delta.length, base);
  }

  /**
   * Adds a delta that is large itself, of {@code deltaSize} bytes, and in the staged pack by now.
   * Rare: git makes none of files that are really large.
   */
  void largeDelta(PackedExtent extent, PackEntry base, long deltaSize) throws IOException {
    // Its id, which nobody has asked for yet, is all that is missing.
    var unnamed = new PackEntry(ObjectId.zeroId(), staged, base.type(), 0, extent, deltaSize, base);
    Path content = reader().file(unnamed);
    long size = Files.size(content);
    var hashing = new Hashing(base.type(), size, OutputStream.nullOutputStream());
    Files.copy(content, hashing);
    PackEntry entry = add(hashing.id(), extent, base.type(), size, deltaSize, base);
    reader.name(unnamed, entry);
    listener.arrivedLarge(entry, Optional.of(content));
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }

  private PackEntry add(
      PackedExtent extent, int type, byte[] content, int size, long deltaSize, PackEntry base)
      throws CorruptPackException {
    PackEntry entry = add(hash.of(type, content, size), extent, type, size, deltaSize, base);
    listener.arrived(entry, content);
    return entry;
  }

  private PackEntry add(
      ObjectId id, PackedExtent extent, int type, long size, long deltaSize, PackEntry base) {
    var entry = new PackEntry(id, staged, type, size, extent, deltaSize, base);
    entries.add(entry);
    byId.addIfAbsent(entry);
    return entry;
  }

  private byte[] contents(PackEntry entry) throws IOException {
    byte[] content = bases.getIfPresent(entry);
    if (content == null) {
      content =
          entry == lastWhole
              ? Arrays.copyOf(lastContent, (int) entry.size())
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
  private class Hashing extends FilterOutputStream {

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
