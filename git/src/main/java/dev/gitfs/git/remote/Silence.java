package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long an answer is waited for that does not begin. A server may think for minutes, and a proxy
 * may hold back what it says meanwhile; to ask again would have it begin anew, beside the first
 * time. So silence alone is no failure. While it lasts the server is greeted now and then, over
 * another connection: as long as it answers that, the request is waited for, up to a limit that the
 * user may set. A server that does not is out of reach.
 *
 * <p>One for each remote, safe for use by many threads.
 */
final class Silence {

  private static final Logger log = LoggerFactory.getLogger(Silence.class);

  /**
   * For an answer to begin. git has no limit; but a connection may be dead and not look so, as when
   * a router in between has forgotten it. That is how long TCP itself believes in one (tcp(7),
   * tcp_retries2).
   */
  static final Duration LIMIT = Duration.ofMinutes(15);

  /** How soon an answer is noticed that comes while the server is being greeted. */
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Waits for something to come. */
  @FunctionalInterface
  interface Wait<T> {

    /** What has come, at once when it does; empty if that takes longer. */
    Optional<T> within(long nanos) throws IOException, InterruptedException;
  }

  private final Duration look;
  private final Duration limit;
  private final String advice;
  private final Reachability.Greeting greeting;
  private final BooleanSupplier connectionsLost;

  /** Guarded by this. */
  private CompletableFuture<Boolean> greeted = CompletableFuture.completedFuture(true);

  /**
   * @param look how long is waited before the server is looked after, and for its greeting
   * @param limit how long is waited in all
   * @param advice for a user who wants another limit
   * @param greeting greets the server over a connection of its own, and fails if that takes long
   * @param connectionsLost whether a connection to the server is known to be dead
   */
  Silence(
      Duration look,
      Duration limit,
      String advice,
      Reachability.Greeting greeting,
      BooleanSupplier connectionsLost) {
    this.look = look.compareTo(limit) < 0 ? look : limit;
    this.limit = limit;
    this.advice = advice;
    this.greeting = greeting;
    this.connectionsLost = connectionsLost;
  }

  /** Waits until it has come, or there is reason to believe that it never will. */
  <T> T outlast(Wait<T> wait) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Optional<T> come = wait.within(look.toNanos());
    while (come.isEmpty()) {
      if (System.nanoTime() - start >= limit.toNanos()) {
        throw TryFailedException.lasting(
            Kind.TIMED_OUT, silent(limit) + ", though it is there" + advice);
      }
      if (connectionsLost.getAsBoolean()) {
        throw TryFailedException.passing(
            Kind.TIMED_OUT, silent(look) + ", and the connection to it is dead", (Throwable) null);
      }
      var answered = greet();
      long deadline = System.nanoTime() + look.toNanos();
      while (come.isEmpty() && !answered.isDone() && System.nanoTime() < deadline) {
        come = wait.within(GLANCE_NANOS);
      }
      if (come.isEmpty()) {
        if (!answered.getNow(false)) {
          throw TryFailedException.outage(
              silent(look) + ", and it answers no other request either");
        }
        log.debug("An answer has not begun, and the server is there: waiting on");
        come = wait.within(Math.min(look.toNanos(), left(start)));
      }
    }
    return come.get();
  }

  private long left(long start) {
    return Math.max(0, limit.toNanos() - (System.nanoTime() - start));
  }

  private static String silent(Duration time) {
    return "nothing came from the server for " + Durations.text(time);
  }

  /** One greeting for all who wait at a time. */
  private synchronized CompletableFuture<Boolean> greet() {
    if (greeted.isDone()) {
      var answered = new CompletableFuture<Boolean>();
      greeted = answered;
      Thread.ofVirtual().name("greeting").start(() -> answered.complete(isThere()));
    }
    return greeted;
  }

  private boolean isThere() {
    try {
      greeting.greet();
      return true;
    } catch (TryFailedException e) {
      log.debug("A server that is silent was greeted", e);
      // A server that refuses is there.
      return e.kind() != Kind.UNREACHABLE && e.kind() != Kind.TIMED_OUT;
    } catch (IOException e) {
      log.debug("A server that is silent was greeted", e);
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    }
  }
}
