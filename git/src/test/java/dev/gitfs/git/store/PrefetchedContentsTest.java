package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes is kept for whoever reads. */
final class PrefetchedContentsTest {

  private static final int PIECE = 8 << 10;

  @TempDir Path scratch;

  /** 64 pieces in memory, 16 in a file. */
  private PrefetchedContents contents;

  private final byte[] content = new byte[PIECE];
  private final List<ObjectId> held = new ArrayList<>();
  private int named;

  private static final class Answer implements Reception {
    @Override
    public boolean isEnough(long bytes) {
      return false;
    }
  }

  @BeforeEach
  void open() {
    contents =
        new PrefetchedContents(new StoreMemory(1 << 20), new Overflow(scratch, 16 * PIECE, PIECE));
  }

  @Test
  void whatFindsNoRoomInMemoryIsWrittenToAFileForWhoeverReads() throws Exception {
    var answer = new Answer();
    fill(answer);
    read(held.removeFirst());
    for (int i = 0; i < 1 + 16; i++) {
      held.add(id());
      add(answer, held.getLast());
    }
    assertThat(scratch).isNotEmptyDirectory();
    ObjectId more = id();
    add(answer, more);
    assertThat(contents.open(more)).isEmpty();
    for (ObjectId id : held) {
      read(id);
    }
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void whoWaitsForAFileReads() {
    var answer = new Answer();
    fill(answer);
    contents.waits();
    ObjectId next = id();
    add(answer, next);
    contents.waited();
    assertThat(contents.open(next)).isPresent();
  }

  @Test
  void nothingIsWrittenForWhoeverReadsNothing() {
    var answer = new Answer();
    fill(answer);
    ObjectId next = id();
    add(answer, next);
    assertThat(contents.open(next)).isEmpty();
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void whatCannotBeWrittenIsNotKept() throws Exception {
    Files.createDirectory(scratch.resolve("overflow"));
    var answer = new Answer();
    fill(answer);
    contents.waits();
    ObjectId next = id();
    add(answer, next);
    assertThat(contents.open(next)).isEmpty();
    assertThat(contents.statistics(0, 0).objects()).isEqualTo(65);
  }

  @Test
  void theAnswerThatBeganFirstHasHalfOfTheRoomHoweverLateItComes() {
    var first = new Answer();
    var second = new Answer();
    contents.began(first);
    contents.began(second);
    fill(second);
    assertThat(held.stream().filter(id -> contents.peek(id).isPresent())).hasSize(32);
    held.clear();
    fill(first);
    assertThat(held.stream().filter(id -> contents.peek(id).isPresent())).hasSize(32);
  }

  @Test
  void whatNobodyReadsMakesRoomInMemoryAfterAWhile() throws Exception {
    var answer = new Answer();
    fill(answer);
    Thread.sleep(Duration.ofNanos(Slabs.PATIENCE).plusMillis(50));
    ObjectId last = id();
    add(answer, last);
    assertThat(contents.open(last)).isPresent();
    assertThat(contents.open(held.getFirst())).isEmpty();
  }

  @Test
  void afterItWasClosedNothingIsHeld() {
    contents.close();
    ObjectId late = id();
    add(new Answer(), late);
    assertThat(contents.open(late)).isEmpty();
  }

  private void fill(Reception from) {
    for (int i = 0; i < 64; i++) {
      held.add(id());
      add(from, held.getLast());
    }
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

  private ObjectId id() {
    return ObjectId.fromString("%040x".formatted(++named));
  }
}
