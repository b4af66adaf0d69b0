package dev.gitfs.git.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A pack file that is still being written, as far as it is: gives out its objects again, wherever
 * the file is moved meanwhile, until this is closed. For any number of threads.
 */
final class StagedPack implements Closeable {

  private static final int BUFFER_BYTES = 1 << 14;

  private final Path path;
  private final PackFile file;

  /** {@code path} is there, and beside it is room for files as large as an object. */
  StagedPack(Path path) throws IOException {
    this.path = path;
    this.file = new PackFile(path);
  }

  Path file() {
    return path;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Reads objects of one pack, for one thread. */
  Reader reader(DeltaBases bases) {
    return new Reader(bases);
  }

  /** An object of this pack that is small enough to be held. For any thread. */
  static byte[] contents(PackEntry entry, DeltaBases bases) throws IOException {
    try (Reader reader = entry.pack().reader(bases)) {
      return reader.contents(entry);
    }
  }

  final class Reader implements Closeable {

    private final DeltaBases bases;

    private final ObjectInflater inflater = ObjectInflater.take();

    /** For large objects; made when one is read. Null until then. */
    private Inflater streaming;

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
          content = inflater.inflate(file, at.bodyOffset(), (int) at.size());
          if (at != entry) {
            bases.put(at, content);
          }
        }
      }
      for (PackEntry delta : deltas) {
        byte[] instructions = inflater.inflate(file, delta.bodyOffset(), (int) delta.deltaSize());
        content = Delta.apply(content, instructions);
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
      inflater.close();
      if (streaming != null) {
        streaming.end();
      }
      forget();
    }

    private Path temporary() throws IOException {
      return Files.createTempFile(path.getParent(), "large-", null);
    }

    private static OutputStream output(Path path) throws IOException {
      return new BufferedOutputStream(new FileOutputStream(path.toFile()), BUFFER_BYTES);
    }

    private InputStream stream(PackEntry entry) {
      if (streaming == null) {
        streaming = new Inflater();
      }
      streaming.reset();
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
              int count = file.read(position, target, offset, length);
              position += Math.max(count, 0);
              return count;
            }
          };
      // Deltas are read byte by byte.
      return new BufferedInputStream(
          new InflaterInputStream(deflated, streaming, BUFFER_BYTES), BUFFER_BYTES);
    }
  }
}
