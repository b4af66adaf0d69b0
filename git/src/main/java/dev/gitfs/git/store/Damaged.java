package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where damaged files of one repository are put out of the way: its directory {@code damaged},
 * where their cause can be looked into. Everything in the cache can be had again, so they stay
 * there for a week at most.
 *
 * @param repository the repository's directory
 */
record Damaged(Path repository) {

  private static final Logger LOG = LoggerFactory.getLogger(Damaged.class);

  /** Longer than a weekend: until somebody has read the log. */
  private static final Duration KEPT = Duration.ofDays(7);

  /** Moves {@code file}, whatever it is, and says so. False if another process was first. */
  boolean setAside(Path file, String complaint) throws IOException {
    boolean moved = move(file);
    if (moved) {
      LOG.warn("{}: {}; set aside in {}, and made anew", file, complaint, directory());
    }
    return moved;
  }

  /** The same without a word. */
  boolean move(Path file) throws IOException {
    try {
      FileTrees.create(directory());
      Path target = directory().resolve(file.getFileName());
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        FileTrees.delete(target);
      }
      // Not to be copied should this be another file system: then it is deleted.
      Files.move(file, target);
      return true;
    } catch (NoSuchFileException e) {
      LOG.trace("{} has gone meanwhile", file, e);
      return false;
    }
  }

  Path directory() {
    return repository.resolve("damaged");
  }

  /** Deletes what has lain there for long. */
  void clear() throws IOException {
    clear(Instant.now().minus(KEPT));
  }

  /** Deletes what was put there before {@code then}. */
  void clear(Instant then) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory())) {
      for (Path file : files) {
        if (movedAt(file).isBefore(then)) {
          FileTrees.delete(file);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      LOG.trace("Nothing is damaged in {}", repository, e);
    }
  }

  /** A rename changes a file's status and nothing else of it. */
  private static Instant movedAt(Path file) throws IOException {
    var changed = (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
    return changed.toInstant();
  }
}
