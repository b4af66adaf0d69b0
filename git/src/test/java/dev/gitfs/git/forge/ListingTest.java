package dev.gitfs.git.forge;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.CapturedLog;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.ForgeServer.Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an owner has, from each forge's API. */
class ListingTest {

  private static final String SECRET = "s3cr3t-t0ken";

  @ParameterizedTest
  @EnumSource
  void allPagesAreTurned(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site()) {
      hostMany(played.server, 25);
      played.server.largestPage(10);
      var listing = site.list("torvalds").orElseThrow();
      assertThat(listing.complete()).isTrue();
      assertThat(listing.repositories())
          .hasSize(25)
          .allSatisfy(each -> {
            assertThat(each.path()).matches("torvalds/r[0-9]+");
            assertThat(each.defaultBranch()).contains("trunk");
          });
      // GitLab's subgroups are a listing of their own.
      assertThat(played.server.requests()).hasSize(api == Api.GITLAB ? 4 : 3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aListingIsKeptAndAskedForAgainByItsEtag(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site()) {
      hostMany(played.server, 3);
      var first = site.list("torvalds").orElseThrow();
      int cost = played.server.requests().size();
      assertThat(site.list("torvalds")).contains(first);
      assertThat(played.server.requests()).hasSize(cost);

      played.pass(Duration.ofMinutes(6));
      var again = site.list("torvalds").orElseThrow();
      assertThat(again.repositories()).isEqualTo(first.repositories());
      assertThat(played.server.requests()).hasSize(2 * cost);
      assertThat(played.server.requests().subList(cost, 2 * cost))
          .allSatisfy(request -> assertThat(request.headers()).containsKey("If-none-match"));

      played.server.repository("torvalds/new", "trunk");
      played.pass(Duration.ofMinutes(6));
      assertThat(site.list("torvalds").orElseThrow().repositories()).hasSize(4);
    }
  }

  @Test
  void aListingIsThereForTheNextProcessWithoutANetwork() throws Exception {
    try (var played = new Played(Api.GITHUB)) {
      hostMany(played.server, 3);
      try (var site = played.site()) {
        site.list("torvalds");
        assertThat(site.owners()).containsExactly("configured", "torvalds");
      }
      played.server.refuse(503, Map.of());
      try (var site = played.site()) {
        assertThat(site.known("torvalds").orElseThrow().repositories()).hasSize(3);
        assertThat(site.list("torvalds").orElseThrow().repositories()).hasSize(3);
        assertThat(site.owners()).containsExactly("configured", "torvalds");
        assertThat(site.known("nobody")).isEmpty();
      }
    }
  }

  @Test
  void whoAskAtTheSameTimeShareOneRequest() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      hostMany(played.server, 3);
      played.server.delay(Duration.ofMillis(300));
      var asked = new ArrayList<Future<Optional<Listing>>>();
      for (int i = 0; i < 50; i++) {
        asked.add(threads.submit(() -> site.list("torvalds")));
      }
      for (var each : asked) {
        assertThat(each.get().orElseThrow().repositories()).hasSize(3);
      }
      assertThat(played.server.requests()).hasSize(1);
    }
  }

  @Test
  void whoeverIsInterruptedLeavesTheOthersTheirAnswer() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      hostMany(played.server, 3);
      played.server.delay(Duration.ofMillis(300));
      var impatient =
          Thread.startVirtualThread(() -> {
            try {
              site.list("torvalds");
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
      Thread.sleep(100);
      impatient.interrupt();
      assertThat(impatient.join(Duration.ofMillis(150))).isTrue();
      assertThat(site.list("torvalds").orElseThrow().repositories()).hasSize(3);
      assertThat(played.server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 429, 451, 500, 503})
  void aRefusalIsNoErrorAndToldOnce(int status) throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site(Optional.of(new Token(SECRET)));
        var log = new CapturedLog()) {
      played.server.refuse(status, Map.of());
      assertThat(site.list("torvalds")).isEmpty();
      assertThat(site.list("torvalds")).isEmpty();
      assertThat(site.list("gregkh")).isEmpty();
      boolean absent = status == 404 || status == 451;
      assertThat(log.messages(Level.WARN)).hasSize(absent ? 0 : 1);
      assertThat(log.text()).doesNotContain(SECRET);
    }
  }

  @Test
  void aServerThatIsGoneIsNoErrorAndNotWaitedForAgainAndAgain() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site();
        var log = new CapturedLog()) {
      played.server.close();
      for (String owner : List.of("a", "b", "c")) {
        assertThat(site.list(owner)).isEmpty();
      }
      assertThat(log.messages(Level.WARN)).hasSizeBetween(1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTokenIsSentAndNowhereToBeRead(Api api) throws Exception {
    try (var played = new Played(api);
        var site = played.site(Optional.of(new Token(SECRET)));
        var log = new CapturedLog()) {
      hostMany(played.server, 3);
      played.server.requireAuthorization((api == Api.GITEA ? "token " : "Bearer ") + SECRET);
      assertThat(site.list("torvalds").orElseThrow().repositories()).hasSize(3);
      assertThat(played.server.requests())
          .allSatisfy(request -> assertThat(request.target()).doesNotContain(SECRET));
      assertThat(log.text()).doesNotContain(SECRET);
      assertThat(site.url("torvalds/linux")).doesNotContain(SECRET);
      assertThat(site.forge().toString()).doesNotContain(SECRET);
      try (var remote = site.open("torvalds/linux")) {
        assertThat(remote.url()).doesNotContain(SECRET);
      }
    }
  }

  @Test
  void privateRepositoriesOfTheTokensUserAreListedWithTheOwners() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site(Optional.of(new Token(SECRET)))) {
      hostMany(played.server, 2);
      played.server.repository("gregkh/usb", "main");
      assertThat(site.list("gregkh").orElseThrow().repositories())
          .extracting(HostedRepository::path)
          .containsExactly("gregkh/usb");
      site.list("torvalds");
      assertThat(played.server.requests())
          .extracting(ForgeServer.Request::target)
          .filteredOn(target -> target.contains("/user/repos"))
          .hasSize(1);
    }
  }

  @Test
  void theLastFifthOfTheRateLimitIsTheUsers() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site();
        var log = new CapturedLog()) {
      played.server.rateLimit(60, 20).repository("torvalds/linux", "master");
      for (int i = 0; i < 30; i++) {
        site.list("owner" + i);
      }
      // 20 were left, and 12 of 60 stay.
      assertThat(played.server.requests()).hasSize(8);
      assertThat(log.messages(Level.WARN))
          .singleElement()
          .asString()
          .contains("left to the user", "a token would raise it");

      played.pass(Duration.ofMinutes(31));
      played.server.heal();
      assertThat(site.list("torvalds")).isPresent();
    }
  }

  @Test
  void aForgeThatAsksToWaitIsLeftAlone() throws Exception {
    try (var played = new Played(Api.GITLAB);
        var site = played.site()) {
      played.server.group("torvalds").repository("torvalds/linux", "master");
      played.server.refuse(429, Map.of("Retry-After", "120"));
      assertThat(site.list("torvalds")).isEmpty();
      played.server.heal();
      played.server.forgetRequests();
      played.pass(Duration.ofSeconds(90));
      assertThat(site.list("torvalds")).isEmpty();
      assertThat(played.server.requests()).isEmpty();
      played.pass(Duration.ofSeconds(90));
      assertThat(site.list("torvalds")).isPresent();
    }
  }

  @Test
  void halfAListingIsShownAndCalledSo() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      hostMany(played.server, 30);
      played.server.largestPage(10).rateLimit(60, 14);
      var listing = site.list("torvalds").orElseThrow();
      assertThat(listing.repositories()).hasSize(20);
      assertThat(listing.complete()).isFalse();
    }
  }

  @Test
  void anArchivedRepositoryIsCalledSo() throws Exception {
    try (var played = new Played(Api.GITEA);
        var site = played.site()) {
      played.server.archived("forgejo/old");
      assertThat(site.list("forgejo").orElseThrow().repositories())
          .containsExactly(new HostedRepository("forgejo/old", Optional.of("main"), true));
    }
  }

  @Test
  void aGroupOfGitlabListsItsGroupsToo() throws Exception {
    try (var played = new Played(Api.GITLAB);
        var site = played.site()) {
      played.server.group("a").group("a/b").group("a/b/c").repository("a/b/r", "main");
      var top = site.list("a").orElseThrow();
      assertThat(top.groups()).containsExactly("b");
      assertThat(top.repositories()).isEmpty();
      var below = site.list("a/b").orElseThrow();
      assertThat(below.groups()).containsExactly("c");
      assertThat(below.repositories()).extracting(HostedRepository::path).containsExactly("a/b/r");
    }
  }

  @Test
  void anAnswerThatMakesNoSenseIsNoError() throws Exception {
    try (var played = new Played(Api.GITHUB);
        var site = played.site()) {
      played.server.refuse(200, Map.of());
      assertThat(site.list("torvalds")).isEmpty();
    }
  }

  private static void hostMany(ForgeServer server, int count) {
    server.group("torvalds");
    IntStream.range(0, count).forEach(i -> server.repository("torvalds/r" + i, "trunk"));
  }
}
