package dev.gitfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each as fusermount3 3.14 takes it. */
class FuseConfTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "user_allow_other\n",
        "user_allow_other # yes\n",
        "  user_allow_other\t\n",
        "user_allow_other#\n",
        "mount_max = 5\n\nuser_allow_other\nmore"
      })
  void whatStandsAloneInALineCounts(String text) {
    assertThat(FuseConf.parse(text)).isEqualTo(new FuseConf(true, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"user_allow_other", "user_allow_other = 1\n", "user_allow_other yes\n"})
  void whatDoesNotCountIsNoticed(String text) {
    assertThat(FuseConf.parse(text)).isEqualTo(new FuseConf(false, true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#user_allow_other\n", "User_allow_other\n", "mount_max = 1\n"})
  void anythingElseSaysNothingOfIt(String text) {
    assertThat(FuseConf.parse(text)).isEqualTo(new FuseConf(false, false));
  }

  @Test
  void aLineThatIsTooLongDoesNotCount() {
    String comment = " ".repeat(300) + "\n";

    assertThat(FuseConf.parse("user_allow_other" + comment)).isEqualTo(new FuseConf(false, true));
  }
}
