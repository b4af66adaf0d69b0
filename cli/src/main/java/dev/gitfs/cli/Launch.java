package dev.gitfs.cli;

import dev.gitfs.cli.daemon.Daemon;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.DaemonProcess;
import dev.gitfs.cli.daemon.MountSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A daemon's first mount, as the command that starts the daemon sees it. */
final class Launch {

  /**
   * To unmount what nobody has seen yet takes a tenth of this; a daemon that is stopped, for ever.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private Launch() {}

  /** What the daemon is asked for. */
  @FunctionalInterface
  interface Order {
    MountSummary place(Daemon daemon) throws DaemonException, InterruptedException;
  }

  /** Has a daemon mount; returns when that can be listed. */
  static MountSummary await(DaemonProcess process, Path directory, Order order)
      throws DaemonException, InterruptedException {
    // A command that is given up leaves no mount, now or later.
    var givenUp = new AtomicBoolean();
    var giveUp =
        new Thread(() -> {
          givenUp.set(true);
          process.end(PATIENCE);
        });
    Runtime.getRuntime().addShutdownHook(giveUp);
    CommandEnd.hasten();
    MountSummary summary;
    try (var _ = Spinner.start("mounting on " + directory)) {
      summary = order.place(process.daemon());
      list(summary.directory());
    } catch (DaemonException e) {
      endIf(givenUp);
      throw e.kind() == DaemonException.Kind.MOUNTING ? withRemedy(e) : e;
    }
    endIf(givenUp);
    Runtime.getRuntime().removeShutdownHook(giveUp);
    return summary;
  }

  /** This process ends by a signal already: what comes of its request now is no news. */
  private static void endIf(AtomicBoolean givenUp) throws InterruptedException {
    if (givenUp.get()) {
      Thread.sleep(PATIENCE.multipliedBy(2));
    }
  }

  /** With what the doctor would say: this process has the daemon's rights and surroundings. */
  private static DaemonException withRemedy(DaemonException e) {
    try {
      String remedy = MountingRemedy.of(Machine.here());
      return remedy.isEmpty()
          ? e
          : new DaemonException(e.kind(), e.getMessage() + "; " + remedy, e.getCause());
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
      return e;
    }
  }

  /** The mount is ready when its root lists. */
  private static void list(Path root) throws DaemonException {
    try (var entries = Files.newDirectoryStream(root)) {
      entries.iterator().hasNext();
    } catch (IOException e) {
      throw new DaemonException(
          DaemonException.Kind.FAILED,
          "mounted, but " + root + " cannot be listed: " + e.getMessage(),
          e);
    }
  }

  /** Waits for the daemon's end. */
  static int stay(DaemonProcess process) throws InterruptedException {
    // Ctrl-C reaches both processes; a signal to this one alone is passed on, and the end awaited.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              process.end();
              try {
                process.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
    // It has failed on its own if the kernel has given the mount up: a supervisor may start anew.
    return process.await() == ExitStatus.FAILED ? ExitStatus.FAILED : ExitStatus.OK;
  }
}
