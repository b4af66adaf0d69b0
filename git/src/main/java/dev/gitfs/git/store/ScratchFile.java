package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of the session, read and written at any place by any number of threads. An interrupt of
 * one of them closes its channel for all, which is then opened again; the interrupt stays.
 */
final class ScratchFile {

  private static final Logger LOG = LoggerFactory.getLogger(ScratchFile.class);

  private final Path path;
  private final OpenOption[] options;

  /** Guarded by this. */
  private FileChannel channel;

  ScratchFile(Path path, OpenOption... options) {
    this.path = path;
    this.options = options;
  }

  /** Fills {@code target} from {@code position} on; fails if the file ends before. */
  void read(long position, ByteBuffer target) throws IOException {
    long start = position - target.position();
    transfer(
        target,
        open -> {
          if (open.read(target, start + target.position()) < 0) {
            throw new IOException(path + " was cut short");
          }
        });
  }

  /** Writes all of {@code source}. */
  void write(long position, ByteBuffer source) throws IOException {
    long start = position - source.position();
    transfer(source, open -> open.write(source, start + source.position()));
  }

  /** It begins anew if it is written to after that. */
  synchronized void delete() {
    try {
      if (channel != null) {
        channel.close();
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("Could not delete {}; the next start will", path, e);
    }
  }

  @FunctionalInterface
  private interface Transfer {
    void run(FileChannel channel) throws IOException;
  }

  private void transfer(ByteBuffer buffer, Transfer part) throws IOException {
    boolean interrupted = false;
    try {
      while (buffer.hasRemaining()) {
        try {
          part.run(channel());
        } catch (ClosedChannelException e) {
          // This thread's interrupt, or that of another who was at it at the same moment. What has
          // been transferred before it is in the buffer.
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized FileChannel channel() throws IOException {
    if (channel == null || !channel.isOpen()) {
      try {
        channel = FileChannel.open(path, options);
      } catch (NoSuchFileException e) {
        // Somebody has deleted the directory meanwhile.
        Files.createDirectories(path.getParent());
        channel = FileChannel.open(path, options);
      }
    }
    return channel;
  }
}
