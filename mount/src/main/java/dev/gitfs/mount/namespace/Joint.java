package dev.gitfs.mount.namespace;

import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Work that all who want it at the same time wait for together. It is done once, on a thread of its
 * own, and to its end even if all who waited were interrupted: it serves those who come later.
 *
 * <p>Safe for use by many threads.
 */
final class Joint<V> {

  /** What is to be done; it may be interrupted only by itself. */
  @FunctionalInterface
  interface Work<V> {
    V run() throws IOException, InterruptedException;
  }

  /** Guarded by this. */
  private CompletableFuture<V> underWay;

  /** The outcome of what is under way, or of {@code work}, which is then begun. */
  V join(Work<V> work) throws IOException, InterruptedException {
    try {
      return begin(work).get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        default -> throw new IOException(e.getCause());
      }
    }
  }

  private synchronized CompletableFuture<V> begin(Work<V> work) {
    if (underWay == null) {
      var future = new CompletableFuture<V>();
      underWay = future;
      Background.start("namespace", () -> run(work, future));
    }
    return underWay;
  }

  private void run(Work<V> work, CompletableFuture<V> future) {
    try {
      var outcome = work.run();
      end();
      future.complete(outcome);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      end();
      future.completeExceptionally(e);
    }
  }

  /** Before anybody hears of the outcome: who asks after that begins anew. */
  private synchronized void end() {
    underWay = null;
  }
}
