package dev.gitfs.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as people write them. */
class TimeSpanTest {

  @ParameterizedTest
  @CsvSource({"60s,60", "30m,1800", "2h,7200", "1d,86400", "' 5 s ',5", "0s,0"})
  void aDurationIsRead(String text, long seconds) {
    assertThat(TimeSpan.parse(text)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "60", "s", "-1s", "1.5h", "1w", "1h30m", "99999999999d"})
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> TimeSpan.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it like");
  }

  @Property
  void whatIsWrittenIsRead(@ForAll @LongRange(min = 0, max = 999_999_999) long seconds) {
    var duration = Duration.ofSeconds(seconds);
    assertThat(TimeSpan.parse(TimeSpan.text(duration))).isEqualTo(duration);
  }
}
