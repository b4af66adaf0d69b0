package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** What comes waits for whoever reads, and for nobody else. */
final class PrefetchedContentsTest {

  private static final Duration AT_ONCE = Duration.ofMillis(300);

  /** 64 pieces of 8 KiB. */
  private final PrefetchedContents contents = new PrefetchedContents(new StoreMemory(1 << 20));

  private final byte[] content = new byte[8 << 10];
  private final List<ObjectId> held = new ArrayList<>();
  private int named;

  private record Answer(boolean isAwaited) implements Reception {
    @Override
    public boolean isEnough(long bytes) {
      return false;
    }
  }

  @Test
  void whatFindsNoRoomIsHeldOnceAReaderHasMadeSome() throws Exception {
    var answer = new Answer(false);
    fill(answer);
    readOneOfMany(answer);
    nextWaitsForRoom(answer, Duration.ofMillis(50));
  }

  @Test
  void whatSomebodyWaitsForWaitsForNobody() {
    var answer = new Answer(false);
    fill(answer);
    readOneOfMany(answer);
    ObjectId next = id();
    assertThat(timed(() -> add(new Answer(true), next))).isLessThan(AT_ONCE);
    assertThat(contents.open(next)).isEmpty();
  }

  @Test
  void aReaderWhoHasStoppedHoldsUpOneFileAndNoMore() {
    var answer = new Answer(false);
    fill(answer);
    readOneOfMany(answer);
    add(answer, id());
    assertThat(timed(() -> add(answer, id()))).isLessThan(AT_ONCE);
    read(held.getFirst());
    ObjectId next = id();
    add(answer, next);
    assertThat(contents.open(next)).isPresent();
  }

  @Test
  void whoReadsFromDiskWhatFoundNoRoomReadsOn() throws Exception {
    var answer = new Answer(false);
    fill(answer);
    ObjectId onDisk = id();
    add(answer, onDisk);
    assertThat(contents.open(onDisk)).isEmpty();
    nextWaitsForRoom(answer, Duration.ofMillis(50));
  }

  @Test
  void aReaderWhoWaitsForAnotherAnswerHasNotStopped() throws Exception {
    var answer = new Answer(false);
    fill(answer);
    contents.waits();
    nextWaitsForRoom(answer, Duration.ofMillis(700));
    contents.waited();
  }

  @Test
  void whoBeginsToWaitIsHeardAtOnce() throws Exception {
    var awaited = new AtomicBoolean();
    var answer =
        new Reception() {
          @Override
          public boolean isEnough(long bytes) {
            return false;
          }

          @Override
          public boolean isAwaited() {
            return awaited.get();
          }
        };
    fill(answer);
    contents.waits();
    var arrival = Thread.ofVirtual().start(() -> add(answer, id()));
    assertThat(arrival.join(Duration.ofMillis(50))).isFalse();
    awaited.set(true);
    contents.awaited();
    assertThat(arrival.join(Duration.ofMillis(50))).isTrue();
  }

  @Test
  void theAnswerThatBeganFirstHasHalfOfTheRoomHoweverLateItComes() {
    var first = new Answer(false);
    var second = new Answer(true);
    contents.began(first);
    contents.began(second);
    fill(second);
    assertThat(held.stream().filter(id -> contents.peek(id).isPresent())).hasSize(32);
    held.clear();
    fill(first);
    assertThat(held.stream().filter(id -> contents.peek(id).isPresent())).hasSize(32);
  }

  /** What nobody reads makes room after a while, which is no sign that somebody does. */
  @Test
  void whoOnlyLooksHoldsUpNothing() throws Exception {
    var answer = new Answer(false);
    fill(answer);
    assertThat(timed(() -> add(answer, id()))).isLessThan(AT_ONCE);
    Thread.sleep(Duration.ofNanos(Slabs.PATIENCE).plusMillis(50));
    ObjectId last = id();
    assertThat(
            timed(() -> {
              fill(answer);
              add(answer, last);
            }))
        .isLessThan(AT_ONCE);
    assertThat(contents.open(held.getLast())).isPresent();
    assertThat(contents.open(last)).isEmpty();
  }

  @Test
  void afterItWasClosedNothingIsHeld() {
    contents.close();
    ObjectId late = id();
    add(new Answer(false), late);
    assertThat(contents.open(late)).isEmpty();
  }

  private void fill(Reception from) {
    for (int i = 0; i < 64; i++) {
      held.add(id());
      add(from, held.getLast());
    }
  }

  /** What comes next finds no room for so long, and is held once a reader has made some. */
  private void nextWaitsForRoom(Reception from, Duration time) throws InterruptedException {
    ObjectId next = id();
    var arrival = Thread.ofVirtual().start(() -> add(from, next));
    assertThat(arrival.join(time)).isFalse();
    read(held.getFirst());
    assertThat(arrival.join(Duration.ofSeconds(10))).isTrue();
    assertThat(contents.open(next)).isPresent();
  }

  /** After that there is a reader, and no room again. */
  private void readOneOfMany(Reception from) {
    read(held.removeFirst());
    held.add(id());
    add(from, held.getLast());
  }

  private void add(Reception from, ObjectId id) {
    contents.add(from, id, content, content.length);
  }

  private void read(ObjectId id) {
    try (var blob = contents.open(id).orElseThrow()) {
      assertThat(blob.size()).isEqualTo(content.length);
      contents.wasRead(id);
    }
  }

  private static Duration timed(Runnable action) {
    long start = System.nanoTime();
    action.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private ObjectId id() {
    return ObjectId.fromString("%040x".formatted(++named));
  }
}
