package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PatienceTest {
  private static final long ROUND_TRIP = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Patience patience = new Patience(0);

  @Test
  void lastsTwoRoundTripsAtFirst() {
    assertThat(patience.nanos(ROUND_TRIP, SECOND)).isEqualTo(2 * ROUND_TRIP);
  }

  @Test
  void isHardlyLongerForOneWhoLosesItNowAndThen() {
    for (int i = 1; i <= 10; i++) {
      patience.lose(i * 5 * SECOND);
    }
    assertThat(patience.nanos(ROUND_TRIP, 55 * SECOND)).isLessThan(2 * ROUND_TRIP * 13 / 10);
  }

  @Test
  void growsWithEveryLossToEightTimesThat() {
    patience.lose(SECOND);
    assertThat(patience.nanos(ROUND_TRIP, SECOND)).isEqualTo(4 * ROUND_TRIP);
    for (int i = 0; i < 100; i++) {
      patience.lose(SECOND);
    }
    assertThat(patience.nanos(ROUND_TRIP, SECOND)).isEqualTo(16 * ROUND_TRIP);
  }

  @Test
  void isBackSoonAfterTheLastLoss() {
    for (int i = 0; i < 100; i++) {
      patience.lose(SECOND);
    }
    assertThat(patience.nanos(ROUND_TRIP, 15 * SECOND)).isLessThan(2 * ROUND_TRIP * 11 / 10);
  }
}
