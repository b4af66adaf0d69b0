package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.GitDaemonServer;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.GitServer;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.JGitDaemonServer;
import dev.gitfs.testkit.JGitHttpServer;
import dev.gitfs.testkit.NginxServer;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.SshServer;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a remote promises, held by every kind of server, for the same number of requests. */
class EveryServerTest {

  enum Server {
    LOCAL,
    DAEMON,
    SSH,
    HTTP,
    HTTPS,
    JGIT_DAEMON,
    JGIT_SSH,
    JGIT_HTTP;

    boolean isGit() {
      return !name().startsWith("JGIT");
    }
  }

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private String head;

  @BeforeEach
  void aRepository() {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    repository.commit(new Snapshot().file("old", "old"));
    head =
        repository.commit(
            new Snapshot().file("README", "hello\n").file("src/a", "a").file("src/b", "bb"));
  }

  @AfterEach
  void deleteIt() {
    repositories.close();
  }

  private Session serve(Server kind) {
    var setting = new Setting(home);
    var server =
        switch (kind) {
          case LOCAL -> GitServer.localPath(repositories);
          case DAEMON -> new GitDaemonServer(repositories);
          case HTTP -> new HttpBackendServer(repositories);
          case SSH -> {
            var sshd = new SshServer(repositories);
            setting.env("GIT_SSH_COMMAND", sshd.sshCommand());
            yield sshd;
          }
          case HTTPS -> {
            var nginx = new NginxServer(repositories);
            setting.env("GIT_SSL_CAINFO", nginx.caFile().toString());
            yield nginx;
          }
          case JGIT_DAEMON -> new JGitDaemonServer(repositories);
          case JGIT_SSH -> {
            var sshd = SshServer.ofJGit(repositories);
            setting.env("GIT_SSH_COMMAND", sshd.sshCommand());
            yield sshd;
          }
          case JGIT_HTTP -> new JGitHttpServer(repositories);
        };
    return new Session(server, setting);
  }

  private record Session(GitServer server, Setting setting) implements AutoCloseable {

    Remote open(String repository) throws RemoteException {
      return setting.open(server.url(repository));
    }

    @Override
    public void close() {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachQuestionIsOneRequest(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      assertThat(remote.statistics().requests()).isZero();

      var capabilities = remote.capabilities();
      remote.capabilities();
      assertThat(remote.statistics().requests()).isEqualTo(1);
      assertThat(capabilities.version()).isEqualTo(2);
      assertThat(capabilities.partial()).isTrue();
      assertThat(capabilities.objectInfo()).isTrue();
      assertThat(capabilities.agent()).startsWith(kind.isGit() ? "git/" : "JGit/");

      var refs = remote.listRefs(List.of("HEAD", "refs/heads/"));
      assertThat(remote.statistics().requests()).isEqualTo(2);
      assertThat(refs)
          .containsExactly(
              new RemoteRef("HEAD", id(head), Optional.of("refs/heads/main"), Optional.empty()),
              new RemoteRef("refs/heads/main", id(head), Optional.empty(), Optional.empty()));

      var received = new Received();
      remote.fetch(Setting.commit(head, Optional.of(Filter.NO_BLOBS)), received);
      assertThat(remote.statistics().requests()).isEqualTo(3);
      assertThat(received.objects()).isEqualTo(3);
      assertThat(received.has(repository.id("HEAD:src"))).isTrue();
      assertThat(received.has(repository.id("HEAD:README"))).isFalse();

      var sizes =
          remote.objectSizes(
              List.of(
                  ObjectId.fromString(repository.id("HEAD:src/b")),
                  ObjectId.fromString(repository.id("HEAD:README"))));
      assertThat(sizes).containsExactly(2, 6);
      assertThat(remote.statistics().requests()).isEqualTo(4);
      assertThat(remote.statistics().retries()).isZero();
      assertThat(remote.statistics().bytesSent()).isPositive();
      assertThat(remote.statistics().bytesReceived()).isPositive();
    }
  }

  /** JGit's refuses the whole question instead. */
  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = "JGIT.*")
  void anObjectTheServerDoesNotHaveHasNoSize(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      var readme = ObjectId.fromString(repository.id("HEAD:README"));
      assertThat(remote.objectSizes(List.of(ObjectId.zeroId(), readme))).containsExactly(-1, 6);
    }
  }

  /** What a server remembers of one fetch must not count for the next. */
  @ParameterizedTest
  @EnumSource
  void eachFetchGetsItsOwnAnswer(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      String tree = repository.id("HEAD^{tree}");
      String blob = repository.id("HEAD:src/a");
      for (int i = 0; i < 2; i++) {
        var commit = new Received();
        remote.fetch(Setting.commit(head, Optional.of(Filter.trees(1))), commit);
        assertThat(commit.objects()).isEqualTo(2);
        var trees = new Received();
        remote.fetch(
            new FetchRequest(List.of(ObjectId.fromString(tree)), 0, Optional.of(Filter.NO_BLOBS)),
            trees);
        assertThat(trees.objects()).isEqualTo(2);
        var blobs = new Received();
        remote.fetch(Setting.objects(blob), blobs);
        assertThat(blobs.objects()).isEqualTo(1);
      }
      assertThat(remote.statistics().requests()).isEqualTo(7);
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void wantedBlobsComeInOnePack(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      var received = new Received();
      String a = repository.id("HEAD:src/a");
      String b = repository.id("HEAD:src/b");

      remote.fetch(Setting.objects(a, b), received);

      assertThat(received.has(a)).isTrue();
      assertThat(received.has(b)).isTrue();
      assertThat(received.objects()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theFilterLimitsTheDepthOfTrees(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      var received = new Received();

      remote.fetch(Setting.commit(head, Optional.of(Filter.trees(1))), received);

      assertThat(received.has(repository.id("HEAD^{tree}"))).isTrue();
      assertThat(received.has(repository.id("HEAD:src"))).isFalse();
    }
  }

  /** JGit's daemon closes the connection without a word. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"JGIT_DAEMON", "JGIT_SSH"})
  void anObjectTheServerDoesNotHaveIsNoReasonToTryAgain(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      Failing.with(
          Kind.NO_SUCH_OBJECT,
          () -> {
            remote.fetch(Setting.objects("1234567890123456789012345678901234567890"), pack -> {});
          });
      assertThat(remote.statistics().retries()).isZero();
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  /** JGit's daemon closes the connection without a word. */
  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"JGIT_DAEMON", "JGIT_SSH"})
  void aMissingRepositoryIsNotFound(Server kind) throws Exception {
    try (var session = serve(kind)) {
      Failing.with(
          Kind.NOT_FOUND,
          () -> {
            try (var remote = session.open("missing.git")) {
              remote.capabilities();
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void annotatedTagsArePeeled(Server kind) throws Exception {
    String tag = repository.annotatedTag("v1", head);
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      assertThat(remote.listRefs(List.of("refs/tags/v1")))
          .containsExactly(new RemoteRef("refs/tags/v1", id(tag), Optional.empty(), id(head)));
    }
  }

  /** JGit's offers no {@code unborn}. */
  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = "JGIT.*")
  void anUnbornHeadNamesItsBranch(Server kind) throws Exception {
    repositories.create("empty.git");
    try (var session = serve(kind);
        var remote = session.open("empty.git")) {
      assertThat(remote.listRefs(List.of()))
          .containsExactly(
              new RemoteRef(
                  "HEAD", Optional.empty(), Optional.of("refs/heads/main"), Optional.empty()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyThreadsAskAtOnce(Server kind) throws Exception {
    String a = repository.id("HEAD:src/a");
    try (var session = serve(kind);
        var remote = session.open("repo.git");
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<Boolean>>();
      for (int i = 0; i < 24; i++) {
        results.add(
            threads.submit(() -> {
              var received = new Received();
              remote.fetch(Setting.objects(a), received);
              return received.has(a) && remote.listRefs(List.of("HEAD")).size() == 1;
            }));
      }
      for (var result : results) {
        assertThat(result.get()).isTrue();
      }
      assertThat(remote.statistics().requests()).isEqualTo(1 + 24 + 24);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReceiverThatCannotStoreIsNotAskedAgain(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      Failing.with(
          Kind.LOCAL,
          () -> {
            remote.fetch(
                Setting.objects(head),
                pack -> {
                  throw new IOException("No space left on device");
                });
          });
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptedFetchIsAbandonedAndTheNextOneWorks(Server kind) throws Exception {
    try (var session = serve(kind);
        var remote = session.open("repo.git")) {
      remote.capabilities();
      var started = new CountDownLatch(1);
      var outcome = new CompletableFuture<Throwable>();
      var thread =
          Thread.startVirtualThread(() -> {
            try {
              remote.fetch(
                  Setting.objects(head),
                  pack -> {
                    started.countDown();
                    try {
                      Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    pack.readAllBytes();
                    throw new IOException("interrupted");
                  });
              outcome.complete(null);
            } catch (Exception e) {
              outcome.complete(e);
            }
          });
      started.await();
      thread.interrupt();

      assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  private static Optional<ObjectId> id(String name) {
    return Optional.of(ObjectId.fromString(name));
  }
}
