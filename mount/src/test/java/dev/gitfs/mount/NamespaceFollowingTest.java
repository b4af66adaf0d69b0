package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.mount.tree.Pace;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Branches of a namespace are followed as closely as they are used. */
final class NamespaceFollowingTest {

  /** As usual, but a hundred times as fast. */
  private static final Pace PACE =
      new Pace(Duration.ofMillis(200), Duration.ofMillis(1200), Duration.ofMinutes(5));

  /** Rounds of housekeeping come within an eighth of it. */
  private static final Duration IDLE = Duration.ofSeconds(4);

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository tool = repositories.create("acme/tool");
  private TestNamespace namespace;

  @BeforeEach
  void mount() throws Exception {
    tool.commit(new Snapshot().file("README", "one\n").file("a/b", "b\n"));
  }

  private void mount(Duration idle) throws Exception {
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL.pace(PACE).idle(idle),
            Forge.of("plain", ForgeKind.PLAIN, server.url("")));
  }

  @AfterEach
  void unmount() throws Exception {
    namespace.close();
    server.close();
    repositories.close();
  }

  @Test
  void whoComesBackHasTheServerAskedAndDoesNotWaitForIt() throws Exception {
    mount(Duration.ofMinutes(30));
    assertThat(namespace.shell("cat plain/acme/tool/README")).isEqualTo("one\n");
    Thread.sleep(4000);
    server.forgetRequests();
    // The next pause is as long as all so far, so what is done right after a poll is not seen.
    Eventually.holds("a poll", () -> !server.requests(RequestKind.LS_REFS).isEmpty());
    Thread.sleep(500);
    tool.commit(new Snapshot().file("README", "two\n"));
    assertThat(namespace.shell("cat plain/acme/tool/README; stat plain/acme/tool/x; true"))
        .isEqualTo("one\n");
    Eventually.holds(
        "the new commit", () -> namespace.shell("cat plain/acme/tool/README").equals("two\n"));
  }

  @Test
  void whoOnlyStandsInItHasItFollowed() throws Exception {
    mount(IDLE);
    var standing =
        Processes.command("sh", "-c", "cat b; sleep 60")
            .in(namespace.directory().resolve("plain/acme/tool/a"));
    try (var _ = standing.start()) {
      Thread.sleep(IDLE.plusSeconds(1));
      server.forgetRequests();
      Thread.sleep(2000);
      assertThat(server.requests(RequestKind.LS_REFS)).hasSizeGreaterThan(3);
    }
  }
}
