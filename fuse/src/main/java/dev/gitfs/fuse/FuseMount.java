package dev.gitfs.fuse;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A mounted file system, served by this process until it is unmounted by anyone or closed. Methods
 * are thread-safe.
 */
public final class FuseMount implements AutoCloseable {
  /** Who asked the kernel to mount. */
  public enum Means {
    /** This process, by mount(2). */
    MOUNT,
    /** The setuid program fusermount3. */
    FUSERMOUNT
  }

  private FuseMount() {}

  /**
   * Mounts a file system on a directory and starts to serve it: by mount(2) where this process may,
   * else through fusermount3. Returns once the kernel and this side have agreed on the protocol and
   * the file system's {@code init} has returned. The caller's threads are not needed from then on.
   *
   * @throws IOException saying what was refused and what to do about it
   */
  public static FuseMount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    throw new UnsupportedOperationException();
  }

  /**
   * Unmounts whatever is mounted on a directory, by umount2(2) where this process may, else through
   * fusermount3.
   *
   * @param lazy detach it at once even if it is in use; the file system ends with its last user
   * @throws IOException if it is busy (and not lazy), or not a mount
   */
  public static void unmount(Path directory, boolean lazy) throws IOException {
    throw new UnsupportedOperationException();
  }

  /** Where it is mounted. */
  public Path directory() {
    throw new UnsupportedOperationException();
  }

  /** How it was mounted. */
  public Means means() {
    throw new UnsupportedOperationException();
  }

  /** What was agreed with the kernel. */
  public Connection connection() {
    throw new UnsupportedOperationException();
  }

  /** Tells the kernel what changed. */
  public Notifier notifier() {
    return connection().notifier();
  }

  /**
   * Waits until the file system is no longer mounted and the last operation, including {@link
   * FileSystem#destroy}, has ended.
   */
  public void awaitEnd() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * Unmounts, and waits for the end. If files are in use the mount is detached: nobody can reach it
   * any more; those who use it are served until they are done or this process ends, and this method
   * does not wait for them. Does nothing if it is unmounted already. Meant to be called from a
   * shutdown hook too.
   */
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
