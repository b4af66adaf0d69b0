package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.FollowState;
import dev.gitfs.mount.tree.InodeRange;
import dev.gitfs.mount.tree.Ownership;
import dev.gitfs.mount.tree.Pace;
import dev.gitfs.mount.tree.RepositoryTree;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a mount on a branch does when that branch moves, vanishes, or is not the default any more.
 */
final class FollowingTest {
  private static final String MAIN = "refs/heads/main";
  private static final Optional<Pace> NEVER = Optional.empty();

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository repository = repositories.create("some.git");
  private TestMount mount;

  @BeforeEach
  void mount() throws Exception {
    repository.commit(snapshot("old"));
    mount = TestMount.of(server.url(repository));
  }

  @AfterEach
  void unmount() throws Exception {
    mount.close();
    server.close();
    repositories.close();
  }

  private static Snapshot snapshot(String content) {
    return new Snapshot().file("file", content).file("same", "same");
  }

  @Test
  void aRefreshShowsWhatTheBranchIsAtNowAndTellsIt() throws Exception {
    try (var follower = following(NEVER)) {
      assertThat(read()).isEqualTo("old");
      var from = repository.id(MAIN);
      var to = commit("new");
      server.forgetRequests();
      var move = follower.refresh().get(mount.mount().tree());
      assertThat(server.kinds()).containsExactly(RequestKind.LS_REFS, RequestKind.FETCH);
      assertThat(read()).isEqualTo("new");
      assertThat(move)
          .hasToString(
              "main: %s..%s, 1 file changed".formatted(from.substring(0, 7), to.substring(0, 7)));
      assertThat(state(follower).kind()).isEqualTo(FollowState.Kind.FOLLOWING);
      assertThat(state(follower).polled()).isPresent();
    }
  }

  @Test
  void aRefreshOfWhatHasNotMovedTakesOneRequest() throws Exception {
    try (var follower = following(NEVER)) {
      server.forgetRequests();
      assertThat(follower.refresh().get(mount.mount().tree()).isNone()).isTrue();
      assertThat(server.kinds()).containsExactly(RequestKind.LS_REFS);
    }
  }

  @Test
  void aBranchIsPolled() throws Exception {
    try (var _ = following(Optional.of(Pace.steady(Duration.ofMillis(200))))) {
      assertThat(read()).isEqualTo("old");
      commit("new");
      Eventually.holds("the new commit", () -> read().equals("new"));
      repository.commit(MAIN, snapshot("forced"));
      Eventually.holds("the commit that was forced", () -> read().equals("forced"));
    }
    var asked = server.requests(RequestKind.LS_REFS).size();
    Thread.sleep(500);
    assertThat(server.requests(RequestKind.LS_REFS)).hasSize(asked);
  }

  @Test
  void whatNobodyUsesIsAskedForLessAndLessOftenUntilSomebodyDoes() throws Exception {
    var pace = new Pace(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMinutes(1));
    try (var follower = following(Optional.of(pace))) {
      Thread.sleep(4000);
      // After 50, 100, 150, 200, 400, 800, 1600, 3200 ms, each somewhat late.
      int asked = server.requests(RequestKind.LS_REFS).size();
      assertThat(asked).isBetween(4, 12);
      // The next pause is as long as all so far, so what is done right after a poll is not seen.
      Eventually.holds("a poll", () -> server.requests(RequestKind.LS_REFS).size() > asked);
      Thread.sleep(500);
      commit("new");
      Thread.sleep(300);
      assertThat(read()).isEqualTo("old");
      follower.use();
      Eventually.holds("the new commit", () -> read().equals("new"));
    }
  }

  @Test
  void oneRequestAsksForAllTreesOfARepository() throws Exception {
    repository.branch("topic", MAIN);
    var topic =
        RepositoryTree.open(
            mount.store(),
            mount.store().resolve(Optional.of("topic")),
            new InodeRange(1L << 40, 1),
            Ownership.ofThisProcess(),
            PrefetchMode.OFF);
    try (topic;
        var follower = following(NEVER)) {
      follower.follow(topic, Optional.of("topic"));
      repository.commit("refs/heads/topic", snapshot("topic"));
      server.forgetRequests();
      var moves = follower.refresh();
      assertThat(server.requests(RequestKind.LS_REFS)).hasSize(1);
      assertThat(moves.get(topic).isNone()).isFalse();
      assertThat(moves.get(mount.mount().tree()).isNone()).isTrue();
    }
  }

  @Test
  void aBranchThatIsDeletedLeavesItsLastCommit() throws Exception {
    repository.branch("spare", MAIN).head("refs/heads/spare");
    try (var follower = new BranchFollower("some", mount.store(), NEVER)) {
      follower.follow(mount.mount().tree(), Optional.of("main"));
      repository.git("update-ref", "-d", MAIN);
      assertThat(follower.refresh().get(mount.mount().tree()).isNone()).isTrue();
      assertThat(read()).isEqualTo("old");
      assertThat(state(follower).kind()).isEqualTo(FollowState.Kind.BRANCH_GONE);
      assertThat(state(follower).problem().orElseThrow())
          .contains("refs/heads/main", "was deleted", repository.id("refs/heads/spare"));
      repository.commit(MAIN, snapshot("back"));
      follower.refresh();
      assertThat(read()).isEqualTo("back");
      assertThat(state(follower).kind()).isEqualTo(FollowState.Kind.FOLLOWING);
    }
  }

  @Test
  void whereNoBranchWasNamedTheDefaultOneIsFollowed() throws Exception {
    try (var follower = following(NEVER)) {
      repository.commit("refs/heads/other", snapshot("other"));
      repository.head("refs/heads/other");
      assertThat(follower.refresh().get(mount.mount().tree()).toString())
          .startsWith("main -> other: ");
      assertThat(read()).isEqualTo("other");
      assertThat(mount.mount().revision().ref()).isEqualTo("refs/heads/other");
    }
  }

  @Test
  void aTagAndACommitAndWhatIsPinnedDoNotMove() throws Exception {
    repository.tag("v1", MAIN);
    var tree = mount.mount().tree();
    try (var follower = new BranchFollower("some", mount.store(), NEVER)) {
      follower.pin(tree);
      server.forgetRequests();
      commit("new");
      assertThat(follower.refresh()).isEmpty();
      assertThat(state(follower).kind()).isEqualTo(FollowState.Kind.FIXED);
      follower.leave(tree);
      var tag = tree(mount.store().resolve(Optional.of("v1")).ref());
      follower.follow(tag, Optional.of("v1"));
      server.forgetRequests();
      assertThat(follower.refresh()).isEmpty();
      assertThat(server.kinds()).isEmpty();
      assertThat(read()).isEqualTo("old");
      tag.close();
    }
  }

  @Test
  void aServerThatWantsOtherCredentialsIsNotARepositoryThatIsGone() throws Exception {
    try (var follower = following(NEVER)) {
      assertThat(read()).isEqualTo("old");
      server.requireBasicAuth("somebody", "else");
      assertThatThrownBy(follower::refresh).isInstanceOf(RemoteException.class);
      assertThat(state(follower).kind()).isEqualTo(FollowState.Kind.CREDENTIALS_REFUSED);
      assertThat(read()).isEqualTo("old");
    }
  }

  @Test
  void aRepositoryThatIsGoneLeavesWhatWasShown() throws Exception {
    try (var follower = following(NEVER)) {
      assertThat(read()).isEqualTo("old");
      var elsewhere = repositories.root().resolve("elsewhere.git");
      Files.move(repository.directory(), elsewhere);
      assertThatThrownBy(follower::refresh).isInstanceOf(RemoteException.class);
      assertThat(state(follower).kind()).isEqualTo(FollowState.Kind.REPOSITORY_GONE);
      mount.dropKernelCaches();
      assertThat(read()).isEqualTo("old");
      Files.move(elsewhere, repository.directory());
      commit("new");
      follower.refresh();
      assertThat(read()).isEqualTo("new");
      assertThat(state(follower).problem()).isEmpty();
    }
  }

  @Test
  void whateverIsReadWhileTheBranchIsForcedIsOfOneCommit() throws Exception {
    var sides = new Snapshot[] {new Snapshot(), new Snapshot()};
    for (var side = 0; side < 2; side++) {
      for (var i = 0; i < 400; i++) {
        // Of each side some names are its own, so a listing tells which it is of.
        var name = "d%02d/%s%03d".formatted(i % 8, i % 3 == 0 ? (side == 0 ? "a" : "b") : "c", i);
        sides[side].file(name, ("side " + side + "\n").repeat(3000));
      }
    }
    repository.commit(MAIN, sides[0]);
    var tars = Files.createTempDirectory("gitfs-tar");
    try (var follower = following(NEVER)) {
      follower.refresh();
      var script =
          "for i in 1 2 3 4 5 6; do tar --warning=no-file-changed -cf %s/$i.tar . || [ $? -eq 1 ] || exit 1; done"
              .formatted(tars);
      try (var tar = Processes.command("sh", "-c", script).in(mount.directory()).start()) {
        for (var i = 1; tar.isAlive(); i++) {
          repository.commit(MAIN, sides[i % 2]);
          follower.refresh();
        }
        var result = tar.await(Duration.ofSeconds(60));
        // What is removed between listing and opening is gone, as in any file system.
        assertThat(result.exit()).as(result.toString()).isIn(0, 1, 2);
      }
      for (var i = 1; i <= 6 && Files.exists(tars.resolve(i + ".tar")); i++) {
        var mixed =
            Processes.perl(
                    """
                    my %sides;
                    open(my $list, '-|', 'tar', '-tf', $ARGV[0]);
                    while (<$list>) {
                      m{^\\./(d\\d+)/([ab])} and $sides{$1}{$2} = 1;
                    }
                    my @mixed = grep { keys %{$sides{$_}} > 1 } keys %sides;
                    open(my $all, '-|', 'tar', '-xOf', $ARGV[0]);
                    local $/ = \\(7 * 3000);
                    while (my $file = <$all>) {
                      $file =~ /^(side [01]\\n){1}\\1{2999}$/ or push @mixed, 'a file';
                    }
                    print "@mixed";
                    """,
                    tars.resolve(i + ".tar"))
                .run()
                .orFail();
        assertThat(mixed.text()).isEmpty();
      }
    } finally {
      Processes.command("rm", "-rf", tars.toString()).run();
    }
  }

  private BranchFollower following(Optional<Pace> pace) {
    var follower = new BranchFollower("some", mount.store(), pace);
    follower.follow(mount.mount().tree(), Optional.empty());
    return follower;
  }

  private RepositoryTree tree(String ref) throws Exception {
    return RepositoryTree.open(
        mount.store(),
        mount.store().resolve(Optional.of(ref)),
        new InodeRange(1L << 40, 1),
        Ownership.ofThisProcess(),
        PrefetchMode.OFF);
  }

  private FollowState state(BranchFollower follower) {
    return follower.state(mount.mount().tree());
  }

  private String commit(String content) {
    return repository.commit(MAIN, snapshot(content), repository.id(MAIN));
  }

  private String read() {
    return mount.reading("file").run().orFail().text();
  }
}
