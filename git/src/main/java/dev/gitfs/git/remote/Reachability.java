package dev.gitfs.git.remote;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a server can be reached, so that only the first who needs it finds out by waiting. While
 * it cannot, every request fails at once, and it is tried in the background, at growing intervals,
 * until it answers.
 *
 * <p>A connection that cannot be made is an outage. An answer that does not come may be the fault
 * of that one question: there is an outage only if a greeting is not answered either.
 */
final class Reachability {

  private static final Logger log = LoggerFactory.getLogger(Reachability.class);

  /** A laptop that wakes up has its network after about this. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  /** Who sees that the network is back does not wait longer than this for us to see it. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** Greets the server once. */
  @FunctionalInterface
  interface Greeting {
    void greet() throws IOException, InterruptedException;
  }

  private record Offline(Outage outage, Kind kind) {}

  private final String url;
  private final Greeting greeting;

  private volatile Optional<Offline> offline = Optional.empty();

  // Guarded by this.
  private Thread probe;
  private boolean closed;

  Reachability(String url, Greeting greeting) {
    this.url = url;
    this.greeting = greeting;
  }

  Optional<Outage> outage() {
    return offline.map(Offline::outage);
  }

  /** Fails if the server is known to be out of reach. */
  void check() throws RemoteException {
    var now = offline;
    if (now.isPresent()) {
      var outage = now.get().outage();
      throw new RemoteException(
          now.get().kind(),
          "%s: offline since %tT (%s); tried again in the background"
              .formatted(url, outage.since().atZone(ZoneId.systemDefault()), outage.reason()));
    }
  }

  /** No connection could be made, however often that was tried, or no greeting was answered. */
  synchronized void lost(Kind kind, String reason) {
    if (!closed) {
      goOffline(kind, reason);
      startProbe(kind, reason);
    }
  }

  /** An answer has not come, or broke off. */
  synchronized void suspect(Kind kind, String reason) {
    if (!closed) {
      startProbe(kind, reason);
    }
  }

  private void startProbe(Kind kind, String reason) {
    if (probe == null) {
      probe = Background.start("probe " + url, () -> probe(kind, reason));
    }
  }

  synchronized void close() {
    closed = true;
    if (probe != null) {
      probe.interrupt();
    }
  }

  private void goOffline(Kind kind, String reason) {
    if (offline.isEmpty()) {
      offline = Optional.of(new Offline(new Outage(Instant.now(), reason), kind));
      log.warn("{} cannot be reached: {}; until it can, only what is cached is there", url, reason);
    }
  }

  private void probe(Kind kind, String reason) {
    try {
      var pause = FIRST_PAUSE;
      // What could not be connected to a moment ago is given a moment.
      if (offline.isPresent()) {
        Thread.sleep(jittered(pause));
      }
      while (!answers()) {
        goOffline(kind, reason);
        Thread.sleep(jittered(pause));
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      }
      offline.ifPresent(_ -> log.info("{} can be reached again", url));
    } catch (InterruptedException e) {
      log.trace("{} was closed while it was offline", url, e);
    } finally {
      synchronized (this) {
        offline = Optional.empty();
        probe = null;
      }
    }
  }

  private boolean answers() throws InterruptedException {
    try {
      greeting.greet();
      return true;
    } catch (TryFailedException e) {
      log.debug("{}: {}", url, e.getMessage());
      // Whoever refuses is there.
      return e.kind() != Kind.UNREACHABLE && e.kind() != Kind.TIMED_OUT;
    } catch (IOException e) {
      log.debug("{}: {}", url, e.toString());
      return false;
    }
  }

  private static Duration jittered(Duration pause) {
    long nanos = pause.toNanos();
    return Duration.ofNanos(nanos * 3 / 4 + ThreadLocalRandom.current().nextLong(nanos / 2));
  }
}
