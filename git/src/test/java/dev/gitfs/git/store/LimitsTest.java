package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.NginxServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store behind servers and proxies that have limits: no reader notices any of them. */
final class LimitsTest {

  private static final int FILES = 60;

  private GitRepositories repositories;
  private TestRepository repository;
  private HttpBackendServer server;
  private List<ObjectId> blobs;

  @BeforeEach
  void serve() {
    repositories = new GitRepositories();
    server = new HttpBackendServer(repositories);
    repository = repositories.create("repo.git");
    var random = new Random(1);
    var snapshot = new Snapshot();
    for (int i = 0; i < FILES; i++) {
      var content = new byte[4_000];
      random.nextBytes(content);
      snapshot.file("d/%02d".formatted(i), content);
    }
    repository.commit(snapshot);
    blobs =
        IntStream.range(0, FILES)
            .mapToObj(i -> ObjectId.fromString(repository.id("HEAD:d/%02d".formatted(i))))
            .toList();
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  private ObjectStore open(String url, String cache) throws IOException {
    var directory = repositories.root().resolve(cache);
    if (!Files.exists(directory)) {
      Files.createDirectory(directory);
    }
    var retries =
        new RetryPolicy(4, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofSeconds(2));
    var environment = new HashMap<>(Git.environment());
    environment.put("GIT_SSL_NO_VERIFY", "1");
    var remote = Remotes.open(url, new RemoteOptions(environment, Timeouts.DEFAULT, retries));
    return ObjectStore.open(remote, new StoreOptions(directory, 96 << 20, 10L << 30));
  }

  private void readsAll(String cache) throws Exception {
    try (var store = open(server.url(repository), cache)) {
      Cache.head(store);
      store
          .prefetch(new PrefetchRequest.Blobs(blobs, Long.MAX_VALUE))
          .await(Duration.ofSeconds(20));
      for (ObjectId id : blobs) {
        assertThat(store.isLocal(id)).as(id.name()).isTrue();
      }
      store.fetchSizes(blobs);
    }
  }

  private int fetches() {
    return server.requests(RequestKind.FETCH).size();
  }

  @Test
  void aRequestThatIsTooLargeIsMadeInParts() throws Exception {
    server.habits().largestRequest(700);

    readsAll("cache");
    // One for the commit; of the rest some to find out, and some that are taken.
    assertThat(fetches()).isBetween(4, 14);

    server.forgetRequests();
    repository.commit(new Snapshot().file("e", "e"));
    readsAll("cache");
    assertThat(server.requests()).allSatisfy(request -> assertThat(request.wants()).isLessThan(40));
  }

  @Test
  void anAnswerThatIsCutIsGoneOnWith() throws Exception {
    server.habits().largestAnswer(90_000);

    readsAll("cache");
    assertThat(fetches()).isBetween(4, 8);
  }

  @Test
  void aProxyThatDoesNotWaitIsAskedForLess() throws Exception {
    server.inject(
        request -> request.kind() == RequestKind.FETCH && request.wants() > 20,
        new Fault.Answer(504));

    readsAll("cache");
    assertThat(fetches()).isBetween(6, 8);
  }

  @Test
  void aServerThatReadsNothingCompressedIsWrittenToPlainly() throws Exception {
    server.habits().refusesGzip();

    readsAll("cache");
    assertThat(
            server.requests().stream()
                .filter(request -> request.headers().containsKey("content-encoding"))
                .count())
        .isEqualTo(1);
  }

  @Test
  void aConnectionThatEndsAfterFewRequestsIsReplaced() throws Exception {
    try (var nginx = NginxServer.closingAfter(3, repositories);
        var store = open(nginx.url(repository), "cache")) {
      Cache.head(store);
      for (ObjectId id : blobs.subList(0, 20)) {
        assertThat(Cache.read(store.blob(id))).hasSize(4_000);
      }
      assertThat(nginx.accesses()).allSatisfy(access -> assertThat(access.status()).isEqualTo(200));
      assertThat(nginx.accesses().stream().map(NginxServer.Access::connection).distinct().count())
          .isGreaterThan(5);
    }
  }
}
