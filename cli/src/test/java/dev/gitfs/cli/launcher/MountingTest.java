package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mount's life, as the one who types the commands sees it. */
class MountingTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;
  private String commit;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    commit = repository.commit(new Snapshot().file("README", "read me\n").file("src/a", "a"));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  @Test
  void aRepositoryIsThereWhenTheCommandReturns() throws IOException {
    var mounted = sandbox.gitFs("mount", repository.directory(), mount).orFail();

    assertThat(sandbox.command("cat", mount + "/README").run().orFail().text())
        .isEqualTo("read me\n");
    assertThat(mounted.errors()).isEmpty();
    Path log = sandbox.logs().getFirst();
    assertThat(mounted.lines())
        .singleElement()
        .asString()
        .contains(mount.toString(), log.toString(), commit.substring(0, 12));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
        .isEqualTo("rw-------");
  }

  /** A JVM that has started a process takes 0.3 s to end, unless it is told otherwise. */
  @Test
  void theCommandReturnsOnceItHasSaidWhatItMounted() throws Exception {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      var path = sandbox.path("mount" + i);
      try (var running = sandbox.gitFsCommand("mount", repository.directory(), path).start()) {
        Sandbox.await("its line", () -> running.textSoFar().endsWith("\n"));
        long said = System.nanoTime();
        running.await(Duration.ofSeconds(30)).orFail();
        least = Math.min(least, System.nanoTime() - said);
      }
    }
    assertThat(sandbox.mounts()).hasSize(3);
    assertThat(Duration.ofNanos(least)).isLessThan(Duration.ofMillis(250));
  }

  @Test
  void afterUnmountingNothingIsLeftButTheEmptyDirectory() throws Exception {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    long daemon = sandbox.daemon();

    var unmounted = sandbox.gitFs("umount", mount).orFail();

    assertThat(unmounted.text() + unmounted.errors()).isEmpty();
    assertThat(sandbox.mounted(mount)).isFalse();
    assertThat(mount).isEmptyDirectory();
    Sandbox.awaitEnd(daemon);
    assertThat(sandbox.sockets()).isEmpty();
    assertThat(sandbox.mounts()).isEmpty();
    assertThat(sandbox.list()).isEmpty();
  }

  @Test
  void aMountIsListed() {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();

    var entry = sandbox.mounts().getFirst();
    assertThat(entry.get("directory").getAsString()).isEqualTo(mount.toString());
    assertThat(entry.get("state").getAsString()).isEqualTo("mounted");
    assertThat(entry.get("commit").getAsString()).isEqualTo(commit);
    assertThat(sandbox.list())
        .singleElement()
        .asString()
        .startsWith(mount + "  ")
        .contains(commit.substring(0, 12));
  }

  @Test
  void severalMountsLiveSideBySide() {
    repository.tag("v1", commit);
    Path other = sandbox.path("other");
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    sandbox.gitFs("mount", "--ref", "v1", repository.directory(), other).orFail();
    assertThat(sandbox.mounts()).hasSize(2);

    sandbox.gitFs("umount", mount).orFail();

    assertThat(sandbox.mounts()).hasSize(1);
    assertThat(sandbox.command("cat", other + "/src/a").run().orFail().text()).isEqualTo("a");
  }

  @Test
  void statisticsTellWhatAMountCost() {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    sandbox.command("cat", mount + "/README").run().orFail();

    var statistics = sandbox.statistics(mount);

    assertThat(statistics.get("requests").getAsLong()).isPositive();
    assertThat(statistics.get("bytes_received").getAsLong()).isPositive();
    assertThat(statistics.get("objects_fetched").getAsLong()).isPositive();
    assertThat(statistics.get("retries").getAsLong()).isZero();
    assertThat(statistics.get("resident_bytes").getAsLong()).isLessThan(350L << 20);
    assertThat(sandbox.gitFs("stats", mount).orFail().text())
        .contains("requests", "objects fetched", "prefetched", "resident memory", commit);
  }

  @Test
  void nothingIsFetchedAheadOfNeedUnlessItMayBe() throws Exception {
    sandbox.gitFs("mount", "--prefetch", "off", repository.directory(), mount).orFail();
    sandbox.command("ls", "-lR", mount.toString()).run().orFail();
    assertThat(sandbox.gitFs("stats", "--json", mount).orFail().text())
        .contains("\"prefetches\":0");
    sandbox.gitFs("umount", mount).orFail();

    sandbox
        .gitFs(
            "mount",
            "--cache-dir",
            sandbox.path("another"),
            "--prefetch",
            "all",
            repository.directory(),
            mount)
        .orFail();
    Eventually.holds(
        "something is prefetched",
        () ->
            !sandbox.gitFs("stats", "--json", mount).orFail().text().contains("\"prefetches\":0"));
  }

  @Test
  void aRelativePathCountsFromWhereTheUserIs() throws IOException {
    Files.createSymbolicLink(sandbox.path("link"), repository.directory());

    sandbox.gitFs("mount", "link", "mount").orFail();

    assertThat(sandbox.command("ls", "mount").run().orFail().lines())
        .containsExactly("README", "src");
    sandbox.gitFs("umount", "mount").orFail();
  }

  @Test
  void aDirectoryThatIsThereAndEmptyIsMountedOn() throws IOException {
    Files.createDirectory(mount);

    sandbox.gitFs("mount", repository.directory(), mount).orFail();

    assertThat(sandbox.mounted(mount)).isTrue();
  }

  @Test
  void aNameBeyondAsciiNeedsNoLocale() throws IOException {
    String directory = sandbox.path("grün und blau").toString();

    sandbox
        .gitFsCommand("mount", repository.directory(), directory)
        .env("LC_ALL", "C")
        .run()
        .orFail();

    assertThat(sandbox.mounts().getFirst().get("directory").getAsString()).isEqualTo(directory);
    sandbox.gitFsCommand("umount", directory).env("LC_ALL", "POSIX").run().orFail();
    assertThat(sandbox.mounts()).isEmpty();
  }

  @Test
  void theDaemonIsInASessionOfItsOwn() throws IOException {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();

    // proc_pid_stat(5): pid (comm) state ppid pgrp session tty
    String stat = Files.readString(Path.of("/proc/" + sandbox.daemon() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    assertThat(fields[3]).isEqualTo(Long.toString(sandbox.daemon()));
    assertThat(fields[4]).isEqualTo("0");
    assertThat(Path.of("/proc/" + sandbox.daemon() + "/cwd").toRealPath()).isEqualTo(Path.of("/"));
  }

  @Test
  void anyoneMayUnmountAndTheDaemonEnds() throws Exception {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    long daemon = sandbox.daemon();

    sandbox.command("umount", mount.toString()).run().orFail();

    Sandbox.awaitEnd(daemon);
    assertThat(sandbox.sockets()).isEmpty();
  }

  @Test
  void aDaemonThatIsAskedToEndUnmounts() throws Exception {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    long daemon = sandbox.daemon();

    sandbox.command("kill", "-TERM", Long.toString(daemon)).run().orFail();

    Sandbox.awaitEnd(daemon);
    assertThat(sandbox.mounted(mount)).isFalse();
    assertThat(sandbox.sockets()).isEmpty();
  }

  @Test
  void whatIsInUseIsDetachedOnlyOnRequest() throws Exception {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    long daemon = sandbox.daemon();
    try (var _ = sandbox.command("sleep", "60").in(mount).start()) {
      Sandbox.await("the user of the mount", () -> sandbox.gitFs("umount", mount).exit() == 5);
      var refused = sandbox.gitFs("umount", mount);
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.errors()).contains(mount.toString(), "--lazy");

      sandbox.gitFs("umount", "--lazy", mount).orFail();

      assertThat(sandbox.mounted(mount)).isFalse();
    }
    Sandbox.awaitEnd(daemon);
  }

  @Test
  void inTheForegroundItStaysUntilInterrupted() throws Exception {
    var command = sandbox.gitFsCommand("mount", "--foreground", repository.directory(), mount);
    try (var running = command.start()) {
      Sandbox.await("the line that says so", () -> running.textSoFar().contains("mounted"));
      assertThat(sandbox.command("cat", mount + "/README").run().orFail().text())
          .isEqualTo("read me\n");
      assertThat(running.isAlive()).isTrue();

      running.signal("INT");

      assertThat(running.await(java.time.Duration.ofSeconds(30)).errors())
          .contains("Mounted", "Unmounted");
      assertThat(sandbox.mounted(mount)).isFalse();
      assertThat(sandbox.logs()).isEmpty();
    }
  }

  @Test
  void inTheForegroundItEndsWithTheMount() throws Exception {
    var command = sandbox.gitFsCommand("mount", "-f", repository.directory(), mount);
    try (var running = command.start()) {
      Sandbox.await("the line that says so", () -> running.textSoFar().contains("mounted"));

      sandbox.gitFs("umount", mount).orFail();

      assertThat(running.await(java.time.Duration.ofSeconds(30)).exit()).isZero();
    }
  }

  @Test
  void inTheForegroundTheDaemonDiesWithTheCommand() throws Exception {
    var command = sandbox.gitFsCommand("mount", "-f", repository.directory(), mount);
    try (var running = command.start()) {
      Sandbox.await("the line that says so", () -> running.textSoFar().contains("mounted"));
      long daemon = sandbox.daemon();

      running.signal("KILL");

      Sandbox.awaitEnd(daemon);
      assertThat(sandbox.mounted(mount)).isFalse();
    }
  }

  @Test
  void gitFindsItOnThePath() throws IOException {
    Path bin = Files.createDirectory(sandbox.path("bin"));
    Path program = Path.of(System.getProperty("gitfs.home")).normalize().resolve("git-fs");
    Files.createSymbolicLink(bin.resolve("git-fs"), program);
    String path = bin + ":" + System.getenv("PATH");

    var version = sandbox.command("git", "fs", "--version").env("PATH", path).run().orFail();

    assertThat(version.text()).startsWith("git-fs ");
  }
}
