package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.mount.namespace.OpenRepository;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Repositories that nobody uses are closed, and what is in use is not. */
final class NamespaceIdleTest {

  private static final Duration IDLE = Duration.ofMillis(800);

  /** More than an idle time and a round of looking. */
  private static final Duration LONG = Duration.ofMillis(2500);

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository tool = repositories.create("acme/tool.git");
  private TestNamespace namespace;

  @BeforeEach
  void mount() throws Exception {
    tool.commit(new Snapshot().file("README", "two\n").file("a/b/c", "deep\n"));
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL.idle(IDLE),
            Forge.of("local", ForgeKind.LOCAL, repositories.root().toString()));
  }

  @AfterEach
  void unmount() throws Exception {
    namespace.close();
    repositories.close();
  }

  private List<String> open() {
    return namespace.mount().open().stream().map(OpenRepository::path).toList();
  }

  private Processes standingIn(String directory, String script) {
    return Processes.command("sh", "-c", script).in(namespace.directory().resolve(directory));
  }

  @Test
  void aRepositoryThatNobodyUsesIsClosedAndOpensAgain() throws Exception {
    assertThat(namespace.shell("ls -lR local/acme/tool; stat local/acme/tool/absent; true"))
        .contains("README");
    assertThat(open()).containsExactly("local/acme/tool");
    Eventually.holds("closed", () -> open().isEmpty());
    assertThat(namespace.shell("cat local/acme/tool/a/b/c")).isEqualTo("deep\n");
    assertThat(open()).containsExactly("local/acme/tool");
  }

  @Test
  void oneThatIsClosedStaysListed() throws Exception {
    assertThat(namespace.shell("ls local/acme; cat local/acme/tool/a/b/c"))
        .isEqualTo("tool\ndeep\n");
    Eventually.holds("closed", () -> open().isEmpty());
    for (int i = 0; i < 8; i++) {
      Thread.sleep(IDLE.toMillis() / 4);
      assertThat(namespace.shell("ls local/acme")).isEqualTo("tool\n");
    }
  }

  @Test
  void oneThatIsWalkedThroughNowAndThenStaysOpen() throws Exception {
    assertThat(namespace.shell("cat local/acme/tool/README")).isEqualTo("two\n");
    for (int i = 0; i < 12; i++) {
      Thread.sleep(IDLE.toMillis() / 3);
      namespace.shell("stat local/acme/tool/README");
      assertThat(open()).hasSize(1);
    }
  }

  @Test
  void whoStandsInTheRootKnowsWhereHeIs() throws Exception {
    staysAndKnowsWhereItIs("local/acme/tool");
  }

  @Test
  void whoStandsDeeperDoesToo() throws Exception {
    staysAndKnowsWhereItIs("local/acme/tool/a/b");
  }

  private void staysAndKnowsWhereItIs(String directory) throws Exception {
    namespace.shell("ls -lR local/acme/tool");
    try (var standing =
        standingIn(
                directory,
                "sleep " + LONG.toMillis() / 1000.0 + "; /bin/pwd -P; ls; cat ../../*/README; true")
            .start()) {
      var result = standing.await(Duration.ofSeconds(30)).orFail();
      assertThat(result.text()).startsWith(namespace.directory().resolve(directory) + "\n");
      assertThat(result.errors()).doesNotContain("getcwd");
    }
    assertThat(open()).hasSize(1);
    Eventually.holds("closed", () -> open().isEmpty());
  }

  @Test
  void aFileThatIsOpenIsReadToItsEnd() throws Exception {
    try (var reading =
        standingIn(".", "exec 3<local/acme/tool/a/b/c; sleep 2.5; cat <&3").start()) {
      assertThat(reading.await(Duration.ofSeconds(30)).orFail().text()).isEqualTo("deep\n");
    }
  }

  @Test
  void whoIsSeenByNobodyIsPutBackWhereHeStood() throws Exception {
    namespace.shell("ls -lR local/acme/tool");
    // In a mount namespace of its own, where the mount has another place.
    try (var hidden =
        Processes.command(
                "unshare",
                "-m",
                "sh",
                "-c",
                """
                mkdir -p "$1/elsewhere" && mount --bind "$1/mnt" "$1/elsewhere" && umount -l "$1/mnt"
                cd "$1/elsewhere/local/acme/tool/a" && echo there
                sleep 2.5
                /bin/pwd -P; cat b/c ../README
                """,
                "sh",
                namespace.directory().getParent().toString())
            .start()) {
      var result = hidden.await(Duration.ofSeconds(30)).orFail();
      assertThat(result.text())
          .isEqualTo(
              "there\n"
                  + namespace.directory().resolveSibling("elsewhere/local/acme/tool/a")
                  + "\ndeep\ntwo\n");
    }
  }

  @Test
  void whatIsOpenedAnewShowsWhatThereIsThen() throws Exception {
    assertThat(namespace.run("ls local/acme/tool; stat local/acme/tool/new").exit()).isEqualTo(1);
    Eventually.holds("closed", () -> open().isEmpty());
    tool.commit(new Snapshot().file("README", "three\n").file("new", "n\n"));
    assertThat(namespace.shell("cat local/acme/tool/README local/acme/tool/new"))
        .isEqualTo("three\nn\n");
    assertThat(namespace.shell("ls local/acme/tool")).isEqualTo("README\nnew\n");
  }

  @Test
  void fiveHundredRepositoriesThatWereOpenedAndClosedLeaveNothing() throws Exception {
    tool.commit(
        new Snapshot().file("README", "x".repeat(20_000)).file("a/b/c", "deep\n").file("z", "z"));
    Processes.command(
            "sh",
            "-c",
            "for i in $(seq 600); do mkdir -p o$((i%10)); cp -al acme/tool.git o$((i%10))/r$i.git;"
                + " done")
        .in(repositories.root())
        .run()
        .orFail();
    // What a process needs once, and the first repositories load classes.
    use(501, 600);
    Eventually.holds("closed", () -> open().isEmpty());
    long before = heap();
    use(1, 250);
    use(251, 500);
    askWhatIsOpenUntilNothingIs();
    long after = heap();
    assertThat(after).as("heap, %d before", before).isLessThan(before + before / 5);
  }

  /** Without a pause: each that closes may do so in the middle of an answer. */
  private void askWhatIsOpenUntilNothingIs() {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!open().isEmpty()) {
      assertThat(System.nanoTime()).as("closed in time").isLessThan(end);
    }
  }

  private void use(int from, int to) {
    namespace.shell(
        "for i in $(seq %d %d); do cat local/o$((i%%10))/r$i/README >/dev/null || exit 1; done"
            .formatted(from, to));
  }

  private static long heap() throws Exception {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(50);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
