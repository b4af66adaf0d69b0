package dev.gitfs.git.background;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that nobody waits for. What one of them throws is logged with its cause and counted for
 * the whole process, which {@code git-fs status} shows: nothing ends silently. An interrupt is how
 * an owner ends a task, and no failure.
 */
public final class Background {

  private static final Logger log = LoggerFactory.getLogger(Background.class);

  private static final AtomicReference<BackgroundFailures> FAILURES =
      new AtomicReference<>(BackgroundFailures.NONE);

  private Background() {}

  /** Work of such a thread. */
  @FunctionalInterface
  public interface Task {
    void run() throws Exception;
  }

  /** Runs {@code task} on a virtual thread. */
  public static Thread start(String name, Task task) {
    var thread = unstarted(name, task);
    thread.start();
    return thread;
  }

  /** The same, to be started by its owner. */
  public static Thread unstarted(String name, Task task) {
    return Thread.ofVirtual().name(name).unstarted(() -> run(name, task));
  }

  /**
   * A daemon thread of the platform, to be started by its owner: for work that blocks in the
   * kernel, which would hold the processor of a virtual thread.
   */
  public static Thread platform(String name, Task task) {
    return Thread.ofPlatform().daemon().name(name).unstarted(() -> run(name, task));
  }

  /** Has whatever ends any other thread of this process reported as well. */
  public static void watchAllThreads() {
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> failed(thread.getName(), e));
  }

  /**
   * Reports a failure that a task survives, as one round of a loop that goes on.
   *
   * @param what was being done
   */
  public static void failed(String what, Throwable failure) {
    FAILURES.updateAndGet(before ->
        new BackgroundFailures(
            before.count() + 1,
            Optional.of(new BackgroundFailures.Failure(what, failure.toString(), Instant.now()))));
    try {
      log.error("{} failed in a way nobody foresaw", what, failure);
    } catch (Throwable unheard) {
      // Out of memory, even a line of a log may fail. The count stands.
      failure.addSuppressed(unheard);
    }
  }

  /** What has failed since this process began. */
  public static BackgroundFailures failures() {
    return FAILURES.get();
  }

  /**
   * Interrupts {@code thread} and waits for its end. One that does not end is reported, with where
   * it is, and left alone.
   */
  public static void end(Thread thread, Duration patience) {
    thread.interrupt();
    try {
      if (!thread.join(patience)) {
        var where = new IllegalStateException("it does not end");
        where.setStackTrace(thread.getStackTrace());
        failed(thread.getName(), where);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void run(String name, Task task) {
    try {
      task.run();
    } catch (InterruptedException e) {
      log.trace("{} was ended", name, e);
    } catch (Throwable e) {
      failed(name, e);
    }
  }
}
