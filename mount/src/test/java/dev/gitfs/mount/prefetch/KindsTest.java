package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KindsTest {

  private final Kinds kinds = new Kinds();

  @Test
  void aKindIsTheExtensionInLowerCase() {
    assertThat(Kinds.of("logo.PNG".getBytes(UTF_8))).isEqualTo("png");
    assertThat(Kinds.of("a.tar.gz".getBytes(UTF_8))).isEqualTo("gz");
    assertThat(Kinds.of("Makefile".getBytes(UTF_8))).isEmpty();
    assertThat(Kinds.of(".gitignore".getBytes(UTF_8))).isEmpty();
  }

  @Test
  void textIsExpectedAndImagesAreNot() {
    assertThat(kinds.expects("c")).isTrue();
    assertThat(kinds.expects("")).isTrue();
    assertThat(kinds.expects("png")).isFalse();
    assertThat(kinds.expects(Kinds.LARGE)).isFalse();
  }

  @Test
  void whatIsPassedOverAgainAndAgainIsNoLongerExpected() {
    for (int i = 0; i < 20; i++) {
      kinds.settle("h", false);
      kinds.settle("c", true);
    }
    assertThat(kinds.expects("h")).isFalse();
    assertThat(kinds.expects("c")).isTrue();
  }

  @Test
  void whatIsReadInSpiteOfThatIsExpectedAgain() {
    for (int i = 0; i < 20; i++) {
      kinds.settle("h", false);
    }
    kinds.want("h");
    kinds.want("png");
    assertThat(kinds.expects("h")).isTrue();
    assertThat(kinds.expects("png")).isTrue();
  }

  @Test
  void whoReadsTwoRareKindsAndPassesOverNoneReadsAll() {
    kinds.want("png");
    assertThat(kinds.expects("exe")).isFalse();
    kinds.want("doc");
    assertThat(kinds.expects("exe")).isTrue();
    assertThat(kinds.expects(Kinds.LARGE)).isFalse();
    for (int i = 0; i < 20; i++) {
      kinds.settle("h", false);
    }
    assertThat(kinds.expects("exe")).isFalse();
    assertThat(kinds.expects("png")).isTrue();
  }
}
