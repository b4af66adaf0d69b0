package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A daemon that is stopped, or hangs: nobody waits for it for long, and all are told which. */
class SilentDaemonTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;
  private long daemon;

  @BeforeEach
  void mountAndStop() throws Exception {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    repository.commit(new Snapshot().file("README", "read me\n"));
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    daemon = sandbox.daemon();
    signal("STOP");
  }

  @AfterEach
  void tidyUp() throws IOException {
    signal("CONT");
    sandbox.close();
    repositories.close();
  }

  @Test
  void commandsSayThatItDoesNotAnswer() {
    names(sandbox.gitFs("stats", mount));
    names(sandbox.gitFs("prefetch", mount + "/README"));
    names(sandbox.gitFs("umount", mount));
    assertThat(sandbox.mounted(mount)).isTrue();
  }

  @Test
  void theMountsOfOthersAreListedBeforeThat() {
    Path other = sandbox.path("other");
    sandbox.gitFs("mount", repository.directory(), other).orFail();

    Result listed = sandbox.gitFs("list");

    assertThat(listed.text()).contains(other + " ").doesNotContain(mount + " ");
    names(listed);
    assertThat(sandbox.gitFs("stats", other).orFail().text()).contains("requests");
  }

  @Test
  void itsMountCanBeDetached() {
    sandbox.gitFs("umount", "--lazy", mount).orFail();

    assertThat(sandbox.mounted(mount)).isFalse();
  }

  private void names(Result result) {
    assertThat(result.exit()).as(result.toString()).isEqualTo(1);
    assertThat(result.errors().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: process " + daemon)
        .contains("kill -CONT " + daemon);
    assertThat(result.took()).isLessThan(Duration.ofSeconds(20));
  }

  private void signal(String name) {
    sandbox.command("kill", "-" + name, Long.toString(daemon)).run();
  }
}
