package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.JGitHttpServer;
import dev.gitfs.testkit.JGitHttpServer.Failing;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Servers that offer what they then fail at: everything is shown, with what else they can do. */
class UnkeptOffersTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository origin = repositories.create("origin.git");
  private final JGitHttpServer server = new JGitHttpServer(repositories);
  private Path directory;

  @BeforeEach
  void aRepository() throws IOException {
    directory = Files.createDirectory(repositories.root().resolve("cache"));
    origin.commit(snapshot("one"));
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  private static Snapshot snapshot(String content) {
    var snapshot = new Snapshot().file("README", content);
    for (int i = 0; i < 5; i++) {
      snapshot.file("d" + i + "/deep/f", content + i);
    }
    return snapshot;
  }

  private ObjectStore open() throws IOException {
    var retries = new RetryPolicy(2, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    var options = new RemoteOptions(Git.environment(), Timeouts.DEFAULT, retries);
    return ObjectStore.open(
        Remotes.open(server.url(origin), options),
        new StoreOptions(directory, 96 << 20, 10L << 30));
  }

  private ObjectId id(String revision) {
    return ObjectId.fromString(origin.id(revision));
  }

  @ParameterizedTest
  @EnumSource
  void filters(Failing how) throws Exception {
    failingAt("filter ", how);
  }

  @ParameterizedTest
  @EnumSource(names = {"STATUS_500", "IGNORED"})
  void filtersOfTrees(Failing how) throws Exception {
    failingAt("filter tree:", how);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "IGNORED")
  void sizes(Failing how) throws Exception {
    failingAt("command=object-info", how);
  }

  @Test
  void prefixesOfRefs() throws Exception {
    origin.branch("another", origin.id("HEAD"));
    failingAt("ref-prefix ", Failing.IGNORED);
  }

  @Test
  void differences() throws Exception {
    failingAt("have ", Failing.CLOSED_CONNECTION);
  }

  @ParameterizedTest
  @EnumSource(names = {"STATUS_500", "IGNORED"})
  void theOrderOfWants(Failing how) throws Exception {
    failingAt("shallow ", how);
  }

  /** A store reads all there is, sees a branch move, and the next store asks in vain no more. */
  private void failingAt(String line, Failing how) throws Exception {
    server.failAt(line, how);
    try (var store = open()) {
      var first = store.resolve(Optional.empty());
      assertShown(store, "one");
      origin.commit(snapshot("two"));
      var tip = store.tips(List.of("HEAD")).get("HEAD");
      assertThat(store.advance(tip, first).commit()).isEqualTo(id("HEAD"));
      assertShown(store, "two");
    }
    int failures = server.failures();
    assertThat(failures).isPositive();
    try (var store = open()) {
      var second = store.resolve(Optional.empty());
      origin.commit(snapshot("three"));
      store.advance(store.tips(List.of("HEAD")).get("HEAD"), second);
      assertShown(store, "three");
    }
    if (how != Failing.IGNORED) {
      assertThat(server.failures()).isEqualTo(failures);
    }
  }

  private void assertShown(ObjectStore store, String content) throws Exception {
    assertThat(store.tree(id("HEAD:d0/deep")).size()).isEqualTo(1);
    store.fetchSizes(List.of(id("HEAD:d1/deep/f"), id("HEAD:d2/deep/f")));
    assertThat(store.sizeIfLocal(id("HEAD:d1/deep/f"))).hasValue(content.length() + 1);
    var ahead = store.prefetch(new PrefetchRequest.Blobs(List.of(id("HEAD:d3/deep/f")), 1 << 20));
    assertThat(ahead.await(Duration.ofSeconds(20))).isTrue();
    for (String path : List.of("README", "d3/deep/f", "d4/deep/f")) {
      assertThat(new String(Cache.read(store.blob(id("HEAD:" + path))), StandardCharsets.UTF_8))
          .startsWith(content);
    }
  }

  @Test
  void whatHasWorkedIsNotBlamedForALaterFailure() throws Exception {
    try (var store = open()) {
      store.resolve(Optional.empty());
      store.tree(id("HEAD:d0/deep"));
      server.failAt("want ", Failing.STATUS_500);
      assertThatThrownBy(() -> store.blob(id("HEAD:README"))).isInstanceOf(RemoteException.class);
      assertThatThrownBy(() -> store.blob(id("HEAD:d1/deep/f")))
          .isInstanceOf(RemoteException.class);
      server.failAt("nothing", Failing.STATUS_500);
      store.blob(id("HEAD:README")).close();
      assertThat(store.isLocal(id("HEAD:d1/deep/f"))).isFalse();
    }
  }
}
