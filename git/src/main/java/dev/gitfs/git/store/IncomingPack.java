package dev.gitfs.git.store;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import org.eclipse.jgit.internal.storage.file.BasePackIndexWriter;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectDatabase;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.transport.PackedObjectInfo;

/**
 * One pack on its way from the network into a file, with its index. JGit parses it, inflates and
 * hashes every object, watching for SHA-1 collisions, and completes the deltas.
 *
 * <p>JGit's own receiver of packs waits for the disk to have the pack and the index, twice 3 to 20
 * ms, which a cache can do without: a pack that a loss of power tears is recognised and fetched
 * again. It also compares each object with one of the same id that is already there; what has been
 * verified against the id needs no second opinion.
 */
final class IncomingPack extends PackParser implements Closeable {

  /** Version 2 of the index has checksums of the entries and offsets beyond 2 GiB. */
  private static final int INDEX_VERSION = 2;

  private final Path index;
  private final RandomAccessFile file;
  private final CRC32 crc = new CRC32();
  private byte[] checksum;

  /** What the disk refused to do, if it did. */
  private IOException diskFailure;

  /** {@code objects} are asked for nothing: the pack must be complete in itself. */
  IncomingPack(ObjectDatabase objects, InputStream stream, Path pack, Path index)
      throws IOException {
    super(objects, stream);
    this.index = index;
    this.file = new RandomAccessFile(pack.toFile(), "rw");
    setAllowThin(false);
    setObjectChecking(false);
    setCheckObjectCollisions(false);
    // The stream may still have to be read to its end by the protocol, which knows what follows.
    setCheckEofAfterPackFooter(true);
  }

  /**
   * Reads the stream to its end. The pack and its index are then complete.
   *
   * @return the ids of its objects
   */
  Set<ObjectId> receive() throws IOException {
    parse(NullProgressMonitor.INSTANCE);
    List<PackedObjectInfo> entries = getSortedObjectList(null);
    if (!entries.isEmpty()) {
      onDisk(() -> writeIndex(entries));
    }
    return new HashSet<>(entries);
  }

  /** Whether the disk, not the pack, was to blame for a failure. */
  boolean diskFailed() {
    return diskFailure != null;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void writeIndex(List<PackedObjectInfo> entries) throws IOException {
    try (var out = new BufferedOutputStream(new FileOutputStream(index.toFile()))) {
      BasePackIndexWriter.createVersion(out, INDEX_VERSION).write(entries, checksum);
    }
  }

  @Override
  protected void onStoreStream(byte[] raw, int from, int length) throws IOException {
    onDisk(() -> file.write(raw, from, length));
  }

  @Override
  protected void onPackFooter(byte[] hash) throws IOException {
    checksum = hash;
    onDisk(() -> file.write(hash));
  }

  @Override
  protected ObjectTypeAndSize seekDatabase(PackedObjectInfo entry, ObjectTypeAndSize header)
      throws IOException {
    return seek(entry.getOffset(), header);
  }

  @Override
  protected ObjectTypeAndSize seekDatabase(UnresolvedDelta delta, ObjectTypeAndSize header)
      throws IOException {
    return seek(delta.getOffset(), header);
  }

  private ObjectTypeAndSize seek(long offset, ObjectTypeAndSize header) throws IOException {
    onDisk(() -> file.seek(offset));
    crc.reset();
    return readObjectHeader(header);
  }

  @Override
  protected int readDatabase(byte[] target, int from, int length) throws IOException {
    return file.read(target, from, length);
  }

  @Override
  protected boolean checkCRC(int expected) {
    return expected == (int) crc.getValue();
  }

  @Override
  protected void onBeginWholeObject(long position, int type, long size) {
    crc.reset();
  }

  @Override
  protected void onBeginOfsDelta(long position, long base, long size) {
    crc.reset();
  }

  @Override
  protected void onBeginRefDelta(long position, AnyObjectId base, long size) {
    crc.reset();
  }

  @Override
  protected void onObjectHeader(Source source, byte[] raw, int from, int length) {
    crc.update(raw, from, length);
  }

  @Override
  protected void onObjectData(Source source, byte[] raw, int from, int length) {
    crc.update(raw, from, length);
  }

  @Override
  protected void onEndWholeObject(PackedObjectInfo entry) {
    entry.setCRC((int) crc.getValue());
  }

  @Override
  protected UnresolvedDelta onEndDelta() {
    var delta = new UnresolvedDelta();
    delta.setCRC((int) crc.getValue());
    return delta;
  }

  @Override
  protected void onInflatedObjectData(PackedObjectInfo entry, int type, byte[] content) {}

  @Override
  protected void onPackHeader(long objects) {}

  /** Only thin packs lack bases, and those are refused. */
  @Override
  protected boolean onAppendBase(int type, byte[] content, PackedObjectInfo entry) {
    return false;
  }

  @Override
  protected void onEndThinPack() {}

  @FunctionalInterface
  private interface DiskAction {
    void run() throws IOException;
  }

  private void onDisk(DiskAction action) throws IOException {
    try {
      action.run();
    } catch (IOException e) {
      diskFailure = e;
      throw e;
    }
  }
}
