package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** Who waits for what running prefetches bring. */
final class ErrandsTest {

  private final List<ObjectId> ids =
      IntStream.range(0, 5).mapToObj(i -> ObjectId.fromString("%040x".formatted(i + 1))).toList();

  private final CountDownLatch expecting = new CountDownLatch(1);
  private final CountDownLatch going = new CountDownLatch(1);

  @Test
  void whatKeepsComingIsWaitedForHoweverLongAllOfItTakes() throws Exception {
    var come = new AtomicInteger();
    try (var errands = errands()) {
      Thread.ofVirtual()
          .start(() -> {
            for (ObjectId id : ids) {
              sleep(Duration.ofMillis(400));
              come.incrementAndGet();
              errands.arrived(id);
            }
          });
      errands.await(ids, Duration.ofMillis(1500).toNanos());
      assertThat(come).hasValue(ids.size());
      going.countDown();
    }
  }

  @Test
  void whoWaitedForOneInVainWaitsForNoOthers() throws Exception {
    try (var errands = errands()) {
      long start = System.nanoTime();
      errands.await(ids, Duration.ofMillis(500).toNanos());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
      going.countDown();
    }
  }

  /** With one under way that is to bring them. */
  private Errands errands() throws InterruptedException {
    var errands =
        new Errands(errand -> {
          errand.expect(ids);
          expecting.countDown();
          going.await();
          return true;
        });
    errands.start(new PrefetchRequest.Blobs(ids, 1 << 20, false));
    expecting.await();
    return errands;
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
