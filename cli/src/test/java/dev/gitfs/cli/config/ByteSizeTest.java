package dev.gitfs.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "512M, 536870912",
    "512m, 536870912",
    "2G, 2147483648",
    "2GB, 2147483648",
    "2GiB, 2147483648",
    "2 gib, 2147483648",
    "1.5K, 1536",
    "0.25G, 268435456",
    "3T, 3298534883328",
    "100B, 100"
  })
  void aSizeIsReadAsPeopleWriteIt(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1", "12X", "1,5G", "1e3", "0x10", "5 5", "١M"})
  void whatIsNoSizeIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("512M");
  }

  @ParameterizedTest
  @ValueSource(strings = {"9000000P", "999999999999999999G"})
  void aSizeBeyondCountingIsRefused(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too large");
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1 KiB", "1536, 1.5 KiB", "2147483648, 2 GiB"})
  void aSizeIsShownInTheLargestUnitThatFits(long bytes, String text) {
    assertThat(new ByteSize(bytes)).hasToString(text);
  }

  @Property
  void aSizeInBytesIsReadBack(@ForAll @LongRange(max = 999_999_999_999_999_999L) long bytes) {
    assertThat(ByteSize.parse(Long.toString(bytes)).bytes()).isEqualTo(bytes);
  }

  @Property
  void whatIsShownIsNearlyWhatItIs(@ForAll @LongRange(max = 999_999_999_999_999_999L) long bytes) {
    long shown = ByteSize.parse(new ByteSize(bytes).toString()).bytes();

    assertThat((double) Math.abs(shown - bytes)).isLessThanOrEqualTo(bytes * 0.06);
  }
}
