package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where credentials come from, where they go, and where they never appear. */
class HttpAuthenticationTest {

  private static final String SECRET = "s3cr3t-Pa%ss";

  @TempDir Path home;
  private GitRepositories repositories;
  private HttpBackendServer server;
  private TestRepository repository;
  private Setting setting;
  private CapturedLog log;

  @BeforeEach
  void serve() {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    repository.commit(new Snapshot().file("a", "a"));
    server = new HttpBackendServer(repositories).requireBasicAuth("me", SECRET);
    setting = new Setting(home);
    log = new CapturedLog();
  }

  @AfterEach
  void nothingWasRevealed() {
    log.close();
    server.close();
    repositories.close();
    assertThat(log.text()).satisfies(HttpAuthenticationTest::isSilent);
  }

  private static void isSilent(String text) {
    assertThat(text)
        .doesNotContain(SECRET)
        .doesNotContain(SECRET.replace("%", "%25"))
        .doesNotContain(Base64.getEncoder().encodeToString(("me:" + SECRET).getBytes()));
  }

  private String urlWithCredentials() {
    String userInfo = "me:" + SECRET.replace("%", "%25");
    return server.url(repository).replace("http://", "http://" + userInfo + "@");
  }

  private static String base(HttpBackendServer server) {
    return server.url("").replaceFirst("/$", "");
  }

  /** A credential helper that gives {@code password} and writes down what it is asked. */
  private void helper(String password) throws IOException {
    var script = home.resolve("helper.sh");
    Files.writeString(
        script,
        """
        #!/bin/sh
        cat /proc/[0-9]*/cmdline 2> /dev/null | tr '\\000' ' ' >> "$HOME/commands"
        { echo "$1"; cat; } >> "$HOME/asked"
        test "$1" = get && { echo username=me; echo "password=%s"; }
        exit 0
        """
            .formatted(password));
    script.toFile().setExecutable(true);
    setting.config("[credential]\n\thelper = " + script + "\n");
  }

  private String asked() throws IOException {
    var file = home.resolve("asked");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  @Test
  void credentialsInTheUrlAreSentAndNeverShown() throws Exception {
    try (var remote = setting.open(urlWithCredentials())) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      assertThat(remote.statistics().requests()).isEqualTo(2);
      assertThat(remote.url()).isEqualTo(server.url(repository));
      isSilent(remote.toString());
    }
  }

  @Test
  void wrongCredentialsInTheUrlAreNeverShownEither() throws Exception {
    server.requireBasicAuth("me", "another");
    try (var remote = setting.open(urlWithCredentials())) {
      isSilent(CapturedLog.text(Failing.with(Kind.UNAUTHENTICATED, remote::capabilities)));
    }
  }

  @Test
  void theNetrcIsConsultedOnceTheServerAsks() throws Exception {
    setting.file(".netrc", "machine 127.0.0.1 login me password " + SECRET + "\n");
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
    assertThat(server.requests(RequestKind.INFO_REFS)).hasSize(2);
    assertThat(server.requests(RequestKind.LS_REFS)).hasSize(1);
    assertThat(server.requests().getFirst().headers()).doesNotContainKey("authorization");
  }

  @Test
  void aCredentialHelperIsAskedAndToldThatItWasRight() throws Exception {
    helper(SECRET);
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
    assertThat(asked())
        .contains("store\n")
        .contains("get\nprotocol=http\nhost=127.0.0.1:" + server.port());
    assertThat(server.requests()).hasSize(3);
    var commands = Files.readString(home.resolve("commands"), StandardCharsets.ISO_8859_1);
    assertThat(commands).contains("credential fill", "credential approve");
    isSilent(commands);
  }

  @Test
  void aCredentialHelperIsToldThatItWasWrong() throws Exception {
    helper("wrong-" + SECRET);
    try (var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      isSilent(CapturedLog.text(failure));
    }
    assertThat(asked()).contains("get\n").contains("erase\n").doesNotContain("store\n");
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void aWrongNetrcIsFollowedByTheHelpers() throws Exception {
    setting.file(".netrc", "machine 127.0.0.1 login me password wrong\n");
    helper(SECRET);
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void aTokenThatExpiresIsReplacedByTheHelper() throws Exception {
    helper(SECRET);
    try (var remote = setting.open(server.url(repository))) {
      remote.listRefs(List.of("HEAD"));
      helper("renewed-" + SECRET);
      server.requireBasicAuth("me", "renewed-" + SECRET);

      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  @Test
  void manyRefusedAtOnceAskTheHelperOnce() throws Exception {
    helper(SECRET);
    try (var remote = setting.open(server.url(repository));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> question = () -> remote.listRefs(List.of("HEAD")).size();
      for (var count : threads.invokeAll(Collections.nCopies(16, question))) {
        assertThat(count.get()).isEqualTo(1);
      }
    }
    assertThat(asked().split("get\n", -1)).hasSize(2);
  }

  @Test
  void withoutCredentialsNobodyIsPrompted() throws Exception {
    setting
        .env("GIT_ASKPASS", "/bin/false")
        .env("SSH_ASKPASS", "/bin/false")
        .env("GIT_TERMINAL_PROMPT", "1");
    try (var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      assertThat(failure).hasMessageContaining("~/.netrc");
    }
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void anExtraHeaderAuthorises() throws Exception {
    String token = Base64.getEncoder().encodeToString(("me:" + SECRET).getBytes());
    setting.config(
        "[http \"" + server.url("") + "\"]\n\textraHeader = Authorization: Basic " + token + "\n");
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void anExtraHeaderThatCannotBeSentIsNotShown() throws Exception {
    setting.config("[http]\n\textraHeader = \"X-Bad: " + SECRET + "\\b\"\n");
    try (var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      assertThat(failure).hasMessageContaining("X-Bad");
      isSilent(CapturedLog.text(failure));
    }
  }

  @Test
  void configuredHeadersAreOnEveryRequest() throws Exception {
    setting.config(
        "[http]\n\textraHeader = X-One: 1\n\textraHeader = X-Two: 2\n\tuserAgent = me/1\n");
    try (var remote = setting.open(urlWithCredentials())) {
      remote.listRefs(List.of("HEAD"));
    }
    assertThat(server.requests())
        .hasSize(2)
        .allSatisfy(request ->
            assertThat(request.headers())
                .containsEntry("x-one", "1")
                .containsEntry("x-two", "2")
                .containsEntry("user-agent", "me/1")
                .containsEntry("git-protocol", "version=2"));
  }

  @Test
  void aRedirectIsFollowedAndRemembered() throws Exception {
    try (var other = new HttpBackendServer(repositories);
        var remote = setting.open(server.url(repository))) {
      server.inject(RequestKind.INFO_REFS, new Fault.Redirect(301, base(other)), 1);

      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      assertThat(server.requests()).hasSize(1);
      assertThat(other.kinds()).containsExactly(RequestKind.INFO_REFS, RequestKind.LS_REFS);
      assertThat(remote.url()).isEqualTo(server.url(repository));
    }
  }

  @Test
  void credentialsStayWithTheServerTheyAreFor() throws Exception {
    setting.config("[http]\n\textraHeader = X-Token: " + SECRET + "\n");
    setting.file(".netrc", "machine localhost login me password " + SECRET + "\n");
    try (var other = new HttpBackendServer(repositories);
        var remote = setting.open(urlWithCredentials())) {
      server.inject(RequestKind.INFO_REFS, new Fault.Redirect(302, base(other)), 1);

      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      assertThat(server.requests().getFirst().headers()).containsKeys("authorization", "x-token");
      assertThat(other.requests())
          .hasSize(2)
          .allSatisfy(request ->
              assertThat(request.headers()).doesNotContainKeys("authorization", "x-token"));
    }
  }

  @Test
  void redirectsOfLaterRequestsAreNotFollowedUnlessTheGreetingIsRedirectedToo() throws Exception {
    try (var other = new HttpBackendServer(repositories);
        var remote = setting.open(urlWithCredentials())) {
      server.inject(RequestKind.LS_REFS, new Fault.Redirect(307, base(other)));

      Failing.with(Kind.UNSUPPORTED, () -> remote.listRefs(List.of("HEAD")));
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void redirectsAreFollowedAsConfigured() throws Exception {
    try (var other = new HttpBackendServer(repositories)) {
      server.inject(RequestKind.INFO_REFS, new Fault.Redirect(302, base(other)), 1);
      setting.config("[http]\n\tfollowRedirects = false\n");
      try (var remote = setting.open(server.url(repository))) {
        Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      }
      server.inject(RequestKind.LS_REFS, new Fault.Redirect(307, base(other)), 1);
      setting.config("[http]\n\tfollowRedirects = true\n");
      try (var remote = setting.open(urlWithCredentials())) {
        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
        assertThat(other.kinds()).containsExactly(RequestKind.LS_REFS);
      }
    }
  }

  @Test
  void aCircleOfRedirectsEnds() throws Exception {
    server.inject(new Fault.Redirect(302, base(server)));
    try (var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.SERVER_FAILED, remote::capabilities);
      assertThat(failure).hasMessageContaining("circle");
    }
  }

  @Test
  void whatAServerLacksIsSaidOnce() throws Exception {
    repository.plain();
    try (var remote = setting.open(urlWithCredentials())) {
      remote.capabilities();
      remote.listRefs(List.of("HEAD"));
      remote.capabilities();
    }
    assertThat(log.messages(Level.WARN)).singleElement().asString().contains("partial clone");
  }
}
