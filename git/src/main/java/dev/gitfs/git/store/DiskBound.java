package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the cache directory, all repositories in it together, within its bound: the packs used
 * longest ago go first, each whole. One that was used a moment ago by any process stays, even if
 * the bound is then exceeded; and every process keeps the packs that lead to what it shows looking
 * used.
 *
 * <p>What all files take is looked at every few minutes at most, however many stores and processes
 * ask: what was found is noted in the cache directory, and what each has brought since is added to
 * it.
 */
final class DiskBound {

  private static final Logger LOG = LoggerFactory.getLogger(DiskBound.class);

  /**
   * What was used this recently is needed. Longer than the two minutes between two touches of a
   * pack in use, with room for a machine that is busy.
   */
  static final Duration IN_USE = Duration.ofMinutes(5);

  /** Of the bound, what is made free beyond it, so that it is not reached again at once. */
  private static final int SLACK = 16;

  /**
   * So long a look at all files counts; it takes 30 ms for a hundred repositories. What was used
   * since could not be dropped yet.
   */
  private static final Duration LOOK_COUNTS = IN_USE;

  private final Path cache;
  private final long bytes;
  private final Path note;

  /** What has come and is not in the note yet. */
  private final AtomicLong arrived = new AtomicLong();

  DiskBound(Path cache, long bytes) {
    this.cache = cache;
    this.bytes = bytes;
    this.note = cache.resolve("bytes-held");
  }

  /** Tells of a pack that this process has brought. */
  void packArrived(long size) {
    arrived.addAndGet(size);
  }

  /**
   * What the cache directory holds, as far as is known.
   *
   * @param looked when all files were looked at, in milliseconds of {@link
   *     System#currentTimeMillis}
   * @param bytes they were then, with what was brought since
   */
  private record Holdings(long looked, long bytes) {

    private static final Holdings UNKNOWN = new Holdings(0, 0);

    /** As noted last, by whichever process; of long ago if there is no such note. */
    static Holdings noted(Path note) {
      try {
        String[] words = Files.readString(note, ISO_8859_1).strip().split(" ");
        return new Holdings(Long.parseLong(words[0]), Long.parseLong(words[1]));
      } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
        LOG.trace("{} tells nothing", note, e);
        return UNKNOWN;
      }
    }

    Holdings plus(long more) {
      return new Holdings(looked, bytes + more);
    }

    boolean isFresh() {
      long age = System.currentTimeMillis() - looked;
      return age >= 0 && age < LOOK_COUNTS.toMillis();
    }

    void write(Path note) throws IOException {
      AtomicFile.write(note.getParent(), note, looked + " " + bytes + "\n");
    }
  }

  private record Candidate(CacheRepository repository, PackShelf shelf, PackShelf.Shelved pack) {}

  /**
   * Drops packs until the bound is met; returns false if what is in use keeps it from that. For the
   * holder of the upkeep lock.
   */
  boolean enforce() throws IOException {
    var held = Holdings.noted(note).plus(arrived.getAndSet(0));
    if (held.bytes > bytes || !held.isFresh()) {
      long now = System.currentTimeMillis();
      held = new Holdings(now, drop(bytesHeld()));
    }
    held.write(note);
    return held.bytes <= bytes;
  }

  /** Drops packs if {@code held} is more than the bound; returns what is held then. */
  private long drop(long held) throws IOException {
    if (held <= bytes) {
      return held;
    }
    long left = held - dropDamaged();
    if (left <= bytes) {
      return left;
    }
    return dropPacks(left);
  }

  /** Returns what that took. */
  private long dropDamaged() throws IOException {
    long before = bytesHeld();
    for (CacheRepository repository : repositories()) {
      new Damaged(repository.directory()).clear(Instant.MAX);
    }
    return before - bytesHeld();
  }

  private long dropPacks(long atFirst) throws IOException {
    long held = atFirst;
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
    return held;
  }

  private List<Candidate> candidates() throws IOException {
    var candidates = new ArrayList<Candidate>();
    for (CacheRepository repository : repositories()) {
      var shelf = new PackShelf(repository.objects().resolve("pack"));
      try {
        shelf.list().forEach(pack -> candidates.add(new Candidate(repository, shelf, pack)));
      } catch (IOException e) {
        LOG.debug("Nothing can be dropped in {}", shelf.directory(), e);
      }
    }
    return candidates;
  }

  private List<CacheRepository> repositories() throws IOException {
    var found = new ArrayList<CacheRepository>();
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(cache, "*.git")) {
      directories.forEach(directory -> found.add(new CacheRepository(directory)));
    }
    return found;
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
