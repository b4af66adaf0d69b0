package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteUrlTest {

  private static final Path HERE = Path.of("/some/dir");

  @ParameterizedTest
  @CsvSource({
    "https://github.com/o/r.git, https://github.com/o/r.git",
    "HTTPS://GitHub.com:443/o/r/, https://github.com/o/r",
    "http://host:80/r, http://host/r",
    "http://host:8080/r, http://host:8080/r",
    "https://me:secret@host/r, https://host/r",
    "https://token@host/r, https://host/r",
    "https://host/with space/ü, https://host/with%20space/%C3%BC",
    "https://host/a%20b, https://host/a%20b",
    "https://[::1]:8443/r, https://[::1]:8443/r",
    "http://My_Git:3000/r, http://my_git:3000/r",
    "https://a-.b-c.1:443/r, https://a-.b-c.1/r",
    "https://Bücher.example/r, https://xn--bcher-kva.example/r",
    "http://host.:80/r, http://host./r",
    "ssh://git@host/r.git, ssh://git@host/r.git",
    "ssh://git:secret@host:2222/r, ssh://git@host:2222/r",
    "ssh://host/~me/r, ssh://host/~me/r",
    "git@host:o/r.git, git@host:o/r.git",
    "host:/abs/r, ssh://host/abs/r",
    "[::1]:r, [::1]:r",
    "[host:2222]:r, ssh://host:2222/r",
    "git://host/r, git://host/r",
    "git://host:9418/r/, git://host/r",
    "git://[::1]:9999/r, git://[::1]:9999/r",
    "file:///no/such/repo, file:///no/such/repo",
    "/no/such/repo, file:///no/such/repo",
    "./no:such, file:///some/dir/no:such",
    "no/such, file:///some/dir/no/such",
  })
  void aUrlIsShownNormalisedAndWithoutSecrets(String text, String shown) throws Exception {
    assertThat(RemoteUrl.parse(text, HERE)).hasToString(shown);
  }

  @Test
  void credentialsInAUrlAreKeptForTheServer() throws Exception {
    var url = (RemoteUrl.Http) RemoteUrl.parse("https://m%40e:s%3Ac%2B+r@host/r", HERE);

    assertThat(url.credential()).contains(new Credential("m@e", "s:c++r"));
    assertThat(url.user()).contains("m@e");
  }

  @Test
  void aUserAloneIsNoCredential() throws Exception {
    var url = (RemoteUrl.Http) RemoteUrl.parse("https://me@host/r", HERE);

    assertThat(url.credential()).isEmpty();
    assertThat(url.user()).contains("me");
  }

  @Test
  void sshPathsReachTheShellAsGitSendsThem() throws Exception {
    assertThat(RemoteUrl.parse("ssh://h/a%20b", HERE))
        .isEqualTo(new RemoteUrl.Ssh(Optional.empty(), "h", Optional.empty(), "/a b"));
    assertThat(RemoteUrl.parse("ssh://h/~u/x", HERE))
        .isEqualTo(new RemoteUrl.Ssh(Optional.empty(), "h", Optional.empty(), "~u/x"));
    assertThat(RemoteUrl.parse("me@h:x y", HERE))
        .isEqualTo(new RemoteUrl.Ssh(Optional.of("me"), "h", Optional.empty(), "x y"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://host/r",
        "https:///r",
        "https://host",
        "https://host/",
        "https://host:0/r",
        "https://host:65536/r",
        "https://host:12345678901/r",
        "https://host:port/r",
        "https://host/r?token=secret",
        "https://host/r#secret",
        "https://u:secret@x@host/r",
        "https://host/a\nb",
        "ssh://-oProxyCommand=secret/r",
        "ssh://-oProxyCommand=secret@host/r",
        "-oProxyCommand=secret:r",
        "host:-secret",
      })
  void whatCannotBeReachedIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> RemoteUrl.parse(text, HERE))
        .isInstanceOfSatisfying(
            RemoteException.class,
            e -> assertThat(e.kind()).isEqualTo(RemoteException.Kind.UNSUPPORTED))
        .hasMessageNotContaining("secret")
        .hasNoCause();
  }

  @Property
  void noPasswordIsEverShown(@ForAll("schemes") String scheme, @ForAll("secrets") String secret)
      throws Exception {
    String text = scheme + "://user:" + secret + "@host/repo";
    try {
      var url = RemoteUrl.parse(text, HERE);
      assertThat(url.toString()).doesNotContain(secret);
    } catch (RemoteException e) {
      assertThat(e.getMessage()).doesNotContain(secret);
    }
  }

  @Property
  void whatIsShownMeansTheSame(
      @ForAll("schemes") String scheme, @ForAll("paths") String path, @ForAll("ports") String port)
      throws Exception {
    var url = RemoteUrl.parse(scheme + "://host" + port + "/" + path, HERE);

    assertThat(RemoteUrl.parse(url.toString(), HERE)).isEqualTo(url);
  }

  @Provide
  Arbitrary<String> schemes() {
    return Arbitraries.of("https", "http", "ssh", "git");
  }

  @Provide
  Arbitrary<String> ports() {
    return Arbitraries.of("", ":443", ":80", ":22", ":9418", ":1234");
  }

  @Provide
  Arbitrary<String> secrets() {
    return Arbitraries.strings().ascii().ofMinLength(1).ofMaxLength(20).map(text -> "S3" + text);
  }

  @Provide
  Arbitrary<String> paths() {
    // A percent sign is an escape of ssh:// and git:// URLs, and gone once it is decoded.
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withChars("/.-_~ äß")
        .ofMinLength(1)
        .map(text -> "r" + text);
  }
}
