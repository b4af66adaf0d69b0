package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which repositories may be opened. */
class RulesTest {

  @Test
  void withoutRulesAllMayBe() {
    assertThat(Rules.NONE.permits("github", "torvalds/linux")).isTrue();
    assertThat(Rules.NONE.leadsTo("github", "")).isTrue();
  }

  @Test
  void anAllowedOwnerAllowsHisRepositoriesAndNobodyElses() {
    var rules = Rules.of(List.of("github/torvalds"), List.of());
    assertThat(rules.permits("github", "torvalds/linux")).isTrue();
    assertThat(rules.permits("github", "torvalds2/linux")).isFalse();
    assertThat(rules.permits("gitlab", "torvalds/linux")).isFalse();
    assertThat(rules.leadsTo("github", "")).isTrue();
    assertThat(rules.leadsTo("github", "torvalds")).isTrue();
    assertThat(rules.leadsTo("github", "gregkh")).isFalse();
    assertThat(rules.leadsTo("gitlab", "")).isFalse();
  }

  @Test
  void aPlaceThatAServerRedirectsToIsJudgedByItsName() {
    var forges = Forge.readyMade();
    var rules = Rules.of(List.of("github/torvalds", "gitlab/torvalds"), List.of("*/*/secret"));
    assertThat(rules.permitsPlace("https://github.com/torvalds/linux.git", forges)).isTrue();
    assertThat(rules.permitsPlace("https://gitlab.com/torvalds/linux.git", forges)).isTrue();
    assertThat(rules.permitsPlace("https://github.com/torvalds/secret", forges)).isFalse();
    assertThat(rules.permitsPlace("https://github.com/gregkh/linux.git", forges)).isFalse();
    assertThat(rules.permitsPlace("https://example.org/torvalds/linux", forges)).isFalse();
    assertThat(Rules.of(List.of(), List.of()).permitsPlace("https://example.org/a/b", forges))
        .isTrue();
  }

  @Test
  void anOwnerIsNotPermittedForOneOfHisRepositoriesButLeadsToIt() {
    var rules = Rules.of(List.of("github/torvalds/linux"), List.of());
    assertThat(rules.permits("github", "torvalds")).isFalse();
    assertThat(rules.leadsTo("github", "torvalds")).isTrue();
    assertThat(rules.permits("github", "torvalds/linux")).isTrue();
    assertThat(rules.permits("github", "torvalds/subsurface")).isFalse();
  }

  @Test
  void denyComesFirst() {
    var rules = Rules.of(List.of("github/*"), List.of("github/evil", "*/*/secrets"));
    assertThat(rules.permits("github", "torvalds/linux")).isTrue();
    assertThat(rules.permits("github", "evil/linux")).isFalse();
    assertThat(rules.leadsTo("github", "evil")).isFalse();
    assertThat(rules.permits("github", "torvalds/secrets")).isFalse();
    assertThat(rules.permits("github", "torvalds/secrets.git")).isFalse();
    assertThat(rules.permits("github", "Torvalds/SECRETS")).isFalse();
  }

  @Test
  void aRuleCoversNestedGroups() {
    var rules = Rules.of(List.of("gitlab/group/sub"), List.of("gitlab/group/sub/deep"));
    assertThat(rules.permits("gitlab", "group/sub/a/b")).isTrue();
    assertThat(rules.permits("gitlab", "group/sub/deep/b")).isFalse();
    assertThat(rules.permits("gitlab", "group/other")).isFalse();
    assertThat(rules.leadsTo("gitlab", "group")).isTrue();
  }

  @Test
  void theCommandLineAdds() {
    var rules = Rules.of(List.of("github/a"), List.of("github/b/x")).allowing(List.of("github/b"));
    assertThat(rules.permits("github", "a/r")).isTrue();
    assertThat(rules.permits("github", "b/r")).isTrue();
    assertThat(rules.permits("github", "b/x")).isFalse();
    assertThat(Rules.NONE.allowing(List.of("github/b")).permits("github", "c/r")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "github/", "/torvalds", "a//b", "github/a b", "github/a@v1"})
  void whatIsNoRuleIsRefused(String text) {
    assertThatThrownBy(() -> Rules.of(List.of(text), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write it like github/torvalds");
  }

  @Property
  void aDeniedPathIsPermittedByNothing(
      @ForAll("paths") String path, @ForAll("rules") List<String> allow) {
    var rules = Rules.of(allow, List.of(path));
    String below = path.substring(path.indexOf('/') + 1);
    String forge = path.substring(0, path.indexOf('/'));
    assertThat(rules.permits(forge, below)).isFalse();
    assertThat(rules.permits(forge, below + "/more")).isFalse();
    assertThat(rules.permits(forge, below.toUpperCase(Locale.ROOT))).isFalse();
    assertThat(rules.leadsTo(forge, below)).isFalse();
  }

  @Property
  void whatIsPermittedIsLedTo(
      @ForAll("paths") String path,
      @ForAll("rules") List<String> allow,
      @ForAll("rules") List<String> deny) {
    var rules = Rules.of(allow, deny);
    String forge = path.substring(0, path.indexOf('/'));
    String below = path.substring(path.indexOf('/') + 1);
    if (rules.permits(forge, below)) {
      for (int slash = below.indexOf('/'); slash >= 0; slash = below.indexOf('/', slash + 1)) {
        assertThat(rules.leadsTo(forge, below.substring(0, slash))).isTrue();
      }
      assertThat(rules.leadsTo(forge, "")).isTrue();
    }
  }

  @Property
  void aWildcardCoversWhatItStandsFor(@ForAll("paths") String path) {
    String forge = path.substring(0, path.indexOf('/'));
    String below = path.substring(path.indexOf('/') + 1);
    String stars = path.replaceAll("[^/]+", "*");
    assertThat(Rules.of(List.of(stars), List.of()).permits(forge, below)).isTrue();
    assertThat(Rules.of(List.of(stars + "/*"), List.of()).permits(forge, below)).isFalse();
  }

  @Provide
  Arbitrary<String> paths() {
    return component().list().ofMinSize(2).ofMaxSize(4).map(parts -> String.join("/", parts));
  }

  @Provide
  Arbitrary<List<String>> rules() {
    return Arbitraries.oneOf(component(), Arbitraries.of("*", "a*", "*b"))
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(parts -> String.join("/", parts))
        .list()
        .ofMaxSize(3);
  }

  /** Few letters, so that rules and paths meet. */
  private static Arbitrary<String> component() {
    return Arbitraries.strings().withChars('a', 'b').ofMinLength(1).ofMaxLength(2);
  }
}
