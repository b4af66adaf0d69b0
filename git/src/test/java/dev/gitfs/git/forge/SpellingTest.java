package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How people name a repository and a ref. */
class SpellingTest {

  private static final List<Forge> FORGES = forges();

  private static List<Forge> forges() {
    var forges = new ArrayList<>(Forge.readyMade());
    forges.add(Forge.of("here", ForgeKind.LOCAL, "/srv/git"));
    forges.add(Forge.of("kernel", ForgeKind.PLAIN, "https://git.example.org/scm/"));
    return forges;
  }

  @ParameterizedTest
  @CsvSource({
    "torvalds/linux, github, torvalds/linux,",
    "torvalds/linux@v6.1, github, torvalds/linux, v6.1",
    "torvalds/linux@feature%2Fx, github, torvalds/linux, feature/x",
    "torvalds/linux@1a2b3c4, github, torvalds/linux, 1a2b3c4",
    "gitlab/a/b/c@v1, gitlab, a/b/c, v1",
    "codeberg/forgejo/forgejo, codeberg, forgejo/forgejo,",
    "gitlab/docs, github, gitlab/docs,",
    "here/project, here, project,",
    "here/a/project@main, here, a/project, main",
    "kernel/torvalds/linux.git, kernel, torvalds/linux.git,",
    "https://github.com/torvalds/linux.git, github, torvalds/linux,",
    "https://token@GitHub.com/torvalds/linux/, github, torvalds/linux,",
    "https://gitlab.com/a/b/c, gitlab, a/b/c,",
    "https://git.example.org/scm/x/y.git, kernel, x/y.git,",
  })
  void aRepositoryOfAForgeIsRead(String source, String forge, String path, String ref) {
    var spelling = Spelling.parse(source, FORGES).orElseThrow();
    assertThat(spelling.repository().forge().name()).isEqualTo(forge);
    assertThat(spelling.repository().path()).isEqualTo(path);
    assertThat(spelling.ref()).isEqualTo(Optional.ofNullable(ref));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linux",
        "/srv/git/linux",
        "./torvalds/linux",
        "../a/b",
        "~/a/b",
        "git@github.com:torvalds/linux",
        "ssh://git@github.com/torvalds/linux",
        "https://example.org/a/b",
        "https://github.com.evil.org/a/b",
        "a/b/c",
        "name@host/path",
        "a.b/c d",
        ""
      })
  void anythingElseIsLeftToGit(String source) {
    assertThat(Spelling.parse(source, FORGES)).isEmpty();
  }

  @Test
  void aSlashInARefIsToldHowToWrite() {
    assertThatThrownBy(() -> Spelling.parse("torvalds/linux@feature/x", FORGES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("torvalds/linux@feature%2Fx");
  }

  @Test
  void allRefsAreNotOneToMount() {
    assertThatThrownBy(() -> Spelling.parse("torvalds/linux@", FORGES))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(RepositoryName.parse("linux@").isAllRefs()).isTrue();
    assertThat(RepositoryName.parse("linux").isAllRefs()).isFalse();
  }

  @Property
  void anyRefSurvivesBeingWritten(
      @ForAll @StringLength(min = 1, max = 20) @CharRange(from = '!', to = '~') String ref) {
    var name = new RepositoryName("linux", Optional.of(ref));
    assertThat(name.toString()).doesNotContain("/");
    assertThat(RepositoryName.parse(name.toString())).isEqualTo(name);
  }

  @Property
  void percentSignsThatMeanNothingStay(
      @ForAll @StringLength(max = 6) @Chars({'%', '2', 'f', '5', '/'}) String ref) {
    assertThat(RepositoryName.parse("linux@" + RepositoryName.encoded(ref)).ref()).contains(ref);
  }
}
