package dev.gitfs.git.store;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a server is waited for to have what it has named itself. Behind one address there may be
 * several, of which one lags behind the others; and a ref may move between the answer that lists it
 * and the request for its commit, after which the old commit is nobody's.
 *
 * <p>A commit that was listed is asked for again for ten seconds. What is below a commit has been
 * where that came from: it is asked for again for three seconds, for another server behind the same
 * address may have answered, and then it is taken for lost.
 *
 * <p>Where it lasts longer, the server lacks objects: for a minute then nobody waits, so that a
 * repository with a hole costs its readers one wait and not one for each object. Safe for use by
 * many threads.
 */
final class Lag {

  private static final Logger LOG = LoggerFactory.getLogger(Lag.class);

  /** Ten seconds in all: mirrors that push to each other are done by then. */
  static final List<Duration> COMMIT_PAUSES =
      List.of(
          Duration.ofMillis(100),
          Duration.ofMillis(200),
          Duration.ofMillis(400),
          Duration.ofMillis(800),
          Duration.ofMillis(1600),
          Duration.ofMillis(3200),
          Duration.ofMillis(4000));

  private static final int OBJECT_PAUSES = 5;

  private static final long HOLE_LASTS = TimeUnit.MINUTES.toNanos(1);

  /** Asks the server once. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws IOException, InterruptedException;
  }

  private final List<Duration> pauses;
  private final LongSupplier clock;
  private volatile long holeUntil;

  /**
   * For commits.
   *
   * @param pauses before each time that it is asked again
   */
  static Lag ofCommits(List<Duration> pauses) {
    return new Lag(pauses, System::nanoTime);
  }

  /** For what is below a commit, with the first of {@code pauses}. */
  static Lag ofObjects(List<Duration> pauses) {
    return new Lag(pauses.subList(0, Math.min(OBJECT_PAUSES, pauses.size())), System::nanoTime);
  }

  Lag(List<Duration> pauses, LongSupplier clock) {
    this.pauses = pauses;
    this.clock = clock;
    this.holeUntil = clock.getAsLong();
  }

  /** Asks until the server has what is wanted, or that takes too long. */
  <T> T outlast(Question<T> question) throws IOException, InterruptedException {
    for (int asked = 1; ; asked++) {
      try {
        return question.ask();
      } catch (RemoteException e) {
        if (e.kind() != Kind.NO_SUCH_OBJECT || clock.getAsLong() - holeUntil < 0) {
          throw e;
        }
        if (asked > pauses.size()) {
          holeUntil = clock.getAsLong() + HOLE_LASTS;
          throw e;
        }
        LOG.debug("What the server has named it does not have yet", e);
        Thread.sleep(jittered(pauses.get(asked - 1)));
      }
    }
  }

  /** How long it asks again, in all. */
  Duration budget() {
    return pauses.stream().reduce(Duration.ZERO, Duration::plus);
  }

  private static Duration jittered(Duration pause) {
    long nanos = pause.toNanos();
    return Duration.ofNanos(nanos * 3 / 4 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
  }
}
