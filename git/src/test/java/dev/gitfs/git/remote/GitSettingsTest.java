package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/GIT-SETTINGS.md says of git's settings; those of TLS are tested where TLS is. */
class GitSettingsTest {

  private static final String SECTIONS =
      "(http|credential|credentialCache|credentialStore|url|protocol|core|ssh|include|includeIf"
          + "|transfer|fetch|safe)\\..*";

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private HttpBackendServer server;
  private Setting setting;

  @BeforeEach
  void serve() {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    repository.commit(new Snapshot().file("a", "a"));
    server = new HttpBackendServer(repositories);
    setting = new Setting(home);
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  private void works(String source) throws Exception {
    try (var remote = setting.open(source)) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
  }

  private void isRefused(Kind kind, String source, String why) {
    assertThat(Failing.with(kind, () -> setting.open(source))).hasMessageContaining(why);
  }

  @Test
  void eachSettingOfTheInstalledGitHasARow() throws Exception {
    var rows =
        Files.readAllLines(Path.of("../docs/GIT-SETTINGS.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(0, line.indexOf(" | ")))
            .collect(Collectors.joining());
    var named = new TreeSet<String>();
    Pattern.compile("`([^`]+)`").matcher(rows).results().forEach(name -> named.add(name.group(1)));
    var known = Processes.command("git", "help", "--config").run().orFail().text().split("\n");

    assertThat(known).hasSizeGreaterThan(100);
    assertThat(List.of(known).stream().filter(name -> name.matches(SECTIONS)).toList())
        .isSubsetOf(named);
  }

  @Test
  void cookiesAreReadAndKeptAndWritten() throws Exception {
    server.requireCookie("session=good");
    String tab = "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tgood\n";
    String other =
        "127.0.0.2\tFALSE\t/\tFALSE\t0\tsession\tgood\n"
            + "127.0.0.1\tFALSE\t/\tTRUE\t0\tsession\tgood\n"
            + "127.0.0.1\tFALSE\t/elsewhere\tFALSE\t0\tsession\tgood\n"
            + "127.0.0.1\tFALSE\t/\tFALSE\t99\tsession\tgood\n"
            + "# 127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tgood\n";
    setting.file("wrong", other).file("netscape", other + "#HttpOnly_" + tab);
    setting.file("headers", "Set-Cookie: session=good; path=/\n");
    setting.env("GIT_CONFIG_COUNT", "2").env("GIT_CONFIG_KEY_0", "http.cookieFile");
    setting.env("GIT_CONFIG_KEY_1", "http.saveCookies").env("GIT_CONFIG_VALUE_1", "true");
    for (String file : List.of("netscape", "headers")) {
      setting.env("GIT_CONFIG_VALUE_0", home + "/" + file);
      works(server.url(repository));
      assertThat(home.resolve(file)).content().contains("session\tgood").contains("# Netscape");
    }
    setting.env("GIT_CONFIG_VALUE_0", home + "/wrong");
    try (var remote = setting.open(server.url(repository))) {
      Failing.with(Kind.FORBIDDEN, remote::capabilities);
    }
  }

  @Test
  void whatIsNotAllowedIsNotReached() throws Exception {
    works(server.url(repository));
    setting.env("GIT_ALLOW_PROTOCOL", "https:ssh");
    isRefused(Kind.UNSUPPORTED, server.url(repository), "transport 'http' not allowed");
    isRefused(Kind.UNSUPPORTED, repository.directory().toString(), "transport 'file' not allowed");
    setting.env("GIT_ALLOW_PROTOCOL", "http");
    works(server.url(repository));
  }

  @Test
  void aProtocolIsAllowedByItsOwnSettingOrByTheGeneralOne() throws Exception {
    setting.config("[protocol]\n\tallow = never\n[protocol \"http\"]\n\tallow = user\n");
    works(server.url(repository));
    isRefused(Kind.UNSUPPORTED, repository.directory().toString(), "transport 'file' not allowed");
    isRefused(Kind.UNSUPPORTED, "git://127.0.0.1:1/r", "transport 'git' not allowed");
    isRefused(Kind.UNSUPPORTED, "ssh://127.0.0.1:1/r", "transport 'ssh' not allowed");
    setting.env("GIT_PROTOCOL_FROM_USER", "0");
    isRefused(Kind.UNSUPPORTED, server.url(repository), "transport 'http' not allowed");
    setting.env("GIT_PROTOCOL_FROM_USER", "1").config("[protocol]\n\tallow = perhaps\n");
    isRefused(
        Kind.LOCAL,
        repository.directory().toString(),
        "unknown value for config 'protocol.allow': perhaps");
  }

  @Test
  void whatCannotBeDoneAsConfiguredIsRefused() throws Exception {
    for (var line :
        List.of(
            "sslCipherList = ECDHE-RSA-AES128-GCM-SHA256",
            "sslCertType = P12",
            "curloptResolve = 127.0.0.1:80:127.0.0.2")) {
      setting.config("[http \"" + server.url("") + "\"]\n\t" + line + "\n");
      isRefused(Kind.UNSUPPORTED, server.url(repository), "http." + line.split(" ")[0]);
      Files.delete(home.resolve(".gitconfig"));
    }
    setting.config("[http]\n\tproxy = http://127.0.0.1:1\n\tproxyAuthMethod = ntlm\n");
    isRefused(Kind.UNSUPPORTED, "http://host/r", "http.proxyAuthMethod");
    Files.delete(home.resolve(".gitconfig"));
    setting.config("[http]\n\tcurloptResolve = elsewhere:80:127.0.0.2\n\tsslCipherList =\n");
    works(server.url(repository));
  }

  @Test
  void aPasswordInAUrlMayBeForbidden() {
    setting.config("[transfer]\n\tcredentialsInUrl = die\n");
    String url = server.url(repository).replace("http://", "http://u:s3cret@");
    assertThat(Failing.with(Kind.UNSUPPORTED, () -> setting.open(url)))
        .hasMessageContaining("transfer.credentialsInUrl")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void aCommandReachesGitServersWhereOneIsConfigured() throws Exception {
    var script = home.resolve("proxy.sh");
    // The greeting is read whole before git answers.
    Files.writeString(
        script,
        """
        #!/bin/sh
        echo "$@" >> "$HOME/arguments"
        length=$(dd bs=1 count=4 2> /dev/null)
        dd bs=1 count=$((0x$length - 4)) > /dev/null 2>&1
        GIT_PROTOCOL=version=2 exec git upload-pack %s
        """
            .formatted(repository.directory()));
    script.toFile().setExecutable(true);
    setting.config(
        "[core]\n\tgitProxy = none for else.org\n\tgitProxy = " + script + " for example.org\n");
    works("git://git.example.org:99/repo.git");
    assertThat(home.resolve("arguments")).content().isEqualTo("git.example.org 99\n");

    assertThat(GitProxy.command("p for example.org", "anexample.org")).isEmpty();
    assertThat(GitProxy.command("p", "host")).isEqualTo(Optional.of("p"));
  }

  @Test
  void urlsMatchSettingsAsInGit() throws Exception {
    for (String url :
        List.of(
            "https://host/team/repo",
            "https://me@host/team/repo",
            "https://HOST:443/team",
            "https://a.host/x",
            "https://a.b.host/x",
            "http://host/",
            "https://host:8443/team/")) {
      var file = Files.createTempFile(home, "config", "");
      var lines = new StringBuilder("[http]\n\tuserAgent = any\n");
      for (String pattern :
          List.of(
              "https://host",
              "https://host:8443",
              "https://*.host",
              "https://host/team/",
              "https://host/team/repo",
              "https://host/tea",
              "https://me@host/",
              "https://me@host/team",
              "http://host:80",
              "https://host:99999999999",
              "host")) {
        lines.append("[http \"%s\"]\n\tuserAgent = %s\n".formatted(pattern, pattern));
      }
      Files.writeString(file, lines);
      String git =
          Processes.command(
                  "git", "config", "-f", file.toString(), "--get-urlmatch", "http.useragent", url)
              .run()
              .orFail()
              .text()
              .strip();
      var listing =
          Processes.command("git", "config", "-f", file.toString(), "--list", "-z").run().orFail();
      var http = RemoteUrl.service(url);

      assertThat(
              GitConfig.parse(listing.text())
                  .urlValue("http", UrlPattern.Target.of(http), "useragent"))
          .as(url)
          .contains(git);
    }
  }
}
