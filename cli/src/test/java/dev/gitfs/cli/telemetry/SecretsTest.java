package dev.gitfs.cli.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          https://u:secret@host/r.git       | https://***@host/r.git
          https://:secret@host/r            | https://***@host/r
          https://ghp_secret@host/r         | https://***@host/r
          a http://u:p@ss@h/ and ssh://u@h/ | a http://***@h/ and ssh://u@h/
          Authorization: Basic c2VjcmV0     | Authorization: ***
          proxy-authorization=Bearer secret | proxy-authorization=***
          Set-Cookie: session=secret; Path  | Set-Cookie: ***
          password=secret                   | password=***
          """)
  void aCredentialIsHidden(String text, String hidden) {
    assertThat(Secrets.hide(text)).isEqualTo(hidden);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Mounted https://github.com/a/b at /mnt: refs/heads/main",
        "ssh://git@host:22/x",
        "git@github.com:a/b.git",
        "mail someone@example.org: it is late",
        "12:30:59 https://host/path@v1"
      })
  void whatIsNoCredentialStays(String text) {
    assertThat(Secrets.hide(text)).isEqualTo(text);
  }

  @Property
  void noPasswordOfAUrlGetsThrough(
      @ForAll @AlphaChars @StringLength(min = 1, max = 20) String user,
      @ForAll @NumericChars @StringLength(min = 8, max = 40) String password) {
    String text = "cannot fetch 'https://" + user + ":" + password + "@host/a/b': timed out";

    assertThat(Secrets.hide(text)).doesNotContain(password).endsWith("@host/a/b': timed out");
  }
}
