package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.store.PrefetchRequest.Urgency;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who waits for what running prefetches bring. */
final class ErrandsTest {

  private final List<ObjectId> ids = ids(5);

  private final CountDownLatch expecting = new CountDownLatch(1);
  private final CountDownLatch going = new CountDownLatch(1);

  @Test
  void whatKeepsComingIsWaitedForHoweverLongAllOfItTakes() throws Exception {
    var come = new AtomicInteger();
    try (var errands = errands(Urgency.AHEAD)) {
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
    var many = ids(100);
    try (var errands = errands(many, Urgency.AHEAD)) {
      long start = System.nanoTime();
      errands.await(many, Duration.ofMillis(500).toNanos());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
      going.countDown();
    }
  }

  @Test
  void aShortAnswerIsWaitedForWhereABusyServerIsSlow() throws Exception {
    try (var errands = errands(Urgency.AHEAD)) {
      long start = System.nanoTime();
      errands.await(ids.subList(0, 1), 1);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
      going.countDown();
    }
  }

  @Test
  void whatWasWaitedForInVainIsFar() throws Exception {
    long patience = Duration.ofMillis(50).toNanos();
    try (var errands = errands(Urgency.AHEAD)) {
      assertThat(errands.isFar(ids.getLast(), patience)).isFalse();
      errands.await(ids.subList(0, 1), patience);
      assertThat(ids).allMatch(id -> errands.isFar(id, patience));
      assertThat(errands.isFar(ObjectId.zeroId(), patience)).isFalse();
      going.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AHEAD", "AWAITED"})
  void whoNeedsNoMoreThanASizeWaitsForContent(Urgency urgency) throws Exception {
    try (var errands = errands(urgency)) {
      Thread.ofVirtual()
          .start(() -> {
            sleep(Duration.ofMillis(300));
            errands.arrived(ids.getFirst());
          });
      long start = System.nanoTime();
      errands.awaitSize(ids.getFirst(), Duration.ofSeconds(10).toNanos());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
      going.countDown();
    }
  }

  @Test
  void butNotForWhatComesBesideTheSize() throws Exception {
    var alone = ids.subList(0, 1);
    try (var errands = errands(alone, Urgency.BESIDE_SIZE)) {
      long start = System.nanoTime();
      errands.awaitSize(alone.getFirst(), Duration.ofSeconds(10).toNanos());
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      going.countDown();
    }
  }

  @Test
  void treesAreWaitedForFromWhenTheyComeUntilTheyTakeLong() throws Exception {
    long patience = Duration.ofMillis(200).toNanos();
    var coming = new CountDownLatch(1);
    var came = new CountDownLatch(1);
    var errands =
        new Errands(errand -> {
          expecting.countDown();
          coming.await();
          errand.announced(100, false);
          came.countDown();
          going.await();
          return true;
        });
    try (errands) {
      errands.start(new PrefetchRequest.Trees(ObjectId.zeroId(), 1 << 20));
      expecting.await();
      assertThat(waitForTree(errands, 0, patience, false)).isLessThan(patience);
      coming.countDown();
      came.await();
      assertThat(waitForTree(errands, 1, patience, true)).isLessThan(patience);
      Thread.ofVirtual()
          .start(() -> {
            sleep(Duration.ofMillis(300));
            errands.arrived(ids.get(2));
          });
      assertThat(waitForTree(errands, 2, 100 * patience, false)).isBetween(patience, 50 * patience);
      assertThat(waitForTree(errands, 3, patience, false)).isGreaterThanOrEqualTo(patience);
      assertThat(waitForTree(errands, 4, 100 * patience, false)).isLessThan(50 * patience);
      going.countDown();
    }
  }

  /** Returns the nanoseconds it took. */
  private long waitForTree(Errands errands, int index, long most, boolean come)
      throws InterruptedException {
    long start = System.nanoTime();
    errands.awaitTree(ids.get(index), most, () -> come);
    return System.nanoTime() - start;
  }

  private Errands errands(Urgency urgency) throws InterruptedException {
    return errands(ids, urgency);
  }

  /** With one under way that is to bring {@code ids}. */
  private Errands errands(List<ObjectId> ids, Urgency urgency) throws InterruptedException {
    var errands =
        new Errands(errand -> {
          errand.expect(ids);
          expecting.countDown();
          going.await();
          return true;
        });
    errands.start(new PrefetchRequest.Blobs(ids, 1 << 20, urgency));
    expecting.await();
    return errands;
  }

  private static List<ObjectId> ids(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> ObjectId.fromString("%040x".formatted(i + 1)))
        .toList();
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
