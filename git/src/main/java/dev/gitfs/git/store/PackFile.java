package dev.gitfs.git.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A pack as a file to read at any place, wherever it is moved meanwhile and even if it is deleted,
 * until this is closed. For any number of threads.
 */
final class PackFile implements Closeable {

  /** Says that nothing more is read from here. */
  static final class ClosedException extends IOException {

    private static final long serialVersionUID = 1;

    ClosedException(Path file) {
      super(file + " is closed");
    }
  }

  private final Path path;

  /** Guarded by this. Not a channel, which an interrupt would close. */
  private final RandomAccessFile file;

  private boolean closed;

  PackFile(Path path) throws IOException {
    this.path = path;
    this.file = new RandomAccessFile(path.toFile(), "r");
  }

  /** Where it was when it was opened. */
  Path path() {
    return path;
  }

  /** Reads some bytes, at least one, or returns -1 at the file's end. */
  synchronized int read(long position, byte[] target, int offset, int length) throws IOException {
    if (closed) {
      throw new ClosedException(path);
    }
    file.seek(position);
    return file.read(target, offset, length);
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    file.close();
  }
}
