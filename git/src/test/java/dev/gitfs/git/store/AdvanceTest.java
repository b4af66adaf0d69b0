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
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From one commit of a branch to another, at a real server: what it costs, and what it leaves. */
final class AdvanceTest {

  private static final String MAIN = "refs/heads/main";
  private static final int DIRECTORIES = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository origin = repositories.create("origin.git");
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private ObjectStore store;

  @BeforeEach
  void aRepositoryOfManyTrees() throws Exception {
    origin.commit(snapshot("old"));
    origin.repack();
    store = open();
  }

  @AfterEach
  void stop() {
    store.close();
    server.close();
    repositories.close();
  }

  private static Snapshot snapshot(String changed) {
    var snapshot = new Snapshot();
    for (int i = 0; i < DIRECTORIES; i++) {
      for (int j = 0; j < 20; j++) {
        snapshot.file("d%03d/deep/f%02d".formatted(i, j), "file " + i + " " + j + "\n");
      }
    }
    for (int i = 0; i < 10; i++) {
      snapshot.file("d%03d/deep/f00".formatted(i * 20), changed + "\n");
    }
    return snapshot;
  }

  @Test
  void aMoveCostsTwoRequestsAndBringsOnlyTheTreesThatDiffer() throws Exception {
    Revision shown = withAllTrees();
    long received = origin(shown, snapshot("new"));
    assertThat(received).isLessThan(20_000);
  }

  @Test
  void aForcedPushCostsNoMore() throws Exception {
    Revision shown = withAllTrees();
    origin.commit(MAIN, snapshot("elsewhere"));
    server.forgetRequests();
    Revision next = advance(shown);
    assertThat(server.kinds()).containsExactly(RequestKind.LS_REFS, RequestKind.FETCH);
    assertComplete(next);
  }

  @Test
  void backToTheParentIsAMoveToo() throws Exception {
    String parent = origin.id(MAIN);
    origin.commit(MAIN, snapshot("child"), parent);
    Revision shown = withAllTrees();
    origin.branch("main", parent);
    assertComplete(advance(shown));
  }

  @Test
  void whereFormerTreesAreNotHereAllOfTheNewAreFetched() throws Exception {
    // Only the root tree of what is shown is here, of which the server makes deltas of all others.
    Revision shown = store.resolve(Optional.empty());
    origin.commit(MAIN, snapshot("new"), origin.id(MAIN));
    server.forgetRequests();
    Revision next = advance(shown);
    assertThat(server.kinds().size()).isLessThanOrEqualTo(3);
    assertComplete(next);
  }

  @Test
  void aServerWithoutPartsSendsTheFilesThatDiffer() throws Exception {
    store.close();
    origin.plain();
    store = open();
    Revision shown = store.resolve(Optional.empty());
    origin.commit(MAIN, snapshot("new"), origin.id(MAIN));
    server.forgetRequests();
    Revision next = advance(shown);
    assertThat(server.kinds()).containsExactly(RequestKind.LS_REFS, RequestKind.FETCH);
    assertThat(store.isLocal(ObjectId.fromString(origin.id("HEAD:d000/deep/f00")))).isTrue();
    assertComplete(next);
  }

  @Test
  void stockGitFindsTheNewCommitAndNothingWrong() throws Exception {
    Revision shown = withAllTrees();
    origin.commit(MAIN, snapshot("new"), origin.id(MAIN));
    Revision next = advance(shown);
    assertThat(Git.run(repository(), "fsck", "--full").errors()).doesNotContain("error");
    assertThat(Git.run(repository(), "rev-parse", "HEAD").text().strip())
        .isEqualTo(next.commit().name());
    assertThat(Files.readAllLines(repository().resolve("shallow")))
        .contains(shown.commit().name(), next.commit().name());
  }

  @Test
  void aRepositoryThatWasRenamedIsFollowedAndThatIsRemembered() throws Exception {
    Revision shown = withAllTrees();
    origin.commit(MAIN, snapshot("new"), origin.id(MAIN));
    Files.move(origin.directory(), repositories.root().resolve("renamed.git"));
    String renamed = server.url("renamed.git");
    server.inject(RequestKind.LS_REFS, moved(renamed + "/git-upload-pack"), 1);
    server.inject(RequestKind.INFO_REFS, moved(renamed + "/info/refs?service=git-upload-pack"), 1);
    server.forgetRequests();
    Tip tip = store.tips(List.of("HEAD")).get("HEAD");
    assertThat(store.advance(tip, shown).commit()).isNotEqualTo(shown.commit());
    store.tips(List.of("HEAD"));
    assertThat(server.kinds())
        .containsExactly(
            RequestKind.LS_REFS,
            RequestKind.INFO_REFS,
            RequestKind.INFO_REFS,
            RequestKind.LS_REFS,
            RequestKind.FETCH,
            RequestKind.LS_REFS);
  }

  private static Fault moved(String to) {
    return new Fault.Answer(301, Map.of("Location", to));
  }

  @Test
  void tipsOfManyRefsCostOneRequestAndLackThoseThatAreGone() throws Exception {
    store.resolve(Optional.empty());
    origin.branch("topic", MAIN).branch("topic-two", MAIN);
    server.forgetRequests();
    var tips = store.tips(List.of("HEAD", "refs/heads/topic", "refs/heads/gone"));
    assertThat(server.kinds()).containsExactly(RequestKind.LS_REFS);
    assertThat(tips).containsOnlyKeys("HEAD", "refs/heads/topic");
    assertThat(tips.get("HEAD").ref()).isEqualTo(MAIN);
  }

  /** A move to {@code snapshot}; what it has brought in bytes. */
  private long origin(Revision shown, Snapshot snapshot) throws Exception {
    origin.commit(MAIN, snapshot, origin.id(MAIN));
    server.forgetRequests();
    long before = packs();
    Revision next = advance(shown);
    assertThat(server.kinds()).containsExactly(RequestKind.LS_REFS, RequestKind.FETCH);
    assertComplete(next);
    return packs() - before;
  }

  private Revision withAllTrees() throws Exception {
    Revision shown = store.resolve(Optional.empty());
    store.prefetch(new PrefetchRequest.Trees(shown.tree(), Long.MAX_VALUE)).await(PATIENCE);
    return shown;
  }

  private Revision advance(Revision shown) throws Exception {
    Revision next = store.advance(store.tips(List.of("HEAD")).get("HEAD"), shown);
    assertThat(next.commit().name()).isEqualTo(origin.id("HEAD"));
    return next;
  }

  /** That all trees of {@code revision} are here, without another request. */
  private void assertComplete(Revision revision) throws Exception {
    server.forgetRequests();
    walk(revision.tree());
    assertThat(server.kinds()).isEmpty();
  }

  private void walk(ObjectId id) throws Exception {
    Tree tree = store.tree(id);
    for (int index = 0; index < tree.size(); index++) {
      if (tree.mode(index).getObjectType() == Constants.OBJ_TREE) {
        walk(tree.id(index));
      }
    }
  }

  private long packs() throws IOException {
    try (var files = Files.list(repository().resolve("objects/pack"))) {
      long bytes = 0;
      for (Path file : files.filter(file -> file.toString().endsWith(".pack")).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  private Path repository() throws IOException {
    try (var directories = Files.list(cache())) {
      return directories.filter(file -> file.toString().endsWith(".git")).findFirst().orElseThrow();
    }
  }

  private Path cache() {
    return repositories.root().resolve("cache");
  }

  private ObjectStore open() throws IOException {
    var options = new RemoteOptions(Git.environment(), Timeouts.DEFAULT, RetryPolicy.DEFAULT);
    return ObjectStore.open(
        Remotes.open(server.url(origin), options), new StoreOptions(cache(), 96 << 20, 10L << 30));
  }
}
