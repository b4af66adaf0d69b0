package dev.gitfs.mount.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a branch is asked for. */
final class PaceTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Minutes after the last use at which it is asked for, within an hour. */
  private static List<Long> minutes(Pace pace) {
    var asked = new ArrayList<Long>();
    var now = pace.pause(Duration.ZERO);
    while (now.compareTo(Duration.ofHours(1)) <= 0) {
      asked.add(now.toMinutes());
      now = now.plus(pace.pause(now));
    }
    return asked;
  }

  @Test
  void pausesDoubleWhileNobodyUsesItUpToABound() {
    assertThat(minutes(Pace.byUse(MINUTE))).containsExactly(1L, 2L, 4L, 8L, 16L, 31L, 46L);
  }

  @Test
  void noneIsShorterThanTheInterval() {
    assertThat(minutes(Pace.byUse(Duration.ofMinutes(10)))).containsExactly(10L, 20L, 35L, 50L);
    assertThat(minutes(Pace.byUse(Duration.ofMinutes(20)))).containsExactly(20L, 40L, 60L);
  }

  @Test
  void oneOfManyRepositoriesIsAskedForLessOften() {
    var pace = Pace.byUse(MINUTE);
    assertThat(pace.among(60)).isEqualTo(pace);
    assertThat(pace.among(600).pause(Duration.ZERO)).isEqualTo(Duration.ofMinutes(10));
    assertThat(minutes(pace.among(90))).containsExactly(1L, 3L, 6L, 12L, 24L, 39L, 54L);
  }

  @Test
  void aSteadyOneIsAlwaysTheSame() {
    assertThat(minutes(Pace.steady(MINUTE))).hasSize(60);
  }
}
