package dev.gitfs.git.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A pack file that is still being written, as far as it is: gives out its objects again, wherever
 * the file is moved meanwhile, until this is closed. For any number of threads.
 */
final class StagedPack implements Closeable {

  private static final int BUFFER_BYTES = 1 << 14;

  /** Says that the pack is no longer staged. */
  static final class ClosedException extends IOException {

    private static final long serialVersionUID = 1;

    ClosedException(Path file) {
      super(file + " is not staged any more");
    }
  }

  private final Path file;

  /** Guarded by this. Not a channel, which an interrupt would close. */
  private final RandomAccessFile pack;

  private boolean closed;

  /** {@code file} is there, and beside it is room for files as large as an object. */
  StagedPack(Path file) throws IOException {
    this.file = file;
    this.pack = new RandomAccessFile(file.toFile(), "r");
  }

  Path file() {
    return file;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    pack.close();
  }

  private synchronized int read(long position, byte[] target, int offset, int length)
      throws IOException {
    if (closed) {
      throw new ClosedException(file);
    }
    pack.seek(position);
    return pack.read(target, offset, length);
  }

  /** Reads objects of one pack, for one thread. */
  Reader reader(DeltaBases bases) {
    return new Reader(bases);
  }

  /** An object of this pack that is small enough to be held. For any thread. */
  static byte[] contents(PackEntry entry) throws IOException {
    try (Reader reader = entry.pack().reader(new DeltaBases())) {
      return reader.contents(entry);
    }
  }

  final class Reader implements Closeable {

    private final DeltaBases bases;

    private final Inflater inflater = new Inflater();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** The large object asked for last: most likely the base of the next. Both null or neither. */
    private PackEntry large;

    private Path largeFile;

    private Reader(DeltaBases bases) {
      this.bases = bases;
    }

    /** An object none of whose bases is larger than what is held. */
    byte[] contents(PackEntry entry) throws IOException {
      Deque<PackEntry> deltas = new ArrayDeque<>();
      PackEntry at = entry;
      byte[] content = bases.getIfPresent(at);
      while (content == null) {
        if (at.isDelta()) {
          deltas.push(at);
          at = at.base();
          content = bases.getIfPresent(at);
        } else {
          content = inflate(at, at.size());
          bases.put(at, content);
        }
      }
      for (PackEntry delta : deltas) {
        content = Delta.apply(content, inflate(delta, delta.deltaSize()));
        bases.put(delta, content);
      }
      return content;
    }

    /**
     * An object of any size as a file, which stays until another one is asked for. Takes as much
     * again for its base meanwhile.
     */
    Path file(PackEntry entry) throws IOException {
      Deque<PackEntry> deltas = new ArrayDeque<>();
      PackEntry at = entry;
      for (; at.isDelta() && at != large; at = at.base()) {
        deltas.push(at);
      }
      if (at != large) {
        try (InputStream in = stream(at)) {
          keep(at, in);
        }
      }
      for (PackEntry delta : deltas) {
        apply(delta);
      }
      return largeFile;
    }

    /** Tells who the object last asked for was, if that was not known then. */
    void name(PackEntry entry) {
      large = entry;
    }

    private void apply(PackEntry delta) throws IOException {
      try (InputStream in = stream(delta);
          FileChannel base = FileChannel.open(largeFile, StandardOpenOption.READ);
          Arena arena = Arena.ofConfined()) {
        MemorySegment mapped = base.map(FileChannel.MapMode.READ_ONLY, 0, base.size(), arena);
        Path result = temporary();
        try (OutputStream out = output(result)) {
          Delta.apply(mapped, in, out);
        } catch (IOException e) {
          Files.deleteIfExists(result);
          throw e;
        }
        forget();
        large = delta;
        largeFile = result;
      }
    }

    private void keep(PackEntry entry, InputStream content) throws IOException {
      forget();
      largeFile = temporary();
      try (OutputStream out = output(largeFile)) {
        content.transferTo(out);
      }
      large = entry;
    }

    private void forget() throws IOException {
      large = null;
      if (largeFile != null) {
        Files.deleteIfExists(largeFile);
      }
    }

    @Override
    public void close() throws IOException {
      inflater.end();
      forget();
    }

    private Path temporary() throws IOException {
      return Files.createTempFile(file.getParent(), "large-", null);
    }

    private static OutputStream output(Path path) throws IOException {
      return new BufferedOutputStream(new FileOutputStream(path.toFile()), BUFFER_BYTES);
    }

    /** The deflated bytes were read before: they are what they should be, or the disk is not. */
    private byte[] inflate(PackEntry entry, long size) throws IOException {
      byte[] content = new byte[(int) size];
      inflater.reset();
      long position = entry.bodyOffset();
      try {
        for (int filled = 0; filled < content.length; ) {
          int count = inflater.inflate(content, filled, content.length - filled);
          filled += count;
          if (count == 0) {
            int read =
                inflater.needsInput() ? StagedPack.this.read(position, buffer, 0, BUFFER_BYTES) : 0;
            if (read <= 0) {
              throw new IOException(file + " has changed while it was received");
            }
            position += read;
            inflater.setInput(buffer, 0, read);
          }
        }
      } catch (DataFormatException e) {
        throw new IOException(file + " has changed while it was received", e);
      }
      return content;
    }

    private InputStream stream(PackEntry entry) {
      inflater.reset();
      var deflated =
          new InputStream() {
            private long position = entry.bodyOffset();

            @Override
            public int read() throws IOException {
              byte[] one = new byte[1];
              return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
              int count = StagedPack.this.read(position, target, offset, length);
              position += Math.max(count, 0);
              return count;
            }
          };
      // Deltas are read byte by byte.
      return new BufferedInputStream(
          new InflaterInputStream(deflated, inflater, BUFFER_BYTES), BUFFER_BYTES);
    }
  }
}
