package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SamplesTest {

  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Samples.of(9, 1, 2).median()).isEqualTo(2);
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
    assertThat(Samples.of(9, 1, 2, 4).median()).isEqualTo(3);
  }

  @Test
  void nothingMeasuredIsNoSample() {
    assertThatThrownBy(() -> new Samples(List.of())).isInstanceOf(IllegalArgumentException.class);
  }
}
