package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Eventually;
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
import java.util.concurrent.atomic.AtomicReference;
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

  private static String basic(String user, String password) {
    return new Credential(user, password).basic();
  }

  /** What was sent with each request so far. */
  private List<String> authorizations() {
    return server.requests().stream()
        .map(request -> request.headers().getOrDefault("authorization", "-"))
        .toList();
  }

  private static boolean isServed(Remote remote) {
    try {
      return remote.listRefs(List.of("HEAD")).size() == 1;
    } catch (RemoteException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String urlWith(String userInfo) {
    return server.url(repository).replace("http://", "http://" + userInfo + "@");
  }

  private String asked() throws IOException {
    var file = home.resolve("asked");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  @Test
  void credentialsInTheUrlAreSentOnceTheServerAsksAndNeverShown() throws Exception {
    try (var remote = setting.open(urlWithCredentials())) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      assertThat(remote.statistics().requests()).isEqualTo(3);
      assertThat(authorizations()).containsExactly("-", basic("me", SECRET), basic("me", SECRET));
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
    setting.env("GIT_TERMINAL_PROMPT", "1");
    try (var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      assertThat(failure).hasMessageContaining("~/.netrc");
    }
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aUserAloneHasAnEmptyPassword() throws Exception {
    server.requireBasicAuth(SECRET, "");
    try (var remote = setting.open(urlWith(SECRET.replace("%", "%25")))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(authorizations()).containsExactly("-", basic(SECRET, ""));
  }

  @Test
  void aPasswordAloneHasAnEmptyUser() throws Exception {
    server.requireBasicAuth("", "a@b:" + SECRET);
    try (var remote = setting.open(urlWith(":a%40b%3A" + SECRET.replace("%", "%25")))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(authorizations()).containsExactly("-", basic("", "a@b:" + SECRET));
  }

  @Test
  void aUserAloneWhosePasswordAHelperKnowsIsServed() throws Exception {
    helper(SECRET);
    try (var remote = setting.open(urlWith("me"))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    // As stock git does (2.39).
    assertThat(authorizations()).containsExactly("-", basic("me", ""), basic("me", SECRET));
    assertThat(asked()).contains("username=me\n");
  }

  @Test
  void aUserAloneHasThePasswordThatTheNetrcHasForHim() throws Exception {
    setting.file(".netrc", "machine 127.0.0.1 login you password no\n");
    setting.file(".netrc", "machine 127.0.0.1 login me password " + SECRET + "\n");
    try (var remote = setting.open(urlWith("me"))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(authorizations()).containsExactly("-", basic("me", SECRET));
  }

  @Test
  void aPasswordIsSentToAServerThatOffersBasicAlone() throws Exception {
    setting.file(".netrc", "machine 127.0.0.1 login me password " + SECRET + "\n");
    helper(SECRET);
    for (var offer :
        List.of(
            "Digest realm=\"x, Basic realm=y\", nonce=\"1\", qop=\"auth\"",
            "Negotiate, NTLM",
            "Bearer realm=\"https://host/token\",service=\"Basic\"")) {
      server.challenge(offer);
      try (var remote = setting.open(urlWithCredentials())) {
        var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
        assertThat(failure).hasMessageContaining(offer.split("[ ,]")[0]);
        isSilent(CapturedLog.text(failure));
      }
    }
    server.challenge();
    try (var remote = setting.open(urlWithCredentials())) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      assertThat(failure).hasMessageContaining("no WWW-Authenticate");
    }
    assertThat(authorizations()).containsOnly("-");
  }

  @Test
  void basicAmongOtherSchemesIsTaken() throws Exception {
    for (var offers :
        List.of(
            List.of("Negotiate", "basic realm=\"a\\\"b, c\""),
            List.of("Digest realm=\"x\", nonce=\"1\", BASIC realm=git"),
            List.of("Bearer abc==, Basic"))) {
      server.challenge(offers.toArray(String[]::new));
      try (var remote = setting.open(urlWithCredentials())) {
        assertThat(remote.capabilities().version()).isEqualTo(2);
      }
    }
  }

  @Test
  void credentialsAreSentBeforeTheServerAsksWhereTheUserSaysSo() throws Exception {
    setting.config("[http]\n\tproactiveAuth = basic\n");
    try (var remote = setting.open(urlWithCredentials())) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(authorizations()).containsExactly(basic("me", SECRET));
  }

  @Test
  void aServerThatForbidsWhatItAllowedHasTheHelperAskedAgain() throws Exception {
    server.refuseWith(403);
    helper(SECRET);
    try (var remote = setting.open(server.url(repository))) {
      remote.listRefs(List.of("HEAD"));
      server.requireBasicAuth("me", "renewed-" + SECRET);
      var failure = Failing.with(Kind.FORBIDDEN, () -> remote.listRefs(List.of("HEAD")));
      assertThat(failure).hasMessageContaining("git's credential helper");
      // Its word may come to be true again: no helper is told to forget what it has.
      assertThat(asked()).doesNotContain("erase");
      helper("renewed-" + SECRET);
      Eventually.holds("served again", () -> isServed(remote));
    }
  }

  @Test
  void aRefusalNamesItsSourceAndWhatToDo() throws Exception {
    setting.file(".netrc", "machine 127.0.0.1 login me password wrong\n");
    try (var remote = setting.open(urlWith("me:wrong"))) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      assertThat(failure).hasMessageContaining("from the URL");
    }
    try (var remote = setting.open(server.url(repository))) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      assertThat(failure).hasMessageContaining("correct the entry of 127.0.0.1 in " + home);
    }
  }

  @Test
  void aSourceThatIsGivenIsReadAgainWhenItIsRefused() throws Exception {
    var password = new AtomicReference<>("old");
    server.requireBasicAuth("me", "old");
    var options = setting.options().with(new Given(password));
    try (var remote = Remotes.open(server.url(repository), options)) {
      remote.listRefs(List.of("HEAD"));
      server.requireBasicAuth("me", SECRET);
      var failure = Failing.with(Kind.UNAUTHENTICATED, () -> remote.listRefs(List.of("HEAD")));
      assertThat(failure).hasMessageContaining("token-file x").hasMessageContaining("renew x");
      password.set(SECRET);
      Eventually.holds("served again", () -> isServed(remote));
    }
  }

  private record Given(AtomicReference<String> password) implements CredentialSource {

    @Override
    public Credential credential() {
      return new Credential("me", password.get());
    }

    @Override
    public String name() {
      return "token-file x";
    }

    @Override
    public String advice() {
      return "renew x";
    }

    @Override
    public boolean proactive() {
      return true;
    }
  }

  /** A git, newer than the installed one may be, whose helpers answer with {@code fields}. */
  private void newerGit(String fields) throws IOException {
    var bin = Files.createDirectories(home.resolve("bin"));
    var script = bin.resolve("git");
    Files.writeString(
        script,
        """
        #!/bin/sh
        test "$1" = credential || { PATH=${PATH#*:}; exec git "$@"; }
        { echo "$2"; cat; } >> "$HOME/asked"
        test "$2" = fill && printf '%s'
        exit 0
        """
            .formatted(fields));
    script.toFile().setExecutable(true);
    setting.env("PATH", bin + ":" + System.getenv("PATH"));
  }

  @Test
  void aHelperMayKnowAnotherScheme() throws Exception {
    newerGit("capability[]=authtype\\nauthtype=Bearer\\ncredential=" + SECRET.replace("%", "%%"));
    server.challenge("Bearer realm=\"x\", error=\"y\"").requireAuthorization("Bearer " + SECRET);
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
    assertThat(asked())
        .contains("capability[]=authtype\n")
        .contains("wwwauth[]=Bearer realm=\"x\", error=\"y\"\n")
        .contains("approve\ncapability[]=authtype\nauthtype=Bearer\n");
  }

  @Test
  void aPasswordThatHasExpiredIsAskedForAnew() throws Exception {
    newerGit("username=me\\npassword=" + SECRET.replace("%", "%%") + "\\npassword_expiry_utc=9");
    try (var remote = setting.open(server.url(repository))) {
      Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
    }
    assertThat(authorizations()).containsOnly("-");
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
        .hasSize(3)
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
      server.inject(
          request -> request.headers().containsKey("authorization"),
          new Fault.Redirect(302, base(other)));

      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      assertThat(server.requests().getLast().headers()).containsKeys("authorization", "x-token");
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
