package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

  private final RetryPolicy policy =
      new RetryPolicy(9, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofSeconds(30));

  @Test
  void theBoundDoublesUpToTheLongestPause() {
    assertThat(policy.bound(1)).isEqualTo(Duration.ofMillis(100));
    assertThat(policy.bound(2)).isEqualTo(Duration.ofMillis(200));
    assertThat(policy.bound(5)).isEqualTo(Duration.ofMillis(1600));
    assertThat(policy.bound(6)).isEqualTo(Duration.ofSeconds(2));
  }

  @Property
  void everyPauseIsWithinItsBound(
      @ForAll @IntRange(min = 1, max = Integer.MAX_VALUE) int failures) {
    assertThat(policy.pause(failures)).isBetween(Duration.ZERO, policy.bound(failures));
  }
}
