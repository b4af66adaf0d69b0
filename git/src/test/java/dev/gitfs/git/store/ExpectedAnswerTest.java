package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** When an object may come, by those that have come before it. */
final class ExpectedAnswerTest {

  private static final int OBJECTS = 100;

  private final List<ObjectId> ids =
      IntStream.range(0, OBJECTS).mapToObj(i -> ObjectId.fromString("%040x".formatted(i))).toList();

  private final ExpectedAnswer answer = new ExpectedAnswer(ids, 0);

  @Test
  void beforeAnythingHasComeAllMayCome() {
    assertThat(answer.isNear(ids.getFirst(), 1, 1000)).isTrue();
    assertThat(answer.isNear(ids.getLast(), 1, 1000)).isTrue();
  }

  @Test
  void inTheOrderOfTheRequestThePlaceTells() {
    for (int i = 0; i < 10; i++) {
      answer.arrived(ids.get(i));
    }
    assertThat(answer.contains(ids.get(9))).isFalse();
    // Ten in 1,000 ns: the one after twenty more comes in 2,000.
    assertThat(answer.isNear(ids.get(30), 2001, 1000)).isTrue();
    assertThat(answer.isNear(ids.get(30), 2000, 1000)).isFalse();
  }

  @Test
  void inTheOppositeOrderThePlaceTellsFromTheEnd() {
    for (int i = 0; i < 10; i++) {
      answer.arrived(ids.get(OBJECTS - 1 - i));
    }
    assertThat(answer.isNear(ids.get(80), 1001, 1000)).isTrue();
    assertThat(answer.isNear(ids.get(80), 1000, 1000)).isFalse();
    assertThat(answer.isNear(ids.getFirst(), 8000, 1000)).isFalse();
  }

  @Test
  void othersDoNotCount() {
    answer.arrived(ObjectId.fromString("ff".repeat(20)));
    assertThat(answer.isNear(ids.getLast(), 1, 1000)).isTrue();
  }

  @Test
  void whatComesAfterWhatIsLateIsNotNear() {
    for (int i = 0; i < 10; i++) {
      answer.arrived(ids.get(i));
    }
    answer.waitedInVain(ids.get(30));
    assertThat(answer.isNear(ids.get(29), 1_000_000, 1000)).isTrue();
    assertThat(answer.isNear(ids.get(30), 1_000_000, 1000)).isFalse();
    assertThat(answer.isNear(ids.get(31), 1_000_000, 1000)).isFalse();
    for (int i = 10; i <= 30; i++) {
      answer.arrived(ids.get(i));
    }
    assertThat(answer.isNear(ids.get(31), 1_000_000, 2000)).isTrue();
  }

  @Test
  void inTheOppositeOrderWhatIsBeforeIsNotNear() {
    for (int i = 0; i < 10; i++) {
      answer.arrived(ids.get(OBJECTS - 1 - i));
    }
    answer.waitedInVain(ids.get(70));
    assertThat(answer.isNear(ids.get(71), 1_000_000, 1000)).isTrue();
    assertThat(answer.isNear(ids.get(69), 1_000_000, 1000)).isFalse();
    for (int i = OBJECTS - 11; i >= 69; i--) {
      answer.arrived(ids.get(i));
    }
    assertThat(answer.isNear(ids.get(68), 1_000_000, 2000)).isTrue();
  }

  @Test
  void aServerTakesLongerToPrepareALongAnswer() {
    var shorter = new ExpectedAnswer(ids.subList(0, 10), 0);
    var none = new ExpectedAnswer(List.of(), 0);
    assertThat(none.preparationNanos()).isPositive();
    assertThat(answer.preparationNanos() - none.preparationNanos())
        .isEqualTo(10 * (shorter.preparationNanos() - none.preparationNanos()))
        .isPositive();
  }
}
