package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open store's claim on a repository: a directory for its temporary files, and a lock that the
 * kernel lets go of when the process dies, however it dies. Whoever opens the repository next takes
 * the locks of the dead and deletes what they left.
 *
 * <p>A process loses its POSIX locks on a file when it closes any descriptor of it, so no process
 * ever opens a lock of its own a second time: names start with the process's own token.
 */
final class Session implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private static final String LOCK_SUFFIX = ".lock";
  private static final String PROCESS = UUID.randomUUID().toString();
  private static final AtomicLong COUNTER = new AtomicLong();

  private final Path lockFile;
  private final FileChannel channel;
  private final Path directory;

  private Session(Path lockFile, FileChannel channel, Path directory) {
    this.lockFile = lockFile;
    this.channel = channel;
    this.directory = directory;
  }

  /** Starts a session among {@code sessions}, a directory, and cleans up after dead ones. */
  static Session start(Path sessions) throws IOException {
    Files.createDirectories(sessions);
    deleteDead(sessions);
    while (true) {
      String name = PROCESS + "-" + COUNTER.incrementAndGet();
      Path lockFile = sessions.resolve(name + LOCK_SUFFIX);
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      // Somebody cleaning up may have taken the lock, or even deleted the file, in between.
      if (lock != null && Files.exists(lockFile)) {
        return new Session(lockFile, channel, Files.createDirectory(sessions.resolve(name)));
      }
      channel.close();
    }
  }

  /** Where this session's temporary files go, on the file system of the repository. */
  Path directory() {
    return directory;
  }

  @Override
  public void close() {
    try (channel) {
      FileTrees.delete(directory);
      Files.deleteIfExists(lockFile);
    } catch (IOException e) {
      LOG.warn("Could not clean up {}; the next start will", directory, e);
    }
  }

  private static void deleteDead(Path sessions) throws IOException {
    try (DirectoryStream<Path> locks = Files.newDirectoryStream(sessions, "*" + LOCK_SUFFIX)) {
      for (Path lockFile : locks) {
        if (!lockFile.getFileName().toString().startsWith(PROCESS)) {
          deleteIfDead(sessions, lockFile);
        }
      }
    }
  }

  private static void deleteIfDead(Path sessions, Path lockFile) {
    String name = lockFile.getFileName().toString();
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        FileTrees.delete(sessions.resolve(name.substring(0, name.length() - LOCK_SUFFIX.length())));
        Files.deleteIfExists(lockFile);
      }
    } catch (IOException e) {
      LOG.debug("Left {} for another start to clean up", lockFile, e);
    }
  }
}
