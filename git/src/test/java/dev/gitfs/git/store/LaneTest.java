package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many wants, few requests. */
@Timeout(30)
final class LaneTest {

  private final List<List<ObjectId>> requests = new CopyOnWriteArrayList<>();

  @Test
  void manyThreadsThatWantOneObjectMakeOneRequest() throws Exception {
    var answer = new CountDownLatch(1);
    try (var lane = lane(ids -> answer.await())) {
      var waiting = startAll(lane, IntStream.range(0, 50).mapToObj(i -> id(7)).toList());
      Thread.sleep(100);
      answer.countDown();
      for (Future<?> each : waiting) {
        each.get();
      }
    }
    assertThat(requests).containsExactly(List.of(id(7)));
  }

  @Test
  void aBurstOf200ThreadsMakesAtMostThreeRequests() throws Exception {
    try (var lane = lane(ids -> Thread.sleep(50))) {
      for (Future<?> each : startAll(lane, ids(200))) {
        each.get();
      }
    }
    assertThat(requests).hasSizeLessThanOrEqualTo(3);
    assertThat(requests.stream().flatMap(List::stream)).doesNotHaveDuplicates().hasSize(200);
  }

  @Test
  void aLoneWantLeavesAtOnce() throws Exception {
    try (var lane = lane(ids -> {})) {
      lane.fetch(id(1));
      long start = System.nanoTime();
      for (int i = 2; i < 102; i++) {
        lane.fetch(id(i));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(250));
    }
    assertThat(requests).hasSize(101);
  }

  @Test
  void aLongRequestDelaysNoOther() throws Exception {
    var forever = new CountDownLatch(1);
    try (var lane =
        lane(ids -> {
          if (ids.contains(id(0))) {
            forever.await();
          }
        })) {
      var slow = start(lane, id(0));
      awaitRequests(1);
      lane.fetch(id(1));
      assertThat(slow).isNotDone();
      forever.countDown();
      slow.get();
    }
  }

  @Test
  void whatIsWantedWhileAllSlotsAreTakenLeavesTogether() throws Exception {
    var gate = new CountDownLatch(1);
    try (var lane = lane(ids -> gate.await())) {
      var waiting = new ArrayList<Future<?>>();
      for (int i = 0; i < 4; i++) {
        waiting.add(start(lane, id(i)));
        awaitRequests(i + 1);
      }
      waiting.addAll(startAll(lane, ids(100).subList(50, 100)));
      Thread.sleep(100);
      assertThat(requests).hasSize(4);
      gate.countDown();
      for (Future<?> each : waiting) {
        each.get();
      }
    }
    assertThat(requests).hasSize(5);
  }

  @Test
  void everyWaiterLearnsOfAFailureAndTheNextWantAsksAgain() throws Exception {
    var fails = new AtomicBoolean(true);
    var gate = new CountDownLatch(1);
    try (var lane =
        lane(ids -> {
          gate.await();
          if (fails.get()) {
            throw new RemoteException(RemoteException.Kind.TIMED_OUT, "too late");
          }
        })) {
      var waiting = startAll(lane, List.of(id(1), id(1), id(1)));
      awaitRequests(1);
      Thread.sleep(50);
      gate.countDown();
      for (Future<?> each : waiting) {
        assertThatThrownBy(each::get).hasRootCauseMessage("too late");
      }
      fails.set(false);
      lane.fetch(id(1));
    }
    assertThat(requests).hasSize(2);
  }

  @Test
  void oneObjectTheServerDoesNotHaveFailsAlone() throws Exception {
    for (boolean named : new boolean[] {true, false}) {
      Set<ObjectId> missing = Set.of(id(13), id(57));
      try (var lane =
          lane(ids -> {
            for (ObjectId id : ids) {
              if (missing.contains(id)) {
                throw new RemoteException(
                    RemoteException.Kind.NO_SUCH_OBJECT, named ? "not our ref " + id.name() : "no");
              }
            }
          })) {
        assertThat(lane.fetchAll(ids(100)).keySet()).isEqualTo(missing);
      }
    }
  }

  @Test
  void anInterruptedWaiterLeavesAndTheOthersGetTheirObject() throws Exception {
    var gate = new CountDownLatch(1);
    try (var lane = lane(ids -> gate.await())) {
      var interrupted = new CompletableFuture<Boolean>();
      Thread impatient =
          Thread.startVirtualThread(() -> {
            try {
              lane.fetch(id(1));
            } catch (InterruptedException e) {
              interrupted.complete(true);
            } catch (IOException e) {
              interrupted.completeExceptionally(e);
            }
          });
      awaitRequests(1);
      var patient = start(lane, id(1));
      Thread.sleep(50);
      impatient.interrupt();
      assertThat(interrupted.get()).isTrue();
      assertThat(patient).isNotDone();
      gate.countDown();
      patient.get();
    }
    assertThat(requests).hasSize(1);
  }

  @Test
  void aRequestNobodyWaitsForIsCancelledAndTheObjectCanBeWantedAgain() throws Exception {
    var cancelled = new CountDownLatch(1);
    var first = new AtomicBoolean(true);
    try (var lane =
        lane(ids -> {
          if (first.getAndSet(false)) {
            try {
              Thread.sleep(TimeUnit.MINUTES.toMillis(1));
            } catch (InterruptedException e) {
              cancelled.countDown();
              throw e;
            }
          }
        })) {
      var waiting = Executors.newVirtualThreadPerTaskExecutor();
      Future<?> impatient = waiting.submit(() -> fetch(lane, id(1)));
      awaitRequests(1);
      impatient.cancel(true);
      assertThat(cancelled.await(5, TimeUnit.SECONDS)).isTrue();
      lane.fetch(id(1));
      waiting.close();
    }
    assertThat(requests).hasSize(2);
  }

  @Test
  void closingEndsWhatIsUnderWayAndWhatIsPending() throws Exception {
    var lane = lane(ids -> Thread.sleep(TimeUnit.MINUTES.toMillis(1)));
    var waiting = startAll(lane, ids(20));
    awaitRequests(1);
    lane.close();
    for (Future<?> each : waiting) {
      assertThatThrownBy(each::get).hasCauseInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> lane.fetch(id(1))).isInstanceOf(IOException.class);
  }

  private Lane lane(Lane.Request request) {
    return new Lane(
        "test",
        ids -> {
          requests.add(ids);
          request.send(ids);
        });
  }

  private static List<Future<?>> startAll(Lane lane, List<ObjectId> ids) {
    return ids.stream().<Future<?>>map(id -> start(lane, id)).toList();
  }

  private static Future<?> start(Lane lane, ObjectId id) {
    var done = new CompletableFuture<Void>();
    Thread.startVirtualThread(() -> {
      try {
        lane.fetch(id);
        done.complete(null);
      } catch (IOException | InterruptedException e) {
        done.completeExceptionally(e);
      }
    });
    return done;
  }

  private static Void fetch(Lane lane, ObjectId id) throws Exception {
    lane.fetch(id);
    return null;
  }

  private void awaitRequests(int count) throws InterruptedException {
    while (requests.size() < count) {
      Thread.sleep(1);
    }
  }

  private static List<ObjectId> ids(int count) {
    return IntStream.range(0, count).mapToObj(LaneTest::id).toList();
  }

  private static ObjectId id(int n) {
    return ObjectId.fromString("%040x".formatted(n + 1));
  }
}
