package dev.gitfs.git.store;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For how many objects a server is asked at a time. Proxies in between refuse a large request
 * (413), give a server so long and no longer to think (504), or cut an answer at a size or a time.
 * None of them says where its limit is, so it is found out: what fails whole is asked for in
 * halves, and what breaks off is gone on with. One failure is no limit yet: a server that restarts
 * breaks connections too. The limit is kept in the repository for a day, and tried again by twice
 * as many after ten minutes in which it held.
 *
 * <p>Safe for use by many threads.
 */
final class Portions {

  private static final Logger LOG = LoggerFactory.getLogger(Portions.class);

  /** More than is ever asked for at a time. */
  private static final int ANY = 1 << 20;

  private static final Duration KEPT = Duration.ofDays(1);

  private static final long HOLDS = TimeUnit.MINUTES.toNanos(10);

  /** Asks for some of them. */
  @FunctionalInterface
  interface Part {

    /** Returns whether more may be asked for. */
    boolean fetch(List<ObjectId> ids) throws IOException, InterruptedException;
  }

  private final String url;
  private final Path marker;
  private final Path scratch;
  private final LongSupplier clock;

  // Guarded by this.
  private int most;

  /** So many have failed once, and not come since; 0 if none have. */
  private int doubted;

  private long since;

  Portions(String url, CacheRepository repository) {
    this(url, repository.marker("most-wants"), repository.scratch(), System::nanoTime);
  }

  Portions(String url, Path marker, Path scratch, LongSupplier clock) {
    this.url = url;
    this.marker = marker;
    this.scratch = scratch;
    this.clock = clock;
    this.most = remembered(marker);
    this.since = clock.getAsLong();
  }

  private static int remembered(Path marker) {
    try {
      boolean fresh =
          Files.getLastModifiedTime(marker).toInstant().plus(KEPT).isAfter(Instant.now());
      int most = fresh ? Integer.parseInt(Files.readString(marker).strip()) : ANY;
      return Math.clamp(most, 1, ANY);
    } catch (IOException | NumberFormatException e) {
      return ANY;
    }
  }

  private synchronized int most() {
    return most;
  }

  /**
   * Asks for {@code ids} in their order, in as few parts as the server takes.
   *
   * @param isMissing which of them have not come by way of a part that broke off
   */
  void fetch(List<ObjectId> ids, Predicate<ObjectId> isMissing, Part part)
      throws IOException, InterruptedException {
    List<ObjectId> left = ids;
    int size = most();
    Optional<RemoteException> refusal = Optional.empty();
    int refusals = 0;
    boolean brokeOff = false;
    while (!left.isEmpty()) {
      List<ObjectId> asked = left.subList(0, Math.min(left.size(), size));
      List<ObjectId> rest = left.subList(asked.size(), left.size());
      try {
        if (!part.fetch(asked)) {
          return;
        }
        if (refusal.isPresent()) {
          // Only now: where nothing comes at all, it is not for its size.
          if (refusals > 1 || isDoubted(2 * size)) {
            limit(size, refusal.get());
          }
          refusal = Optional.empty();
          refusals = 0;
        } else if (took(asked.size())) {
          size = most();
        }
        brokeOff = false;
        left = rest;
      } catch (RemoteException e) {
        if (e.kind() != Kind.TOO_MUCH) {
          throw e;
        }
        List<ObjectId> missing = asked.stream().filter(isMissing).toList();
        int came = asked.size() - missing.size();
        LOG.debug("{}: of {} objects {} came", url, asked.size(), came, e);
        if (came == 0) {
          size = Math.max(1, asked.size() / 2);
          refusal = Optional.of(e);
          refusals++;
        } else if (brokeOff) {
          // Once may be chance.
          size = came;
        }
        brokeOff = came > 0;
        left = new ArrayList<>(missing);
        left.addAll(rest);
      }
    }
  }

  /** Whether it is not the first time that about {@code asked} have failed. */
  private synchronized boolean isDoubted(int asked) {
    boolean again = doubted > 0;
    doubted = asked;
    return again;
  }

  private synchronized void limit(int less, RemoteException refusal) throws IOException {
    if (less < most) {
      LOG.info("{}; it is asked for {} objects at a time from now on", refusal.getMessage(), less);
      most = less;
      AtomicFile.write(scratch, marker, less + "\n");
    }
    since = clock.getAsLong();
  }

  /** So many were not too much; returns whether more may be tried. */
  private synchronized boolean took(int asked) throws IOException {
    if (asked >= doubted) {
      doubted = 0;
    }
    boolean held = asked == most && clock.getAsLong() - since > HOLDS;
    if (held) {
      most = Math.min(2 * most, ANY);
      Files.deleteIfExists(marker);
    }
    return held;
  }
}
