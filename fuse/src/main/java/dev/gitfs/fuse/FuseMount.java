package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.BusyException;
import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.MountTable;
import dev.gitfs.fuse.linux.Mounting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A mounted file system, served by this process until it is unmounted by anyone or closed. Methods
 * are thread-safe.
 *
 * <p>The threads that serve it are daemons: a program that only serves waits in {@link #awaitEnd}.
 */
public final class FuseMount implements AutoCloseable {
  /** Who asked the kernel to mount. */
  public enum Means {
    /** This process, by mount(2). */
    MOUNT,
    /** The setuid program fusermount3. */
    FUSERMOUNT
  }

  /** How long {@link #close} waits for operations that were told to end. */
  private static final long CLOSE_MILLIS = 5_000;

  private final Path directory;
  private final Means means;
  private final Session session;

  /** What the mount table had for us after mounting. */
  private final Optional<String> device;

  private FuseMount(Path directory, Means means, Session session) throws IOException {
    this.directory = directory;
    this.means = means;
    this.session = session;
    this.device = MountTable.deviceAt(directory);
  }

  /**
   * Does ahead of time what the first mount of a process needs: linking to libc, half a tenth of a
   * second of work, which a program can have done on another thread while it waits for something.
   */
  public static void prepare() {
    Mounting.prepare();
  }

  /**
   * Mounts a file system on a directory and starts to serve it: by mount(2) where this process may,
   * else through fusermount3. Returns once the kernel and this side have agreed on the protocol and
   * the file system's {@code init} has returned. The caller's threads are not needed from then on.
   *
   * @throws IOException saying what was refused and what to do about it
   */
  public static FuseMount mount(FileSystem fileSystem, Path directory, MountOptions options)
      throws IOException {
    Path real = directory.toRealPath();
    if (!Files.isDirectory(real)) {
      throw new NotDirectoryException(real.toString());
    }
    Mounting.Mounted mounted = Mounting.mount(real, options.spec());
    Channel channel = mounted.device();
    try {
      Session session = Session.start(fileSystem, channel, options);
      return new FuseMount(real, mounted.direct() ? Means.MOUNT : Means.FUSERMOUNT, session);
    } catch (IOException | RuntimeException | Error e) {
      unmountAfterFailure(real, e);
      throw e;
    }
  }

  /**
   * Mounts nothing on a directory, and unmounts it at once: whether this process may.
   *
   * @return by which means
   * @throws dev.gitfs.fuse.linux.MountRefusedException saying what was refused
   */
  public static Means tryOut(Path directory, MountOptions options) throws IOException {
    boolean direct = Mounting.tryOut(directory.toRealPath(), options.spec());
    return direct ? Means.MOUNT : Means.FUSERMOUNT;
  }

  private static void unmountAfterFailure(Path directory, Throwable failure) {
    try {
      Mounting.unmount(directory, true);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Unmounts whatever is mounted on a directory, by umount2(2) where this process may, else through
   * fusermount3.
   *
   * @param lazy detach it at once even if it is in use; the file system ends with its last user
   * @throws IOException if it is busy (and not lazy), or not a mount
   */
  public static void unmount(Path directory, boolean lazy) throws IOException {
    Mounting.unmount(directory, lazy);
  }

  /** The number of its device, by which it is known wherever else it is mounted or moved to. */
  public Optional<String> device() {
    return device;
  }

  /** Whether this process sees it mounted, there or elsewhere. */
  public boolean isSeen() {
    try {
      return device.isPresent() && MountTable.isMounted(device.get());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it was mounted: the real path. */
  public Path directory() {
    return directory;
  }

  /** How it was mounted. */
  public Means means() {
    return means;
  }

  /** What was agreed with the kernel. */
  public Connection connection() {
    return session.connection();
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
    session.lifetime().await();
  }

  /**
   * Unmounts, and waits a few seconds for the end. If files are in use the mount is detached:
   * nobody can reach it any more; those who use it are served until they are done or this process
   * ends, and this method does not wait for them. Does nothing if it is unmounted already. May be
   * called from a shutdown hook.
   */
  @Override
  public void close() throws IOException {
    if (session.lifetime().isOver()) {
      return;
    }
    // Someone may have unmounted it and mounted something else there since.
    if (device.isPresent() && device.equals(MountTable.deviceAt(directory))) {
      try {
        Mounting.unmount(directory, false);
      } catch (BusyException e) {
        Mounting.unmount(directory, true);
        return;
      }
    }
    try {
      session.lifetime().await(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while " + directory + " was closed");
    }
  }
}
