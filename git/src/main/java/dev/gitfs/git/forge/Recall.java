package dev.gitfs.git.forge;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.gitfs.git.background.Background;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/**
 * Answers that were given, each for its time, and those under way: who asks what somebody else is
 * asking waits for the same answer. A question once asked is asked to its end, for those who come
 * later, even if all who waited were interrupted.
 */
final class Recall<V> {

  /** A question; it may be interrupted only by itself. */
  @FunctionalInterface
  interface Question<V> {
    V ask() throws InterruptedException;
  }

  private final AsyncCache<String, V> answers;

  /**
   * @param most how many answers are kept
   * @param lasts how long an answer holds
   */
  Recall(int most, Function<V, Duration> lasts, Ticker ticker) {
    answers =
        Caffeine.newBuilder()
            .maximumSize(most)
            .ticker(ticker)
            .expireAfter(Expiry.<String, V>creating((_, answer) -> lasts.apply(answer)))
            .executor(Runnable::run)
            .buildAsync();
  }

  V get(String key, Question<V> question) throws InterruptedException {
    var answer =
        answers.get(
            key,
            (_, _) -> {
              var future = new CompletableFuture<V>();
              Background.start("forge", () -> answer(question, future));
              return future;
            });
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  void put(String key, V answer) {
    answers.put(key, CompletableFuture.completedFuture(answer));
  }

  private static <V> void answer(Question<V> question, CompletableFuture<V> future) {
    try {
      future.complete(question.ask());
    } catch (InterruptedException | RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }
}
