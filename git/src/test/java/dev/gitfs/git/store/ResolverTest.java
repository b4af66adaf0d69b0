package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user may call a revision, and what he is told when there is none. */
final class ResolverTest {

  private Cache cache;
  private String first;
  private String second;

  @BeforeEach
  void twoCommits() throws Exception {
    cache = new Cache();
    first = cache.origin.commit(new Snapshot().file("a", "1"));
    second = cache.origin.commit(new Snapshot().file("a", "2"));
  }

  @AfterEach
  void delete() {
    cache.close();
  }

  @Test
  void aBranchATagAFullRefAndACommitId() throws Exception {
    cache.origin.branch("topic/x", first).tag("v1", first);
    assertThat(resolve("topic/x").ref()).isEqualTo("refs/heads/topic/x");
    assertThat(resolve("v1").ref()).isEqualTo("refs/tags/v1");
    assertThat(resolve("heads/topic/x").ref()).isEqualTo("refs/heads/topic/x");
    assertThat(resolve("refs/tags/v1").commit().name()).isEqualTo(first);
    assertThat(resolve("HEAD").commit().name()).isEqualTo(second);
    assertThat(resolve(first).ref()).isEqualTo(first);
    assertThat(resolve(first).committed())
        .isEqualTo(
            Instant.ofEpochSecond(
                Long.parseLong(
                    cache.origin.git("log", "-1", "--format=%ct", first).text().strip())));
  }

  @Test
  void theBranchThatHeadStandsForIsPolledAsHeadForAsLongAsItDoes() throws Exception {
    String main = "refs/heads/main";
    cache.origin.branch("other", first);
    try (var store = cache.open()) {
      store.resolve(Optional.of("main"));
      assertThat(store.tips(List.of(main)).get(main).id().name()).isEqualTo(second);
      assertThat(cache.remote.refRequests.getLast()).containsExactly("HEAD");
      String third = cache.origin.commit(new Snapshot().file("a", "3"));
      assertThat(store.tips(List.of(main)).get(main).id().name()).isEqualTo(third);
      cache.origin.git("symbolic-ref", "HEAD", "refs/heads/other");
      assertThat(store.tips(List.of(main)).get(main))
          .isEqualTo(new Tip(main, main, ObjectId.fromString(third)));
      cache.origin.git("update-ref", "-d", main);
      assertThat(store.tips(List.of(main))).isEmpty();
    }
  }

  @Test
  void pollsOfTheDefaultBranchOverSshAreOneLogin() throws Exception {
    String main = "refs/heads/main";
    try (var sshd = new SshServer(cache.repositories)) {
      var environment = new HashMap<>(Git.environment());
      environment.put("GIT_SSH_COMMAND", sshd.sshCommand());
      var options = new RemoteOptions(environment, Timeouts.DEFAULT, RetryPolicy.DEFAULT);
      var remote = Remotes.open(sshd.url(cache.origin), options);
      try (var store = ObjectStore.open(remote, cache.options())) {
        store.resolve(Optional.of("main"));
        for (int i = 0; i < 5; i++) {
          String next = cache.origin.commit(new Snapshot().file("a", "next" + i));
          assertThat(store.tips(List.of(main)).get(main).id().name()).isEqualTo(next);
        }
        assertThat(sshd.logins()).isEqualTo(1);
      }
    }
  }

  @Test
  void aCommitThatNobodyHasDatedIsOf1970() throws Exception {
    var tree = cache.origin.id(first + "^{tree}");
    cache.origin.rawTip("refs/heads/undated", "commit", "tree " + tree + "\n\nmessage\n");

    assertThat(resolve("undated").committed()).isEqualTo(Instant.EPOCH);
    assertThat(resolve("undated").tree().name()).isEqualTo(tree);
  }

  @Test
  void aTagLeadsToACommitThroughAnyNumberOfTags() throws Exception {
    var tag = first;
    var type = "commit";
    for (int i = 0; i < 30; i++) {
      var text = "object %s\ntype %s\ntag t%d\n".formatted(tag, type, i);
      tag = cache.origin.rawTip("refs/tags/t" + i, "tag", text);
      type = "tag";
    }

    assertThat(resolve("t29").commit().name()).isEqualTo(first);
  }

  @Test
  void someDigitsOfACommitThatARefNamesOrThatIsHere() throws Exception {
    cache.origin.branch("topic", first);
    assertThat(resolve(first.substring(0, 7)).commit().name()).isEqualTo(first);
    cache.origin.git("update-ref", "-d", "refs/heads/topic");
    // Here by now: its ref is not needed any more.
    assertThat(resolve(first.substring(0, 12)).commit().name()).isEqualTo(first);
    assertThatThrownBy(() -> resolve(first.substring(0, 6))).isInstanceOf(RevisionException.class);
  }

  @Test
  void someDigitsThatNameABranchAreThatBranch() throws Exception {
    cache.origin.branch("abcdef12", first);
    assertThat(resolve("abcdef12").ref()).isEqualTo("refs/heads/abcdef12");
    assertThatThrownBy(() -> resolve("abcdef13")).isInstanceOf(RevisionException.class);
  }

  @Test
  void aTagGoesBeforeABranchOfTheSameNameAsInGit() throws Exception {
    cache.origin.branch("both", first).tag("both", second);
    assertThat(resolve("both").commit().name()).isEqualTo(second);
  }

  @Test
  void annotatedTagsArePeeledEvenWhenTheyAreNested() throws Exception {
    String tag = cache.origin.annotatedTag("v2", first);
    cache.origin.annotatedTag("v2-signed-again", tag);
    for (String name : List.of("v2", "v2-signed-again")) {
      Revision revision = resolve(name);
      assertThat(revision.commit().name()).isEqualTo(first);
      assertThat(revision.tree()).isEqualTo(cache.id(first + "^{tree}"));
    }
    assertThat(Git.run(cache.repository(), "fsck", "--full").errors()).doesNotContain("error");
    assertThat(Git.run(cache.repository(), "log", "-1", "--format=%H", "v2").text().strip())
        .isEqualTo(first);
  }

  @Test
  void aDetachedHeadIsShownAsHead() throws Exception {
    cache.origin.detachedHead(first);
    try (var store = open()) {
      assertThat(Cache.head(store))
          .returns("HEAD", Revision::ref)
          .returns(ObjectId.fromString(first), Revision::commit);
    }
  }

  @Test
  void aMovedBranchIsSeenAtTheNextLook() throws Exception {
    try (var store = open()) {
      Cache.head(store);
      String third = cache.origin.commit(new Snapshot().file("a", "3"));
      assertThat(Cache.head(store).commit().name()).isEqualTo(third);
    }
    assertThat(Git.run(cache.repository(), "fsck", "--full").errors()).isEmpty();
  }

  @Test
  void aRefThatBecameADirectoryReplacesTheOldOne() throws Exception {
    cache.origin.branch("a", first);
    resolve("a");
    cache.origin.git("branch", "-D", "a");
    cache.origin.branch("a/b", second);
    assertThat(resolve("a/b").commit().name()).isEqualTo(second);
    cache.origin.git("branch", "-D", "a/b");
    cache.origin.branch("a", first);
    assertThat(resolve("a").commit().name()).isEqualTo(first);
  }

  @Test
  void aMissingRefIsSaidWithNamesThatAreNear() {
    cache.origin.branch("release-1.0", first);
    assertThatThrownBy(() -> resolve("release"))
        .isInstanceOf(RevisionException.class)
        .hasMessageContaining("no branch or tag release")
        .hasMessageContaining("release-1.0")
        .hasMessageContaining("git ls-remote file:");
  }

  @Test
  void aMissingCommitIsSaid() {
    assertThatThrownBy(() -> resolve("f".repeat(40)))
        .isInstanceOf(RevisionException.class)
        .hasMessageContaining("has no commit ffff");
  }

  @Test
  void aTagOfAFileIsNoRevision() {
    cache.origin.tag("license", cache.origin.blob("text".getBytes()));
    assertThatThrownBy(() -> resolve("license"))
        .isInstanceOf(RevisionException.class)
        .hasMessageContaining("is a blob, not a commit");
  }

  @Test
  void anUnbornHeadNamesTheBranchThatIsMissing() {
    cache.origin.head("refs/heads/gone");
    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(RevisionException.class)
        .hasMessageContaining("refs/heads/gone, which does not exist")
        .hasMessageContaining("--ref main");
  }

  @Test
  void anEmptyRepositoryIsSaidToBeEmpty() throws Exception {
    cache.close();
    cache = new Cache();
    assertThatThrownBy(() -> resolve(null))
        .isInstanceOf(RevisionException.class)
        .hasMessageContaining("is an empty repository");
  }

  @Test
  void aRefWithAHostileNameIsNotWritten() throws Exception {
    var repository = new CacheRepository(Files.createDirectory(cache.directory.resolve("x.git")));
    Files.createDirectories(repository.scratch());
    repository.publish(
        ObjectId.fromString(first),
        Map.of("refs/heads/../../../../evil", ObjectId.fromString(first)),
        "refs/../config");
    assertThat(repository.directory().resolve("HEAD")).doesNotExist();
    try (var files = Files.walk(cache.directory.getParent())) {
      assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("evil");
    }
  }

  private ObjectStore open() throws IOException {
    return ObjectStore.open(Remotes.open(cache.remote.url()), cache.options());
  }

  private Revision resolve(String ref) throws Exception {
    try (var store = open()) {
      return store.resolve(Optional.ofNullable(ref));
    }
  }
}
