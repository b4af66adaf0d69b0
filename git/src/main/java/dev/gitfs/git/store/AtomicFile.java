package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts files where readers, and whoever comes after a crash, see all of them or none. */
final class AtomicFile {

  private static final Logger LOG = LoggerFactory.getLogger(AtomicFile.class);

  private AtomicFile() {}

  /** Replaces {@code target}; {@code scratch} is a directory on the same file system. */
  static void write(Path scratch, Path target, String content) throws IOException {
    Path temporary = FileTrees.createTempFile(scratch, "write-", null);
    try {
      Files.writeString(temporary, content);
      move(temporary, target);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Puts {@code file} in the place of {@code target}, even if that is a directory. */
  static void move(Path file, Path target) throws IOException {
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      // Somebody has deleted the directory meanwhile.
      Files.createDirectories(target.getParent());
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      LOG.warn("{} is a directory where a file should be, and is deleted", target);
      FileTrees.delete(target);
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
