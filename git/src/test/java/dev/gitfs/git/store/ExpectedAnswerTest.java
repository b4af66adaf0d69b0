package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** When an object may come, by those that have come before it. */
final class ExpectedAnswerTest {

  private static final int OBJECTS = 100;

  private static final int MANY = 5000;

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

  /** Of so many the first have come, one in 100 ns, but for three. */
  private ExpectedAnswer passingOver(int first) {
    var many =
        IntStream.range(0, MANY).mapToObj(i -> ObjectId.fromString("%040x".formatted(i))).toList();
    var passing = new ExpectedAnswer(many, 0);
    for (int i = 0; i < first; i++) {
      if (i != 20 && i != 40 && i != 2900) {
        passing.arrived(many.get(i));
      }
    }
    return passing;
  }

  @Test
  void whatTheNeighboursOfHaveComeIsPassedOver() {
    var passing = passingOver(3003);
    assertThat(passing.passedOver(ids.get(20), 1, 300_000))
        .containsExactly(ids.get(20), ids.get(40), ObjectId.fromString("%040x".formatted(2900)));
    assertThat(passing.passedOver(ids.get(40), 1, 300_000)).hasSize(2).startsWith(ids.get(40));
    assertThat(passing.passedOver(ids.get(10), 1, 300_000)).isEmpty();
  }

  @Test
  void whatMayComeSoonIsNot() {
    var passing = passingOver(3003);
    // Those three and the 1,997 that follow.
    assertThat(passing.passedOver(ids.get(20), 200_000, 300_000)).isNotEmpty();
    assertThat(passing.passedOver(ids.get(20), 200_001, 300_000)).isEmpty();
  }

  @Test
  void norWhatIsCloseBehindTheLastThatCame() {
    assertThat(passingOver(1500).passedOver(ids.get(20), 1, 150_000)).isEmpty();
    assertThat(passingOver(1700).passedOver(ids.get(20), 1, 170_000)).hasSize(2);
  }

  @Test
  void norIsWhatAnotherReaderGetsLater() {
    var answer = new ExpectedAnswer(ids, 0);
    for (int i = 0; i < OBJECTS; i += 2) {
      answer.arrived(ids.get(i));
    }
    assertThat(answer.passedOver(ids.get(51), 1, 5000)).isEmpty();
  }
}
