package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void ofASmallLimitHalfIsLeft() {
    quota.learn(headers("RateLimit-Limit", "8", "RateLimit-Remaining", "5"));
    assertThat(quota.allows()).isTrue();
    quota.learn(headers("RateLimit-Limit", "8", "RateLimit-Remaining", "4"));
    assertThat(quota.allows()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -3600, -86400 * 30})
  void aPeriodThatIsOverLimitsNothing(long seconds) {
    long reset = Instant.now().getEpochSecond() + seconds;
    quota.learn(headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", Long.toString(reset)));
    assertThat(quota.allows()).isTrue();
  }

  @Test
  void millisecondsAreNotTakenForSeconds() {
    long reset = Instant.now().plusSeconds(600).toEpochMilli();
    quota.learn(headers("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", Long.toString(reset)));
    assertThat(quota.reopens()).isBetween(soon(500), soon(700));
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999", "Fri, 31 Dec 2100 23:59:59 GMT"})
  void noForgeIsLeftAloneForLongerThanADay(String after) {
    quota.refused(headers("Retry-After", after));
    assertThat(quota.reopens()).isBetween(soon(86_300), soon(86_500));
  }

  @Test
  void aPointInTimeIsOneOfTheServersClock() {
    var there = Instant.now().atOffset(ZoneOffset.UTC).plusHours(5);
    quota.learn(
        headers(
            "X-RateLimit-Remaining",
            "0",
            "X-RateLimit-Reset",
            Long.toString(there.toEpochSecond() + 600),
            "Date",
            DateTimeFormatter.RFC_1123_DATE_TIME.format(there)));
    assertThat(quota.reopens()).isBetween(soon(500), soon(700));
  }

  private static Instant soon(long seconds) {
    return Instant.now().plusSeconds(seconds);
  }

  private static HttpHeaders headers(String... namesAndValues) {
    var headers = new HashMap<String, List<String>>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
    }
    return HttpHeaders.of(headers, (_, _) -> true);
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
