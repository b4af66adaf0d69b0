package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
    void announced(long size, boolean isDelta);

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

  /** Objects up to this size are inflated to one place: the collector never hears of them. */
  private static final int SCRATCH_BYTES = 1 << 20;

  /** Version 2 of the index has checksums of the entries and offsets beyond 2 GiB. */
  private static final int INDEX_VERSION = 2;

  /**
   * Said, since on a virtual thread a buffer of unsaid size grows by just what is written to it,
   * and is copied each time: a third of all that a grep -r of Linux allocated.
   */
  private static final int INDEX_BUFFER_BYTES = 1 << 16;

  private final Path index;
  private final Listener listener;
  private final PackSource source;
  private final PackObjects objects;

  /** Where objects are inflated to, as large as they were. */
  private byte[] scratch = new byte[1 << 16];

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
    this.objects = new PackObjects(staged, listener);
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
    var sorted = new ArrayList<>(objects.entries());
    if (!complete && !sorted.isEmpty()) {
      checksum = source.cut(sorted.getLast().end(), sorted.size());
    }
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
    return objects.holds(id);
  }

  @Override
  public void close() throws IOException {
    try (source) {
      objects.close();
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
      case Constants.OBJ_OFS_DELTA -> readDelta(offset, objects.at(offset - readDistance()), size);
      case Constants.OBJ_REF_DELTA -> readDelta(offset, objects.named(readId()), size);
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

  private ObjectId readId()
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    byte[] id = new byte[Sha1.BYTES];
    source.read(id);
    return ObjectId.fromRaw(id);
  }

  private void readWhole(long offset, int type, long size)
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    listener.announced(size, false);
    long body = source.position();
    if (size > PackEntry.MOST_HELD) {
      PackObjects.Large content = objects.large(type, size);
      try (content) {
        source.inflate(size, content);
      }
      content.isThere(extent(offset, body));
    } else {
      objects.giveBack();
      byte[] content = room((int) size);
      source.inflate(content, (int) size);
      objects.whole(extent(offset, body), type, content, (int) size);
    }
  }

  private void readDelta(long offset, PackEntry base, long deltaSize)
      throws IOException, PackSource.EnoughException, PackSource.BrokenException {
    listener.announced(deltaSize, true);
    long body = source.position();
    if (deltaSize > PackEntry.MOST_HELD) {
      source.inflate(deltaSize, OutputStream.nullOutputStream());
      objects.largeDelta(extent(offset, body), base, deltaSize);
    } else {
      byte[] delta = new byte[(int) deltaSize];
      source.inflate(delta, delta.length);
      objects.delta(extent(offset, body), base, delta);
    }
  }

  /** What has been read since {@code offset}. */
  private PackedExtent extent(long offset, long body) {
    return new PackedExtent(offset, body, source.position(), source.endEntry());
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
}
