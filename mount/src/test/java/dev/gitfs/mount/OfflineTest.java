package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.FollowState;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No network: what is here works, what is not is an error at once, and it all comes back. */
final class OfflineTest {
  /** EIO or EHOSTUNREACH: whether a reset comes before or after the kernel took a connection. */
  private static final List<Integer> BROKEN = List.of(5, 113);

  private static final int ETIMEDOUT = 110;
  private static final int FILES = 40;

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository repository = repositories.create("some.git");
  private SlowLink link;
  private String url;

  @BeforeEach
  void makeRepository() {
    var snapshot = new Snapshot().file("README", "hello\n");
    for (var i = 0; i < FILES; i++) {
      snapshot.file("cold/%02d".formatted(i), "cold " + i);
    }
    repository.commit(snapshot);
    link = new SlowLink(server, Duration.ZERO, SlowLink.UNLIMITED);
    url = link.url(server.url(repository));
  }

  @AfterEach
  void stop() {
    link.close();
    server.close();
    repositories.close();
  }

  @Test
  void withoutConnectionsWhatIsCachedWorksAndTheRestIsAnErrorAtOnce() throws Exception {
    try (var mount = TestMount.of(url);
        var follower = follow(mount)) {
      shell(mount, "ls -l cold; cat README");
      link.cut();
      // The first finds out.
      assertThat(mount.reading("cold/00").run().exit()).isIn(BROKEN);
      assertAtOnce(mount, BROKEN);
      mount.dropKernelCaches();
      assertThat(shell(mount, "cat README; ls cold | wc -l")).isEqualTo("hello\n40\n");
      assertThat(follower.state(mount.mount().tree()).kind()).isEqualTo(FollowState.Kind.OFFLINE);

      link.mend();
      Eventually.holds("the end of the outage", () -> mount.store().outage().isEmpty());
      assertThat(shell(mount, "cat cold/00 cold/01")).isEqualTo("cold 0cold 1");
      follower.refresh();
      assertThat(follower.state(mount.mount().tree()).problem()).isEmpty();
    }
  }

  @Test
  void ofASilentNetworkTheFirstReaderFindsOut() throws Exception {
    try (var mount = TestMount.of(url, Map.of(), TestMount.IMPATIENT)) {
      shell(mount, "ls -l cold");
      link.stall();
      assertThat(mount.reading("cold/00").run().exit()).isEqualTo(ETIMEDOUT);
      Eventually.holds("an outage", () -> mount.store().outage().isPresent());
      assertAtOnce(mount, List.of(ETIMEDOUT));
      link.resume();
      Eventually.holds("the end of the outage", () -> mount.store().outage().isEmpty());
      assertThat(shell(mount, "cat cold/00")).isEqualTo("cold 0");
    }
  }

  @Test
  void whatWasMountedOnceCanBeMountedAgainWithoutANetwork() throws Exception {
    try (var home = new TestMount.Home()) {
      try (var mount = TestMount.in(home, url, Optional.empty())) {
        shell(mount, "cat README; ls -R .");
      }
      try (var mount = TestMount.in(home, url, Optional.of("main"))) {
        shell(mount, "cat README");
      }
      link.cut();
      for (var ref : new String[] {"", "main", "refs/heads/main", repository.id("HEAD")}) {
        var named = Optional.of(ref).filter(name -> !name.isEmpty());
        try (var mount = TestMount.in(home, url, named)) {
          assertThat(shell(mount, "cat README; ls cold | wc -l")).isEqualTo("hello\n40\n");
          assertThat(mount.mount().revision().commit().name()).isEqualTo(repository.id("HEAD"));
        }
      }
    }
  }

  private void assertAtOnce(TestMount mount, List<Integer> errors) {
    var script =
        """
        for my $i (1 .. 39) {
          open(my $file, '<', sprintf('cold/%02d', $i)) or exit(99);
          defined sysread($file, my $buffer, 100) and exit(98);
          grep { $! == $_ } @ARGV or exit($! + 0);
        }
        """;
    var result = Processes.perl(script, errors.toArray()).in(mount.directory()).run().orFail();
    // 39 files; a single try of one of them would take longer.
    assertThat(result.took()).isLessThan(Duration.ofSeconds(2));
  }

  private static BranchFollower follow(TestMount mount) {
    var follower = new BranchFollower("some", mount.store(), Optional.empty());
    follower.follow(mount.mount().tree(), Optional.empty());
    return follower;
  }

  private static String shell(TestMount mount, String script) {
    return Processes.command("sh", "-c", script).in(mount.directory()).run().orFail().text();
  }
}
