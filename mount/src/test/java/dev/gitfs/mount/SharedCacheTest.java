package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed, and processes that share a cache. */
final class SharedCacheTest {
  @TempDir Path directory;
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private TestRepository repository;
  private String url;
  private Path cache;

  @BeforeEach
  void makeRepository() {
    var random = new Random(3);
    var snapshot = new Snapshot();
    for (var i = 0; i < 60; i++) {
      var content = new byte[random.nextInt(20_000)];
      random.nextBytes(content);
      snapshot.file("dir-%d/file-%d".formatted(i % 5, i), content);
    }
    var noise = new byte[2_000_000];
    random.nextBytes(noise);
    snapshot.file("noise", noise);
    repository = repositories.create("some.git");
    repository.commit(snapshot);
    url = server.url(repository);
    cache = directory.resolve("cache");
  }

  @AfterEach
  void closeServer() {
    server.close();
    repositories.close();
  }

  @Test
  void aProcessKilledInTheMiddleOfAFetchLeavesAUsableCache() throws Exception {
    var expected = checkout();
    for (var mountAgainOnTheDeadMount : List.of(false, true)) {
      cache = directory.resolve("cache-" + mountAgainOnTheDeadMount);
      Path mountPoint;
      try (var killed = ServingProcess.start(url, cache)) {
        mountPoint = killed.directory();
        Processes.command("cat", "dir-0/file-0").in(killed.directory()).run().orFail();
        server.inject(RequestKind.FETCH, new Fault.Stall(1_000_000));
        server.forgetRequests();
        try (var reader = Processes.command("cat", killed.path("noise").toString()).start()) {
          Eventually.holds("a fetch", () -> !server.requests(RequestKind.FETCH).isEmpty());
          Thread.sleep(300);
          killed.kill();
          var cut = reader.await(Duration.ofSeconds(10));
          assertThat(cut.exit()).isEqualTo(1);
          assertThat(cut.errors()).containsAnyOf("Software caused connection abort", "Transport");
        }
        server.heal();
        if (!mountAgainOnTheDeadMount) {
          killed.unmount();
        }
      }
      Files.createDirectories(mountPoint);
      try (var next = ServingProcess.start(url, cache, mountPoint)) {
        assertThat(TreeFingerprint.of(next.directory()).lines())
            .containsExactlyElementsOf(expected.lines());
      }
      gitAcceptsTheCache();
    }
  }

  @Test
  void processesKilledAtAnyMomentLeaveAUsableCache() throws Exception {
    var random = new Random(5);
    for (var i = 0; i < 5; i++) {
      try (var killed = ServingProcess.start(url, cache);
          var readers =
              Processes.command("sh", "-c", "cat dir-*/* noise >/dev/null")
                  .in(killed.directory())
                  .start()) {
        Thread.sleep(random.nextInt(150));
        killed.kill();
        readers.await(Duration.ofSeconds(10));
      }
    }
    try (var next = ServingProcess.start(url, cache)) {
      assertThat(TreeFingerprint.of(next.directory()).lines())
          .containsExactlyElementsOf(checkout().lines());
    }
    gitAcceptsTheCache();
  }

  @Test
  void twoProcessesShareOneCache() throws Exception {
    var expected = checkout();
    try (var one = ServingProcess.start(url, cache);
        var other = ServingProcess.start(url, cache);
        var pool = Executors.newFixedThreadPool(2)) {
      var both =
          pool.invokeAll(
              List.<Callable<TreeFingerprint>>of(
                  () -> TreeFingerprint.of(one.directory()),
                  () -> TreeFingerprint.of(other.directory())));
      for (var seen : both) {
        assertThat(seen.get().lines()).containsExactlyElementsOf(expected.lines());
      }
      gitAcceptsTheCache();
    }
    // What both have fetched is there for a third, which asks for refs alone.
    server.forgetRequests();
    try (var third = ServingProcess.start(url, cache)) {
      assertThat(TreeFingerprint.of(third.directory()).lines())
          .containsExactlyElementsOf(expected.lines());
      assertThat(server.kinds()).containsExactly(RequestKind.INFO_REFS, RequestKind.LS_REFS);
    }
  }

  @Test
  void oneProcessReadsWhatTheOtherHasFetched() throws Exception {
    try (var one = ServingProcess.start(url, cache);
        var other = ServingProcess.start(url, cache)) {
      Processes.command("cat", "dir-1/file-1").in(one.directory()).run().orFail();
      server.forgetRequests();
      Processes.command("cat", "dir-1/file-1").in(other.directory()).run().orFail();
      assertThat(server.requests(RequestKind.FETCH)).isEmpty();
    }
  }

  private TreeFingerprint checkout() {
    return TreeFingerprint.ofCheckout(repository.checkout(directory.resolve("checkout")));
  }

  private void gitAcceptsTheCache() throws IOException {
    try (var caches = Files.newDirectoryStream(cache, "*.git")) {
      for (var bare : caches) {
        Git.run(bare, "fsck", "--connectivity-only");
        var commit = repository.id("HEAD");
        assertThat(Git.run(bare, "cat-file", "-t", commit).text()).isEqualTo("commit\n");
        assertThat(Git.run(bare, "ls-tree", "-r", "--name-only", commit).lines()).hasSize(61);
        assertThat(Git.run(bare, "log", "--format=%H", commit).lines()).containsExactly(commit);
      }
    }
  }
}
