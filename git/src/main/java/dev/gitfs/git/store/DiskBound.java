package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the cache directory, all repositories in it together, within its bound: the packs used
 * longest ago go first, each whole. One that was used a moment ago by any process stays, even if
 * the bound is then exceeded; and every process keeps the packs that lead to what it shows looking
 * used.
 */
final class DiskBound {

  private static final Logger LOG = LoggerFactory.getLogger(DiskBound.class);

  /**
   * What was used this recently is needed. Longer than the minute between two touches of a pack in
   * use, with room for a machine that is busy.
   */
  static final Duration IN_USE = Duration.ofMinutes(5);

  /** Of the bound, what is made free beyond it, so that it is not reached again at once. */
  private static final int SLACK = 16;

  private final Path cache;
  private final long bytes;

  DiskBound(Path cache, long bytes) {
    this.cache = cache;
    this.bytes = bytes;
  }

  private record Candidate(CacheRepository repository, PackShelf shelf, PackShelf.Shelved pack) {}

  /**
   * Drops packs until the bound is met; returns false if what is in use keeps it from that. For the
   * holder of the upkeep lock.
   */
  boolean enforce() throws IOException {
    long held = bytesHeld();
    if (held <= bytes) {
      return true;
    }
    Instant recently = Instant.now().minus(IN_USE);
    List<Candidate> oldestFirst =
        candidates().stream()
            .filter(candidate -> candidate.pack.used().isBefore(recently))
            .sorted(Comparator.comparing(candidate -> candidate.pack.used()))
            .toList();
    for (Candidate candidate : oldestFirst) {
      if (held <= bytes - bytes / SLACK) {
        break;
      }
      candidate.shelf.drop(candidate.pack.name());
      held -= candidate.pack.bytes();
      LOG.debug("Dropped {}, last used {}", candidate.pack.name(), candidate.pack.used());
      if (candidate.pack.kind() != PackKind.BLOBS) {
        candidate.repository.forgetMissing();
      }
    }
    if (held > bytes) {
      LOG.info(
          "{} holds {} MiB, more than its bound of {}: all of it was used in the last minutes",
          cache,
          held >> 20,
          bytes >> 20);
    }
    return held <= bytes;
  }

  private List<Candidate> candidates() throws IOException {
    var candidates = new ArrayList<Candidate>();
    try (DirectoryStream<Path> repositories = Files.newDirectoryStream(cache, "*.git")) {
      for (Path directory : repositories) {
        var repository = new CacheRepository(directory);
        var shelf = new PackShelf(repository.objects().resolve("pack"));
        if (Files.isDirectory(shelf.directory())) {
          shelf.list().forEach(pack -> candidates.add(new Candidate(repository, shelf, pack)));
        }
      }
    }
    return candidates;
  }

  private long bytesHeld() throws IOException {
    var sum =
        new Object() {
          long bytes;
        };
    Files.walkFileTree(
        cache,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum.bytes += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          /** Files come and go while others work here. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure) {
            return FileVisitResult.CONTINUE;
          }
        });
    return sum.bytes;
  }
}
