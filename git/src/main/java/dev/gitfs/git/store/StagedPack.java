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
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/**
 * A pack file that is still being written, as far as it is: gives out its objects again, wherever
 * the file is moved meanwhile, until this is closed. For any number of threads.
 */
final class StagedPack implements Closeable {

  private static final int BUFFER_BYTES = 1 << 14;

  /** What large objects may take as files, beside the last one. */
  private static final long LARGE_BYTES = 256 << 20;

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

    /** The large objects asked for last, each most likely the base of another, in that order. */
    private final SequencedMap<PackEntry, Path> large = new LinkedHashMap<>(16, 0.75f, true);

    private long largeBytes;

    /** What the next one is being written to; null at other times. */
    private Path begun;

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
      for (; at.isDelta() && !large.containsKey(at); at = at.base()) {
        deltas.push(at);
      }
      if (!large.containsKey(at)) {
        try (InputStream in = stream(at);
            OutputStream out = begin()) {
          in.transferTo(out);
        }
        finish(at);
      }
      for (PackEntry delta : deltas) {
        try (InputStream in = stream(delta);
            Arena arena = Arena.ofConfined();
            OutputStream out = begin()) {
          Delta.apply(map(large.get(at), arena), in, out);
        }
        finish(delta);
        at = delta;
      }
      return large.get(at);
    }

    /**
     * A large object in memory that the kernel may take back, for as long as {@code arena} lives.
     */
    MemorySegment mapped(PackEntry entry, Arena arena) throws IOException {
      return map(file(entry), arena);
    }

    /**
     * Where somebody else may write a large object, whose name he tells by {@link #finish}. Until
     * then nothing else may be asked for.
     */
    OutputStream begin() throws IOException {
      begun = Files.createTempFile(path.getParent(), "large-", null);
      return new BufferedOutputStream(new FileOutputStream(begun.toFile()), BUFFER_BYTES);
    }

    /** What was begun is {@code entry}, and is what {@link #file} gives for it. */
    Path finish(PackEntry entry) throws IOException {
      Path finished = begun;
      begun = null;
      Path same = large.put(entry, finished);
      if (same != null) {
        forget(same);
      }
      largeBytes += Files.size(finished);
      while (largeBytes > LARGE_BYTES && large.size() > 1) {
        forget(large.pollFirstEntry().getValue());
      }
      return finished;
    }

    /** Tells who the object last asked for was, if that was not known then. */
    void name(PackEntry unnamed, PackEntry entry) {
      large.put(entry, large.remove(unnamed));
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
      try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      }
    }

    private void forget(Path file) throws IOException {
      largeBytes -= Files.size(file);
      Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
      inflater.close();
      if (streaming != null) {
        streaming.end();
      }
      for (Path file : large.values()) {
        Files.deleteIfExists(file);
      }
      if (begun != null) {
        Files.deleteIfExists(begun);
      }
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
