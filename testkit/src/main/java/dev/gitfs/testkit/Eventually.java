package dev.gitfs.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what another thread or process is about to do. */
public final class Eventually {

  /** What has not happened by then on a busy machine will not happen. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Eventually() {}

  /** Returns once {@code condition} holds; fails, naming {@code what}, if it does not in time. */
  public static void holds(String what, BooleanSupplier condition) throws InterruptedException {
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
      }
      Thread.sleep(5);
    }
  }
}
