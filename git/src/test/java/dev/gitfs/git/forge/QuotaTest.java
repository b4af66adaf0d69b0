package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much may be asked of a forge, by several who ask at the same time. */
class QuotaTest {

  private final Quota quota = new Quota(InstantSource.system());

  @Test
  void requestsUnderWayCountAsMade() {
    quota.learn(left(15));
    for (int i = 0; i < 5; i++) {
      assertThat(quota.begin()).isTrue();
    }
    assertThat(quota.begin()).isFalse();
    assertThat(quota.allows()).isFalse();
  }

  @Test
  void whatHasEndedCountsAsTheForgeSays() {
    quota.learn(left(15));
    for (int i = 0; i < 5; i++) {
      assertThat(quota.begin()).isTrue();
    }
    quota.learn(left(14));
    quota.end();
    assertThat(quota.begin()).isFalse();
    for (int i = 0; i < 4; i++) {
      quota.end();
    }
    assertThat(quota.spare()).isEqualTo(4);
    assertThat(quota.begin()).isTrue();
  }

  @Test
  void aRequestThatWasRefusedIsNotUnderWay() {
    quota.learn(left(11));
    assertThat(quota.begin()).isTrue();
    assertThat(quota.begin()).isFalse();
    quota.end();
    assertThat(quota.begin()).isTrue();
  }

  /** Of 50, so that ten are the user's. */
  private static HttpHeaders left(int requests) {
    return HttpHeaders.of(
        Map.of(
            "RateLimit-Limit", List.of("50"),
            "RateLimit-Remaining", List.of(Integer.toString(requests)),
            "RateLimit-Reset", List.of("600")),
        (_, _) -> true);
  }
}
