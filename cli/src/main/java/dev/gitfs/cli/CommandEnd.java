package dev.gitfs.cli;

import dev.gitfs.fuse.linux.ProcessEnd;
import java.util.function.IntConsumer;

/**
 * How the process of a command ends. Not by {@code exit}: that logs, if so configured, and to learn
 * that it is not would start up logging. No command leaves a shutdown hook behind that still has
 * work to do.
 */
final class CommandEnd {

  /** Property: this run is recorded for the next ones, which takes a JVM that ends as JVMs do. */
  private static final String TRAINING = "gitfs.training";

  private static volatile IntConsumer way = Runtime.getRuntime()::halt;

  private CommandEnd() {}

  /**
   * A process was started that outlives this one, for which the JVM's own end would take 0.3 s
   * longer: makes ready to do without, on a thread of its own, while there is an answer to wait
   * for.
   */
  static void hasten() {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          ProcessEnd.prepare();
          if (System.getProperty(TRAINING) == null) {
            way = ProcessEnd::now;
          }
        });
  }

  static void with(int status) {
    way.accept(status);
  }
}
