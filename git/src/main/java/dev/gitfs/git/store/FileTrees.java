package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes directories, and deletes them with all that is in them, indifferent to others at it. */
final class FileTrees {

  private static final Logger LOG = LoggerFactory.getLogger(FileTrees.class);

  private FileTrees() {}

  /**
   * Makes {@code directory} in one that is there, unless it is there itself; in the place of a file
   * or of a link that leads nowhere.
   */
  static void create(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      LOG.warn("{} is no directory, where one should be, and is deleted", directory);
      Files.deleteIfExists(directory);
    }
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      LOG.trace("{} was created by another process", directory, e);
    }
  }

  /** A new file in {@code directory}, which somebody may have deleted meanwhile. */
  static Path createTempFile(Path directory, String prefix, String suffix) throws IOException {
    try {
      return Files.createTempFile(directory, prefix, suffix);
    } catch (NoSuchFileException e) {
      LOG.debug("{} is gone, and made anew", directory, e);
      Files.createDirectories(directory);
      return Files.createTempFile(directory, prefix, suffix);
    }
  }

  static void delete(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
