package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left when a daemon is killed, and that the next command copes with it. */
class StaleMountTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void mountAndKill() throws Exception {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    repository.commit(new Snapshot().file("README", "read me\n"));
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    long daemon = sandbox.daemon();
    sandbox.command("kill", "-KILL", Long.toString(daemon)).run().orFail();
    Sandbox.awaitEnd(daemon);
    assertThat(sandbox.mounted(mount)).isTrue();
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  @Test
  void itIsListedAsStaleAndItsSocketIsRemoved() throws IOException {
    var entry = sandbox.mounts().getFirst();

    assertThat(entry.get("directory").getAsString()).isEqualTo(mount.toString());
    assertThat(entry.get("state").getAsString()).isEqualTo("stale");
    assertThat(sandbox.list()).singleElement().asString().contains("stale");
    assertThat(sandbox.sockets()).isEmpty();
  }

  @Test
  void mountReplacesIt() {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();

    assertThat(sandbox.command("cat", mount + "/README").run().orFail().text())
        .isEqualTo("read me\n");
    sandbox.gitFs("umount", mount).orFail();
    assertThat(sandbox.mounted(mount)).isFalse();
  }

  @Test
  void umountCleansItUp() {
    sandbox.gitFs("umount", mount).orFail();

    assertThat(sandbox.mounted(mount)).isFalse();
    assertThat(mount).isEmptyDirectory();
  }

  @Test
  void statisticsSayThatNobodyServesIt() {
    var refused = sandbox.gitFs("stats", mount);

    assertThat(refused.exit()).isEqualTo(5);
    assertThat(refused.errors()).contains(mount.toString(), "git-fs list");
  }

  @Test
  void theDoctorFindsIt() {
    assertThat(sandbox.gitFs("doctor").text()).contains("git-fs umount");
  }
}
