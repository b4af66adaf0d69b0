package dev.gitfs.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads files to their last byte, many at a time, and sees that each is as long as git says. */
final class ParallelReader {
  private static final int BUFFER = 256 << 10;

  private ParallelReader() {}

  /** Reads all {@code files} of the tree at {@code root}, in their order. */
  static void readAll(Path root, List<TreeFile> files, int threads)
      throws IOException, InterruptedException {
    var next = new AtomicInteger();
    // Platform threads: a read of a mounted file holds its thread until the server has answered.
    try (var executor = Executors.newFixedThreadPool(threads, Thread.ofPlatform().factory())) {
      var readers = new ArrayList<Future<?>>();
      for (var i = 0; i < threads; i++) {
        readers.add(
            executor.submit(() -> {
              var buffer = new byte[BUFFER];
              for (var n = next.getAndIncrement(); n < files.size(); n = next.getAndIncrement()) {
                read(root, files.get(n), buffer);
              }
              return null;
            }));
      }
      for (var reader : readers) {
        reader.get();
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case UncheckedIOException cause -> throw cause.getCause();
        default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Reads one file. Returns its length. */
  static long read(Path root, TreeFile file, byte[] buffer) throws IOException {
    var length = 0L;
    try (var in = Files.newInputStream(root.resolve(file.path()))) {
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        length += n;
      }
    }
    if (length != file.size()) {
      throw new IOException(file.path() + " has " + length + " bytes in place of " + file.size());
    }
    return length;
  }
}
