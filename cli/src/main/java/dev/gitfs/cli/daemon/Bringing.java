package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.git.store.Prefetch;
import dev.gitfs.mount.prefetch.NoSuchPathException;
import dev.gitfs.mount.prefetch.PathFetch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files on their way into the cache, and somebody who waits for them. */
final class Bringing {

  private static final Logger log = LoggerFactory.getLogger(Bringing.class);

  /** How often whoever waits hears of it: as often as one can read it. */
  private static final Duration TICK = Duration.ofMillis(200);

  private Bringing() {}

  /**
   * Waits until {@code fetch} has ended; ends it when nobody listens any more.
   *
   * @param directory where the repository is mounted
   */
  static PrefetchProgress carryOut(
      PathFetch fetch, Path directory, Daemon.ProgressListener listener)
      throws DaemonException, InterruptedException {
    try {
      do {
        listener.heard(PrefetchProgress.of(fetch.progress()));
      } while (!fetch.await(TICK));
    } catch (IOException e) {
      log.info("Who wanted files brought of {} has gone; stopping", directory);
      throw new DaemonException(Kind.FAILED, "nobody listens", e);
    } finally {
      fetch.cancel();
    }
    PathFetch.Progress end = fetch.progress();
    var progress = PrefetchProgress.of(end);
    log.info("Brought of {} what was named: {}, {}", directory, progress, end.state());
    if (end.state() == Prefetch.State.CANCELLED) {
      throw new DaemonException(Kind.DIRECTORY, directory + " was unmounted; kept: " + progress);
    }
    if (end.failure().isPresent()) {
      throw failure(end.failure().get(), directory, progress);
    }
    return progress;
  }

  private static DaemonException failure(IOException e, Path directory, PrefetchProgress progress) {
    if (e instanceof NoSuchPathException) {
      return new DaemonException(Kind.DIRECTORY, e.getMessage() + ", " + directory, e);
    }
    DaemonException failure = ServedRepository.failure(e);
    return new DaemonException(
        failure.kind(), failure.getMessage() + "; kept what came before: " + progress, e);
  }
}
