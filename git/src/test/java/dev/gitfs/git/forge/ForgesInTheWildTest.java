package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.CapturedLog;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.ForgeServer.Api;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forges as they are set up, and what stands in front of them. */
class ForgesInTheWildTest {

  @ParameterizedTest
  @CsvSource({
    "GITHUB, ''",
    "GITHUB, /api/v3",
    "GITLAB, /api/v4",
    "GITLAB, /gitlab/api/v4",
    "BITBUCKET, /2.0",
    "BITBUCKET, ''",
    "GITEA, /api/v1",
    "GITEA, /some/where/api/v1",
    "MESA, ''"
  })
  void anApiMayHaveAnyPathOrNone(Api api, String path) throws Exception {
    try (var played = new Played(api, new ForgeServer(api, path));
        var site = played.site()) {
      host(played.server, 25);
      played.server.largestPage(10);
      var listing = site.list("acme").orElseThrow();
      assertThat(listing.repositories()).hasSize(25);
      assertThat(listing.complete()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"GITHUB", "GITEA", "BITBUCKET"})
  void pagesAreTurnedHereThoughTheForgeTakesItselfForElsewhere(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site(Optional.of(new Token("secret")));
        var log = new CapturedLog()) {
      host(played.server, 25);
      played.server.largestPage(10).believeRoot("http://localhost:3000");
      assertThat(site.list("acme").orElseThrow().repositories()).hasSize(25);
      assertThat(log.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("localhost:3000", "is not asked");
    }
  }

  @Test
  void aWebPageIsCalledSo() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site();
        var log = new CapturedLog()) {
      played.server.say(
          200, "<html>Sign in</html>", Map.of("Content-Type", "Text/HTML; charset=x"));
      assertThat(site.list("acme")).isEmpty();
      assertThat(log.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("played: a web page came from 127.0.0.1", "login");
    }
  }

  @Test
  void aRedirectToALoginElsewhereNamesIt() throws Exception {
    try (var played = new Played(Api.GITLAB);
        var site = played.site(Optional.of(new Token("secret")));
        var log = new CapturedLog()) {
      played.server.say(302, "", Map.of("Location", "https://sso.example.com/login?x=y"));
      assertThat(site.list("acme")).isEmpty();
      assertThat(log.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("it redirects to sso.example.com, another server, which is not asked");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"message\":\"You have exceeded a secondary rate limit. Please wait.\"}",
        "{\"message\":\"API rate limit exceeded for 192.0.2.1.\"}"
      })
  void aLimitThatOnlyTheMessageTellsIsOne(String body) throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      host(played.server, 1);
      played.server.say(403, body, Map.of("X-RateLimit-Remaining", "4000"));
      assertThat(site.list("acme")).isEmpty();
      played.server.heal().forgetRequests();
      assertThat(site.list("other")).isEmpty();
      assertThat(played.server.requests()).isEmpty();
      played.pass(Duration.ofSeconds(61));
      assertThat(site.list("acme")).isPresent();
    }
  }

  @Test
  void aRefusalIsGivenInTheForgesWords() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site(Optional.of(new Token("secret")));
        var log = new CapturedLog()) {
      played.server.say(
          403,
          "{\"message\":\"Resource protected by\\norganization SAML enforcement.\"}",
          Map.of());
      assertThat(site.list("acme")).isEmpty();
      assertThat(log.messages(Level.WARN).getFirst())
          .contains("status 403): Resource protected by organization SAML enforcement.");
    }
  }

  @Test
  void nullsAndMembersThatNobodyKnowsDoNotHideTheRest() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      played.server.say(
          """
          \ufeff[{"full_name":"acme/empty","default_branch":null,"archived":null,"size":null},
           {"full_name":null}, null, 7, {"id":1}, {"full_name":"acme/.."}, {"full_name":"acme/a/b"},
           {"full_name":"acme/.github","size":99999999999999999999,"new":{"a":[1]}}]
          """);
      assertThat(site.list("acme").orElseThrow().repositories())
          .extracting(HostedRepository::path)
          .containsExactly("acme/empty", "acme/.github");
    }
  }

  @Test
  void halfAnAnswerIsNone() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      host(played.server, 2);
      played.server.say("[{\"full_name\":\"acme/one\"},{\"full_na");
      assertThat(site.list("acme")).isEmpty();
      played.server.heal();
      played.pass(Duration.ofSeconds(61));
      assertThat(site.list("acme").orElseThrow().repositories()).hasSize(2);
    }
  }

  @Test
  void moreThanAnyDirectoryShouldHaveIsCutAndNotAskedAgainAtOnce() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site();
        var log = new CapturedLog()) {
      host(played.server, 120);
      played.server.largestPage(1);
      assertThat(site.list("acme").orElseThrow().repositories()).hasSize(100);
      assertThat(log.messages(Level.WARN)).singleElement().asString().contains("100 pages");
      played.server.forgetRequests();
      played.pass(Duration.ofSeconds(61));
      site.list("acme");
      assertThat(played.server.requests()).isEmpty();
      played.server.repository("acme/a-new-one", "main");
      played.server.largestPage(100);
      played.pass(Duration.ofMinutes(6));
      assertThat(site.list("acme").orElseThrow().repositories()).hasSize(121);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "https://github.com, https://api.github.com",
    "https://GitHub.com:443/, https://api.github.com",
    "https://www.github.com, https://api.github.com",
    "https://octocorp.ghe.com, https://api.octocorp.ghe.com",
    "https://git.example.com, https://git.example.com/api/v3",
    "https://github.com.example.com, https://github.com.example.com/api/v3"
  })
  void gitHubsApiIsWhereItsDocumentationHasIt(String url, String api) {
    assertThat(Forge.of("x", ForgeKind.GITHUB, url).apiUrl()).contains(api);
  }

  private static void host(ForgeServer server, int count) {
    server.group("acme");
    IntStream.range(0, count).forEach(i -> server.repository("acme/r" + i, "main"));
  }
}
