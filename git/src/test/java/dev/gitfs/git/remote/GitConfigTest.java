package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitConfigTest {

  private static GitConfig config(String... items) {
    return GitConfig.parse(String.join("\0", items) + "\0");
  }

  private static UrlPattern.Target target(String url) throws RemoteException {
    return UrlPattern.Target.of((RemoteUrl.Http) RemoteUrl.parse(url, Path.of("/")));
  }

  @Test
  void theLastOfSeveralValuesCounts() {
    assertThat(config("core.sshcommand\na", "core.sshcommand\nb").value("core", "sshcommand"))
        .contains("b");
  }

  @Test
  void aNameWithoutValueIsTrue() {
    assertThat(config("core.flag").value("core", "flag")).contains("true");
  }

  @Test
  void valuesMayHoldNewlinesAndDots() {
    assertThat(config("a.b\nx\ny.z").value("a", "b")).contains("x\ny.z");
  }

  @Test
  void theLongestInsteadOfIsReplaced() {
    var config =
        config(
            "url.https://mirror/.insteadof\nhttps://github.com/",
            "url.ssh://git@forge/team/.insteadof\nhttps://github.com/team/",
            "url.https://github.com/.insteadof\ngh:");

    assertThat(config.rewritten("https://github.com/o/r")).isEqualTo("https://mirror/o/r");
    assertThat(config.rewritten("https://github.com/team/r")).isEqualTo("ssh://git@forge/team/r");
    assertThat(config.rewritten("gh:o/r")).isEqualTo("https://github.com/o/r");
    assertThat(config.rewritten("https://gitlab.com/o/r")).isEqualTo("https://gitlab.com/o/r");
  }

  @Test
  void aSettingForTheUrlGoesBeforeAGeneralOne() throws Exception {
    var config = config("http.https://a.com.proxy\nA", "http.proxy\ngeneral");

    assertThat(config.urlValue("http", target("https://a.com/r"), "proxy")).contains("A");
    assertThat(config.urlValue("http", target("https://b.com/r"), "proxy")).contains("general");
  }

  @Test
  void theMorePreciseUrlWinsWhateverTheOrder() throws Exception {
    var config =
        config(
            "http.https://a.com/team/repo.proxy\nprecise",
            "http.https://a.com/team.proxy\nteam",
            "http.https://*.com.proxy\nstar");

    assertThat(config.urlValue("http", target("https://a.com/team/repo"), "proxy"))
        .contains("precise");
    assertThat(config.urlValue("http", target("https://a.com/team/other"), "proxy"))
        .contains("team");
    assertThat(config.urlValue("http", target("https://a.com/teams"), "proxy")).contains("star");
  }

  @Test
  void patternsMatchSchemePortUserAndHostLabels() throws Exception {
    var host = target("https://me@www.a.com/r");

    assertThat(UrlPattern.match("https://www.a.com", host)).isPresent();
    assertThat(UrlPattern.match("https://www.a.com:443/", host)).isPresent();
    assertThat(UrlPattern.match("https://*.a.com", host)).isPresent();
    assertThat(UrlPattern.match("https://me@www.a.com", host)).isPresent();
    assertThat(UrlPattern.match("http://www.a.com", host)).isEmpty();
    assertThat(UrlPattern.match("https://www.a.com:8443", host)).isEmpty();
    assertThat(UrlPattern.match("https://you@www.a.com", host)).isEmpty();
    assertThat(UrlPattern.match("https://a.com", host)).isEmpty();
    assertThat(UrlPattern.match("https://*.com", host)).isEmpty();
    assertThat(UrlPattern.match("not a url", host)).isEmpty();
  }

  @Test
  void namingTheUserIsTheMorePrecise() throws Exception {
    var me = target("https://me@a.com/r");

    assertThat(UrlPattern.match("https://me@a.com", me).orElseThrow())
        .isGreaterThan(UrlPattern.match("https://a.com", me).orElseThrow());
  }

  @Test
  void anEmptyExtraHeaderTakesBackThoseBeforeIt() throws Exception {
    var url = (RemoteUrl.Http) RemoteUrl.parse("https://a.com/r", Path.of("/"));
    var config =
        config("http.extraheader\nX-One: 1", "http.extraheader\n", "http.extraheader\nX-Two: 2");

    assertThat(new HttpSettings(config, Map.of(), url).extraHeaders(false))
        .containsExactly(new HttpSettings.Header("X-Two", "2"));
  }

  @Test
  void elsewhereOnlyHeadersForThatUrlAreSent() throws Exception {
    var url = (RemoteUrl.Http) RemoteUrl.parse("https://a.com/r", Path.of("/"));
    var config = config("http.extraheader\nX-All: 1", "http.https://a.com/.extraheader\nX-Its: 2");
    var settings = new HttpSettings(config, Map.of(), url);

    assertThat(settings.extraHeaders(true)).containsExactly(new HttpSettings.Header("X-Its", "2"));
    assertThat(settings.extraHeaders(false)).hasSize(2);
  }

  @Test
  void theProxyEnvironmentCountsUnlessConfiguredOtherwise() throws Exception {
    var https = (RemoteUrl.Http) RemoteUrl.parse("https://a.com/r", Path.of("/"));
    var http = (RemoteUrl.Http) RemoteUrl.parse("http://a.com/r", Path.of("/"));
    var environment = Map.of("https_proxy", "S", "all_proxy", "A", "HTTP_PROXY", "upper");

    assertThat(new HttpSettings(config(), environment, https).proxy()).contains("S");
    assertThat(new HttpSettings(config(), environment, http).proxy()).contains("A");
    assertThat(new HttpSettings(config("http.proxy\nC"), environment, https).proxy()).contains("C");
    assertThat(new HttpSettings(config("http.proxy\n"), environment, https).proxy()).isEmpty();
    assertThat(
            new HttpSettings(config("http.proxy\nC"), Map.of("no_proxy", "b.com, .a.com"), https)
                .proxy())
        .isEmpty();
  }

  @Property
  void noProxyCoversADomainAndWhatIsBelowIt(@ForAll boolean dot) {
    String entry = (dot ? "." : "") + "Example.org";
    assertThat(NoProxy.covers(entry, "example.org")).isTrue();
    assertThat(NoProxy.covers("x," + entry, "www.example.org")).isTrue();
    assertThat(NoProxy.covers(entry, "anexample.org")).isFalse();
  }

  @Test
  void noProxyTakesAddressesAndNetworks() {
    assertThat(NoProxy.covers("*", "anything")).isTrue();
    assertThat(NoProxy.covers("10.0.0.0/8", "10.1.2.3")).isTrue();
    assertThat(NoProxy.covers("10.0.0.0/8", "11.1.2.3")).isFalse();
    assertThat(NoProxy.covers("10.1.2.3", "10.1.2.3")).isTrue();
    assertThat(NoProxy.covers("fe80::/10", "fe80::1")).isTrue();
    assertThat(NoProxy.covers("10.0.0.0/99", "10.1.2.3")).isFalse();
    assertThat(NoProxy.covers("", "host")).isFalse();
  }

  @Test
  void gitItselfReadsTheConfiguration() throws Exception {
    var environment =
        Map.of(
            "PATH", System.getenv("PATH"),
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_COUNT", "1",
            "GIT_CONFIG_KEY_0", "url.https://github.com/.insteadOf",
            "GIT_CONFIG_VALUE_0", "gh:");

    assertThat(GitConfig.read(new GitProgram(environment), "gh:o/r").rewritten("gh:o/r"))
        .isEqualTo("https://github.com/o/r");
  }

  private static Setting refusing(Path home, String text) {
    return new Setting(home).config(text);
  }

  @Test
  void whatGitRefusesIsRefusedInItsWords(@TempDir Path home) {
    var broken = refusing(home, "[http\n");
    assertThat(Failing.with(Kind.LOCAL, () -> broken.open("http://127.0.0.1:1/r")))
        .hasMessageContaining("bad config line 1 in file " + home);
  }

  @Test
  void anIncludeThatCannotBeReadIsRefused(@TempDir Path home) {
    var broken = refusing(home, "[include]\n\tpath = " + home + "\n");
    assertThat(Failing.with(Kind.LOCAL, () -> broken.open("http://127.0.0.1:1/r")))
        .hasMessageContaining("Is a directory");
  }

  @Test
  void aValueThatGitRefusesIsRefused(@TempDir Path home) {
    for (var setting :
        List.of("sslVerify = maybe", "followRedirects = some", "lowSpeedTime = soon")) {
      var broken = refusing(home, "[http]\n\t" + setting + "\n");
      var value = setting.split(" = ")[1];
      assertThat(Failing.with(Kind.LOCAL, () -> broken.open("http://127.0.0.1:1/r")))
          .hasMessageContaining("config value '" + value + "' for 'http.");
      home.resolve(".gitconfig").toFile().delete();
    }
  }

  @Test
  void anIncludeMayDependOnTheRepositorysUrl(@TempDir Path home) throws Exception {
    new Setting(home).file("work", "[url \"https://mirror/\"]\n\tinsteadOf = https://host/\n");
    var setting =
        refusing(
            home, "[includeIf \"hasconfig:remote.*.url:https://host/team/**\"]\n\tpath = work\n");
    var git = new GitProgram(setting.options().environment());

    assertThat(GitConfig.read(git, "https://host/team/r").rewritten("https://host/team/r"))
        .isEqualTo("https://mirror/team/r");
    assertThat(GitConfig.read(git, "https://host/r").rewritten("https://host/r"))
        .isEqualTo("https://host/r");
  }

  @Test
  void whatTakesTooLongIsEndedWithAllThatItStarted(@TempDir Path home) throws Exception {
    var script = "sh -c 'echo $$ > " + home + "/pid; sleep 998' & sleep 999; :";
    var command = new ProcessBuilder("sh", "-c", script);
    assertThatThrownBy(() -> GitProgram.run(command, "", Duration.ofMillis(700)))
        .hasMessage("sh did not end within 700 ms");
    long pid = Long.parseLong(Files.readString(home.resolve("pid")).strip());
    Eventually.holds("its children are gone", () -> ProcessHandle.of(pid).isEmpty());
  }
}
