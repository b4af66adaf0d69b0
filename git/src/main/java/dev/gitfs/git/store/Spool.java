package dev.gitfs.git.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large blobs, inflated once into files of the session, as they come or when they are read, and
 * read from there at any offset. A file stays while somebody has it open, and for as long after
 * that as the least recently used ones fit the bound.
 */
final class Spool implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

  /** Large enough to keep system calls rare, small enough for a few at a time. */
  private static final int COPY_BYTES = 256 << 10;

  private final Path directory;
  private final long idleBytes;

  /** In order of last use. Guarded by this. */
  private final Map<ObjectId, SpoolFile> files = new LinkedHashMap<>(16, 0.75f, true);

  /** Keeps at most {@code idleBytes} of files that nobody has open. */
  Spool(Path scratch, long idleBytes) throws IOException {
    this.directory = Files.createDirectories(scratch.resolve("spool"));
    this.idleBytes = idleBytes;
  }

  synchronized Optional<Blob> open(ObjectId id) {
    SpoolFile file = files.get(id);
    if (file != null && !file.isWhole()) {
      LOG.warn("The file of {} in {} is damaged; it is inflated once more", id.name(), directory);
      files.remove(id);
      file.delete();
      file = null;
    }
    return Optional.ofNullable(file).map(SpooledBlob::new);
  }

  /** Writes {@code contents} to a file and opens it, or the one that is already there. */
  Blob add(ObjectId id, InputStream contents, long size) throws IOException {
    Path path = FileTrees.createTempFile(directory, id.name() + "-", null);
    try {
      copy(contents, path, size);
    } catch (IOException e) {
      Files.deleteIfExists(path);
      throw DiskFull.explain(e, directory);
    }
    var file = new SpoolFile(path, size);
    synchronized (this) {
      Blob blob = new SpooledBlob(add(id, file));
      trim();
      return blob;
    }
  }

  /** Keeps what is in {@code content}, a file of the same file system, beyond that file's end. */
  void link(ObjectId id, Path content, long size) {
    Path path = directory.resolve(id.name() + "-" + content.getFileName());
    try {
      Files.createLink(path, content);
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{} is to be inflated once more when it is read", id.name(), e);
      return;
    }
    synchronized (this) {
      add(id, new SpoolFile(path, size));
      trim();
    }
  }

  /** With the lock held. Returns what is there already, if there is, in place of {@code file}. */
  private SpoolFile add(ObjectId id, SpoolFile file) {
    SpoolFile present = files.putIfAbsent(id, file);
    if (present != null) {
      file.delete();
      return present;
    }
    return file;
  }

  @Override
  public synchronized void close() {
    files.values().forEach(SpoolFile::delete);
    files.clear();
  }

  private synchronized void release(SpoolFile file) {
    file.readers--;
    trim();
  }

  private void trim() {
    long idle = files.values().stream().filter(f -> f.readers == 0).mapToLong(f -> f.size).sum();
    var oldest = files.values().iterator();
    while (idle > idleBytes && oldest.hasNext()) {
      SpoolFile file = oldest.next();
      if (file.readers == 0) {
        idle -= file.size;
        oldest.remove();
        file.delete();
      }
    }
  }

  private static void copy(InputStream contents, Path path, long size) throws IOException {
    long copied = 0;
    byte[] buffer = new byte[COPY_BYTES];
    // Not through a channel, which an interrupt would close; it is asked for between pieces.
    try (var out = new FileOutputStream(path.toFile())) {
      for (int n; (n = contents.read(buffer)) >= 0; copied += n) {
        if (Thread.currentThread().isInterrupted()) {
          throw new InterruptedIOException("interrupted while inflating a large blob");
        }
        out.write(buffer, 0, n);
      }
    }
    if (copied != size) {
      throw new IOException("a blob of " + size + " bytes ended after " + copied);
    }
  }

  /** One blob's file. */
  private static final class SpoolFile {

    private final Path path;
    private final ScratchFile content;
    private final long size;

    /** Guarded by the spool. */
    private int readers;

    SpoolFile(Path path, long size) {
      this.path = path;
      this.content = new ScratchFile(path, StandardOpenOption.READ);
      this.size = size;
    }

    /** Whether it is there, and has not been cut short. */
    boolean isWhole() {
      return path.toFile().length() == size;
    }

    void delete() {
      content.delete();
    }
  }

  private final class SpooledBlob implements Blob {

    private final SpoolFile file;
    private boolean closed;

    /** With the spool's lock held. */
    SpooledBlob(SpoolFile file) {
      this.file = file;
      file.readers++;
    }

    @Override
    public long size() {
      return file.size;
    }

    @Override
    public int read(long offset, MemorySegment target) throws IOException {
      long count = Math.min(file.size - offset, Math.min(target.byteSize(), Integer.MAX_VALUE));
      if (count <= 0) {
        return 0;
      }
      file.content.read(offset, target.asSlice(0, count).asByteBuffer());
      return (int) count;
    }

    @Override
    public void close() {
      synchronized (Spool.this) {
        if (!closed) {
          closed = true;
          release(file);
        }
      }
    }
  }
}
