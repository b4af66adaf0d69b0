package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProfileTest {

  @Test
  void commentsAndEmptyLinesCountForNothing() {
    var profile = Profile.parse("# what a build reads\n\n  src/**/*.h  \r\nMakefile\n#end");

    assertThat(profile.patterns())
        .extracting(PathPattern::text)
        .containsExactly("src/**/*.h", "Makefile");
  }

  @Test
  void whatWasRecordedIsSorted() {
    var profile = Profile.of(Stream.of("b/c", "a", "b/a").map(ProfileTest::path).toList());

    assertThat(profile.text()).isEqualTo("a\nb/a\nb/c\n");
  }

  @Test
  void namesThatLookLikeSomethingElseAreEscaped() {
    var profile =
        Profile.of(Stream.of("#a", "!b", "c*", " d", "e\\", "#/#").map(ProfileTest::path).toList());

    assertThat(profile.text().lines())
        .containsExactlyInAnyOrder("\\#a", "\\!b", "c\\*", "\\x20d", "e\\\\", "\\#/#");
  }

  @ParameterizedTest
  @ValueSource(strings = {"!a", "a/[", "../a"})
  void aLineThatIsNoPatternIsNamed(String line) {
    assertThatThrownBy(() -> Profile.parse("# first\nfine\n" + line + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 3: ")
        .hasMessageContaining("'" + line + "'");
  }

  private static List<byte[]> path(String path) {
    return Stream.of(path.split("/")).map(name -> name.getBytes(UTF_8)).toList();
  }
}
