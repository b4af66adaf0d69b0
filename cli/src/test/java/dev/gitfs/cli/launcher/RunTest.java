package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every repository under one directory, as the one who types the commands sees it. */
class RunTest {

  private static final String MAIN = "refs/heads/main";

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository tool = repositories.create("acme/tool.git");
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("all");
    tool.commit(new Snapshot().file("dir/file", "old").file("same", "same"));
    Files.createDirectories(sandbox.path("config/git-fs"));
    Files.writeString(
        sandbox.path("config/git-fs/config.toml"),
        """
        mount-point = "%s"
        [forge.here]
        kind = "local"
        url = "%s"
        """
            .formatted(mount, repositories.root()));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  private String shell(String script) {
    return sandbox.command("sh", "-c", script).run().orFail().text();
  }

  @Test
  void itMountsWhereTheConfigurationSaysAndEndsWithTheMount() throws Exception {
    String said = sandbox.gitFs("run").orFail().text();

    assertThat(said).startsWith("mounted github, ").contains("here on " + mount + ", log ");
    assertThat(shell("ls all; cat all/here/acme/tool/dir/file"))
        .isEqualTo("bitbucket\ncodeberg\ngithub\ngitlab\nhere\nmesa\nold");
    long daemon = sandbox.daemon();
    sandbox.gitFs("umount", mount).orFail();
    Sandbox.awaitEnd(daemon);
    assertThat(sandbox.mounts()).isEmpty();
  }

  @Test
  void listStatusAndStatsTellOfTheRepositoriesThatAreOpen() {
    sandbox.gitFs("run", mount).orFail();
    shell("cat all/here/acme/tool/dir/file");
    Path inside = mount.resolve("here/acme/tool");

    assertThat(sandbox.list())
        .hasSize(2)
        .anyMatch(line -> line.startsWith(inside + " ") && line.contains("following"));
    assertThat(sandbox.gitFs("status", inside.resolve("dir")).orFail().text())
        .contains(inside.toString(), tool.id(MAIN), "following");
    assertThat(sandbox.statistics(inside).get("commit").getAsString()).isEqualTo(tool.id(MAIN));
    assertThat(sandbox.statistics(mount).get("requests").getAsLong()).isPositive();
    assertThat(sandbox.gitFs("stats", mount.resolve("here/acme/other")).exit()).isEqualTo(5);
    assertThat(sandbox.gitFs("umount", inside).exit()).isEqualTo(5);
  }

  @Test
  void aPathInARepositoryIsRefreshed() {
    sandbox.gitFs("run", mount).orFail();
    shell("cat all/here/acme/tool/dir/file");
    String before = tool.id(MAIN).substring(0, 7);
    tool.commit(MAIN, new Snapshot().file("dir/file", "new").file("same", "same"), tool.id(MAIN));
    String after = tool.id(MAIN).substring(0, 7);

    assertThat(sandbox.gitFs("refresh", mount.resolve("here/acme/tool/dir")).orFail().lines())
        .containsExactly("main: " + before + ".." + after + ", 1 file changed");
    assertThat(shell("cat all/here/acme/tool/dir/file")).isEqualTo("new");
    assertThat(sandbox.gitFs("refresh", mount).orFail().text()).contains("nothing new");
  }

  @Test
  void filesOfARepositoryAreBroughtByTheirPaths() {
    sandbox.gitFs("run", mount).orFail();
    Path inside = mount.resolve("here/acme/tool");

    assertThat(sandbox.gitFs("prefetch", inside.resolve("dir")).orFail().text())
        .contains(": 1 file, ");
    assertThat(sandbox.gitFs("prefetch", inside).orFail().text()).contains(": 2 files, ");
    assertThat(sandbox.gitFs("prefetch", inside.resolve("absent")).exit()).isEqualTo(5);
    assertThat(sandbox.gitFs("prefetch", mount.resolve("here/acme/absent/x")).exit()).isEqualTo(5);
    assertThat(sandbox.gitFs("prefetch", mount.resolve("here")).exit()).isEqualTo(5);
  }

  @Test
  void whatIsNotAllowedIsNotThere() {
    repositories.create("acme/secret.git").commit(new Snapshot().file("f", "f"));
    sandbox.gitFs("run", "--allow", "here/acme/tool", mount).orFail();

    assertThat(shell("ls all all/here/acme; cat all/here/acme/tool/same"))
        .isEqualTo("all:\nhere\n\nall/here/acme:\ntool\nsame");
    assertThat(sandbox.command("stat", mount + "/here/acme/secret").run().errors())
        .contains("No such file or directory");
  }

  @Test
  void itRunsInTheForegroundToo() throws Exception {
    try (var running = sandbox.gitFsCommand("run", "--foreground", mount).start()) {
      Sandbox.await("the mount", () -> sandbox.mounted(mount));
      assertThat(shell("cat all/here/acme/tool/same")).isEqualTo("same");
      running.signal("INT");
      assertThat(running.await(Duration.ofSeconds(30)).timedOut()).isFalse();
    }
    assertThat(sandbox.mounted(mount)).isFalse();
  }

  @Test
  void theMountOfAKilledProcessIsReplaced() throws Exception {
    sandbox.gitFs("run", mount).orFail();
    long daemon = sandbox.daemon();
    ProcessHandle.of(daemon).orElseThrow().destroyForcibly();
    Sandbox.awaitEnd(daemon);

    sandbox.gitFs("run", mount).orFail();

    assertThat(shell("cat all/here/acme/tool/same")).isEqualTo("same");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws IOException {
    assertThat(sandbox.gitFs("run", "--idle", "1s", mount).exit()).isEqualTo(2);
    assertThat(sandbox.gitFs("run", "--poll", "never", mount).exit()).isEqualTo(2);
    assertThat(sandbox.gitFs("run", "--allow", "a//b", mount).exit()).isEqualTo(2);
    assertThat(sandbox.gitFs("run", "--config", sandbox.path("absent"), mount).exit()).isEqualTo(2);
    Files.writeString(sandbox.path("file"), "");
    assertThat(sandbox.gitFs("run", sandbox.path("file")).exit()).isEqualTo(5);
    sandbox.gitFs("run", mount).orFail();
    assertThat(sandbox.gitFs("run", mount).exit()).isEqualTo(5);
  }
}
