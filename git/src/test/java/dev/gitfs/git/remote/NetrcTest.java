package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NetrcTest {

  private static Optional<Credential> find(String text, String host) {
    return Netrc.find(text, host, Optional.empty());
  }

  @Test
  void aMachineIsFoundOnOneLineOrOnSeveral() {
    assertThat(find("machine a login u password p", "a")).contains(new Credential("u", "p"));
    assertThat(find("machine a\n  login u\n\tpassword p\n", "A"))
        .contains(new Credential("u", "p"));
  }

  @Test
  void theFirstMachineThatFitsWins() {
    String text =
        "machine b login x password y\nmachine a login u password p\ndefault login d password q";

    assertThat(find(text, "a")).contains(new Credential("u", "p"));
    assertThat(find(text, "c")).contains(new Credential("d", "q"));
  }

  @Test
  void aUserInTheUrlMustBeTheLogin() {
    String text = "machine a login u password p\nmachine a login v password q";

    assertThat(Netrc.find(text, "a", Optional.of("v"))).contains(new Credential("v", "q"));
    assertThat(Netrc.find(text, "a", Optional.of("w"))).isEmpty();
  }

  @Test
  void quotesMacrosAndCommentsAreUnderstood() {
    String text =
        """
        # machine a login no password no
        macdef init
        machine a login bad password bad

        machine a login "u ser" password "p\\"w"
        """;

    assertThat(find(text, "a")).contains(new Credential("u ser", "p\"w"));
  }

  @Test
  void aMachineWithoutPasswordIsNone() {
    assertThat(find("machine a login u", "a")).isEmpty();
    assertThat(find("machine a login", "a")).isEmpty();
    assertThat(find("machine", "a")).isEmpty();
    assertThat(find("", "a")).isEmpty();
  }

  @Test
  void aMissingFileHoldsNothing() {
    assertThat(Netrc.look(Path.of("/nonexistent/.netrc"), "a", Optional.empty())).isEmpty();
  }

  @Property
  void noTextMakesItFail(@ForAll String text) {
    assertThat(find(text, "a")).isNotNull();
  }
}
