package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests to an HTTP server that misbehaves. */
class HttpFaultTest {

  @TempDir Path home;
  private GitRepositories repositories;
  private HttpBackendServer server;
  private TestRepository repository;
  private String blob;
  private Remote remote;

  @BeforeEach
  void serve() throws Exception {
    repositories = new GitRepositories();
    server = new HttpBackendServer(repositories);
    repository = repositories.create("repo.git");
    var content = new byte[100_000];
    // Incompressible, so that a fault has a place to happen in.
    new Random(1).nextBytes(content);
    repository.commit(new Snapshot().file("blob", content));
    blob = repository.id("HEAD:blob");
    remote = new Setting(home).impatient().open(server.url(repository));
  }

  @AfterEach
  void stop() {
    remote.close();
    server.close();
    repositories.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 429, 408})
  void whatPassesIsTriedAgain(int status) throws Exception {
    server.inject(RequestKind.INFO_REFS, new Fault.Answer(status), 1);
    server.inject(RequestKind.LS_REFS, new Fault.Answer(status), 2);

    assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    assertThat(remote.statistics().requests()).isEqualTo(2 + 3);
    assertThat(remote.statistics().retries()).isEqualTo(3);
  }

  @Test
  void afterFourTriesTheServerHasFailed() {
    server.inject(new Fault.Answer(500));

    var failure = Failing.with(Kind.SERVER_FAILED, remote::capabilities);

    assertThat(failure).hasMessageStartingWith(server.url(repository)).hasMessageContaining("500");
    assertThat(remote.statistics().retries()).isEqualTo(3);
    // And perhaps the greeting, afterwards, that asks whether anyone is there.
    assertThat(server.requests()).hasSizeBetween(4, 5);
  }

  @Test
  void aFailureIsNotRemembered() throws Exception {
    server.inject(new Fault.Answer(500));
    Failing.with(Kind.SERVER_FAILED, remote::capabilities);
    server.heal();

    assertThat(remote.capabilities().version()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 404, 400, 418})
  void whatLastsIsNotTriedAgain(int status) {
    server.inject(new Fault.Answer(status));

    Failing.with(
        switch (status) {
          case 403 -> Kind.FORBIDDEN;
          case 404 -> Kind.NOT_FOUND;
          default -> Kind.SERVER_FAILED;
        },
        remote::capabilities);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void retryAfterIsWaitedFor() throws Exception {
    server.inject(RequestKind.INFO_REFS, new Fault.Answer(429, Map.of("Retry-After", "1")), 1);
    long start = System.nanoTime();

    remote.capabilities();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void retryAfterMayBeADate() throws Exception {
    String past =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.of(2020, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC));
    server.inject(RequestKind.INFO_REFS, new Fault.Answer(503, Map.of("Retry-After", past)), 1);

    assertThat(remote.capabilities().version()).isEqualTo(2);
  }

  @Test
  void aServerThatAsksForAnHourIsNotWaitedForAndLeftAlone() throws Exception {
    server.inject(new Fault.Answer(429, Map.of("Retry-After", "3600")));

    var failure = Failing.with(Kind.SERVER_FAILED, remote::capabilities);

    assertThat(failure).hasMessageContaining("3600 s");
    // Time for a greeting, if one were sent.
    Thread.sleep(300);
    Failing.with(Kind.SERVER_FAILED, remote::capabilities);
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {10, 50_000})
  void aStalledPackIsAbandonedAndAskedForAgain(long after) throws Exception {
    server.inject(RequestKind.FETCH, new Fault.Stall(after), 1);
    var received = new Received();

    remote.fetch(Setting.objects(blob), received);

    assertThat(received.has(blob)).isTrue();
    assertThat(remote.statistics().retries()).isEqualTo(1);
  }

  @Test
  void aServerThatStaysSilentTimesOut() {
    server.inject(RequestKind.FETCH, new Fault.Stall(50_000));

    var failure =
        Failing.with(Kind.TIMED_OUT, () -> remote.fetch(Setting.objects(blob), new Received()));

    assertThat(failure).hasMessageContaining("800 ms");
    assertThat(server.requests(RequestKind.FETCH)).hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 50_000})
  void aResetConnectionIsReplaced(long after) throws Exception {
    server.inject(RequestKind.FETCH, new Fault.Reset(after), 2);
    var received = new Received();

    remote.fetch(Setting.objects(blob), received);

    assertThat(received.has(blob)).isTrue();
    assertThat(received.objects()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 20, 50_000})
  void aTruncatedPackIsRejectedAndAskedForAgain(long after) throws Exception {
    server.inject(RequestKind.FETCH, new Fault.Truncate(after), 1);
    var received = new Received();

    remote.fetch(Setting.objects(blob), received);

    assertThat(received.has(blob)).isTrue();
    assertThat(received.objects()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 20, 50_000})
  void aCorruptPackIsRejectedAndAskedForAgain(long at) throws Exception {
    server.inject(RequestKind.FETCH, new Fault.Corrupt(at), 1);
    var received = new Received();

    remote.fetch(Setting.objects(blob), received);

    assertThat(received.has(blob)).isTrue();
    assertThat(received.objects()).isEqualTo(1);
    assertThat(remote.statistics().retries()).isEqualTo(1);
  }

  @Test
  void aServerThatOnlySendsDamageFails() {
    server.inject(RequestKind.FETCH, new Fault.Corrupt(50_000));

    var failure =
        Failing.with(Kind.SERVER_FAILED, () -> remote.fetch(Setting.objects(blob), new Received()));

    assertThat(failure).hasMessageContaining("damaged pack");
  }

  @Test
  void aServerThatRestartsIsNoticedByNobody() throws Exception {
    remote.capabilities();
    server.dropConnections();

    assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
  }

  @Test
  void aStalledRequestDelaysNoOther() throws Exception {
    remote.capabilities();
    server.inject(RequestKind.FETCH, new Fault.Stall(0), 16);
    for (int i = 0; i < 16; i++) {
      Thread.startVirtualThread(() -> {
        try {
          remote.fetch(Setting.objects(blob), new Received());
        } catch (RemoteException | InterruptedException e) {
          // How these end is not at stake.
        }
      });
    }
    while (server.requests(RequestKind.FETCH).size() < 16) {
      Thread.sleep(1);
    }
    long start = System.nanoTime();

    remote.listRefs(List.of("HEAD"));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Setting.IDLE);
  }

  @Test
  void anInterruptEndsTheWaitForAStalledServerAtOnce() throws Exception {
    remote.capabilities();
    server.inject(new Fault.Stall(-1));
    var outcome = new CompletableFuture<Void>();
    var thread =
        Thread.startVirtualThread(() -> {
          try {
            remote.listRefs(List.of());
            outcome.complete(null);
          } catch (Exception e) {
            outcome.completeExceptionally(e);
          }
        });
    while (server.requests(RequestKind.LS_REFS).isEmpty()) {
      Thread.sleep(1);
    }
    long start = System.nanoTime();
    thread.interrupt();

    assertThat(outcome)
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(InterruptedException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Setting.IDLE);
  }

  @Test
  void closingTheRemoteEndsItsRequests() throws Exception {
    remote.capabilities();
    server.inject(new Fault.Stall(10));
    var outcome = new CompletableFuture<Void>();
    Thread.startVirtualThread(() -> {
      try {
        remote.fetch(Setting.objects(blob), new Received());
        outcome.complete(null);
      } catch (Exception e) {
        outcome.completeExceptionally(e);
      }
    });
    while (server.requests(RequestKind.FETCH).isEmpty()) {
      Thread.sleep(1);
    }
    remote.close();

    assertThat(outcome)
        .failsWithin(Setting.IDLE)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(RemoteException.class);
  }

  @Test
  void anotherKindOfServerIsRecognised() {
    server.inject(new Fault.Answer(200, Map.of("Content-Type", "text/html")));

    var failure = Failing.with(Kind.NOT_GIT, remote::capabilities);

    assertThat(failure).hasMessageContaining("no git repository: it sent text/html, a web page");
  }

  @Test
  void aServerThatIsNotThereIsReportedAtOnce() throws Exception {
    String url = server.url(repository);
    server.close();
    try (var nowhere = new Setting(home).open(url)) {
      var failure = Failing.with(Kind.UNREACHABLE, nowhere::capabilities);
      assertThat(failure).hasMessageContaining("refused");
      assertThat(nowhere.statistics().retries()).isZero();
    }
  }

  @Test
  void aHostWithoutAddressIsReportedAtOnce() throws Exception {
    try (var nowhere = new Setting(home).open("http://no-such-host.invalid/repo.git")) {
      var failure = Failing.with(Kind.UNREACHABLE, nowhere::capabilities);
      assertThat(failure).hasMessageContaining("no host has this name");
    }
  }

  @Test
  void aServerWithoutPartialCloneStillAnswers() throws Exception {
    repository.plain();

    assertThat(remote.capabilities().filter()).isFalse();
    Failing.with(
        Kind.UNSUPPORTED,
        () ->
            remote.fetch(
                Setting.commit(repository.id("HEAD"), Optional.of(Filter.NO_BLOBS)),
                new Received()));
    var received = new Received();
    remote.fetch(Setting.commit(repository.id("HEAD"), Optional.empty()), received);
    assertThat(received.objects()).isEqualTo(3);
  }

  @Test
  void aFilterThatIsNotAllowedIsUnsupported() throws Exception {
    repository.config("uploadpackfilter.tree.allow", "false");

    Failing.with(
        Kind.UNSUPPORTED,
        () ->
            remote.fetch(
                Setting.commit(repository.id("HEAD"), Optional.of(Filter.trees(1))),
                new Received()));
    assertThat(remote.statistics().retries()).isZero();
  }

  @Test
  void versionZeroServersAreUnderstood() throws Exception {
    server.withoutProtocolV2();
    String tag = repository.annotatedTag("v1", "HEAD");
    String head = repository.id("HEAD");

    assertThat(remote.capabilities().version()).isZero();
    assertThat(remote.capabilities().partial()).isTrue();
    assertThat(remote.listRefs(List.of("HEAD", "refs/tags/")))
        .extracting(ref ->
            ref.name()
                + " "
                + ref.id().orElseThrow().name()
                + " "
                + ref.symbolicTarget().orElse("")
                + ref.peeled().map(peeled -> peeled.name()).orElse(""))
        .containsExactly("HEAD " + head + " refs/heads/main", "refs/tags/v1 " + tag + " " + head);
    var received = new Received();
    remote.fetch(Setting.commit(head, Optional.of(Filter.NO_BLOBS)), received);
    assertThat(received.objects()).isEqualTo(2);

    assertThat(server.kinds()).containsExactly(RequestKind.INFO_REFS, RequestKind.FETCH);
    Failing.with(Kind.UNSUPPORTED, () -> remote.objectSizes(List.of()));
  }

  @Test
  void versionZeroListsItsRefsAnewForTheSecondWhoAsks() throws Exception {
    server.withoutProtocolV2();
    remote.listRefs(List.of("HEAD"));
    String moved = repository.commit(new Snapshot().file("new", "new"));

    assertThat(remote.listRefs(List.of("HEAD")).getFirst().id().orElseThrow().name())
        .isEqualTo(moved);
    assertThat(server.kinds()).containsExactly(RequestKind.INFO_REFS, RequestKind.INFO_REFS);
  }

  @Test
  void versionZeroWithoutAnythingStillSendsACommit() throws Exception {
    repository.plain();
    server.withoutProtocolV2();

    assertThat(remote.capabilities().partial()).isFalse();
    var received = new Received();
    remote.fetch(Setting.commit(repository.id("HEAD"), Optional.empty()), received);
    assertThat(received.has(blob)).isTrue();
  }

  @Test
  void aLargeRequestIsCompressed() throws Exception {
    var many = new String[200];
    Arrays.fill(many, blob);

    remote.fetch(Setting.objects(many), new Received());

    var request = server.requests(RequestKind.FETCH).getFirst();
    assertThat(request.headers()).containsEntry("content-encoding", "gzip");
    assertThat(remote.statistics().bytesSent()).isLessThan(request.body().length / 5);
  }

  @Test
  void requestsShareAKeptConnection() throws Exception {
    remote.listRefs(List.of("HEAD"));
    remote.fetch(Setting.objects(blob), new Received());
    remote.listRefs(List.of("HEAD"));

    assertThat(server.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void sha256RepositoriesAreRefused() throws Exception {
    repositories
        .create("other.git")
        .git("init", "-q", "--bare", "--object-format=sha256", "../sha256.git");
    try (var other = new Setting(home).open(server.url("sha256.git"))) {
      var failure = Failing.with(Kind.UNSUPPORTED, other::capabilities);
      assertThat(failure).hasMessageContaining("sha256");
    }
  }
}
