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

/** A mount that is seen elsewhere too, or no longer where it was, or that the kernel gives up. */
class CopiesTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;
  private Path copy;

  @BeforeEach
  void mount() throws Exception {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    copy = Files.createDirectory(sandbox.path("copy"));
    repository.commit(new Snapshot().file("d/README", "read me\n"));
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.command("umount", "-l", copy.toString()).run();
    sandbox.close();
    repositories.close();
  }

  @Test
  void aBindMountIsKnownByItsDevice() {
    sandbox.command("mount", "--bind", mount.toString(), copy.toString()).run().orFail();

    assertThat(sandbox.gitFs("status", copy.resolve("d")).orFail().text()).contains("following");
    assertThat(sandbox.gitFs("stats", copy).orFail().text()).contains("requests");
    sandbox.gitFs("refresh", copy).orFail();
    assertThat(sandbox.gitFs("prefetch", copy.resolve("d")).orFail().text()).contains("1 file");
    assertThat(sandbox.mounts()).hasSize(1);

    // The one that is named is unmounted; the other goes on.
    long start = System.nanoTime();
    var unmounted = sandbox.gitFs("umount", mount);
    assertThat(unmounted.exit()).isZero();
    assertThat(unmounted.errors()).contains("copies");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(sandbox.command("cat", copy + "/d/README").run().orFail().text())
        .isEqualTo("read me\n");
    assertThat(sandbox.mounts().getFirst().get("directory").getAsString())
        .isEqualTo(copy.toString());
    sandbox.gitFs("umount", copy).orFail();
    assertThat(sandbox.mounts()).isEmpty();
  }

  @Test
  void aPartThatIsBoundCountsFromTheWhole() {
    sandbox.command("mount", "--bind", mount + "/d", copy.toString()).run().orFail();

    assertThat(sandbox.gitFs("prefetch", copy.resolve("README")).orFail().text())
        .contains("1 file");
    assertThat(sandbox.gitFs("status", copy.resolve("README")).orFail().text())
        .contains("following");
  }

  @Test
  void aMountThatWasMovedIsKnown() {
    // Out of a shared mount, which most systems' root is, nothing can be moved.
    var moved =
        sandbox
            .command(
                "unshare",
                "-m",
                "--propagation",
                "private",
                "sh",
                "-ec",
                """
                mount --move "$1" "$2"
                "$0" status "$2"/d
                "$0" list
                "$0" umount "$2"
                """,
                gitFs(),
                mount.toString(),
                copy.toString())
            .run()
            .orFail()
            .text();

    assertThat(moved).contains("following").contains(copy.toString());
  }

  @Test
  void anotherMountNamespaceKeepsItsCopy() throws Exception {
    long daemon = sandbox.daemon();
    try (var holder =
        sandbox
            .command(
                "unshare", "-m", "--propagation", "private", "sh", "-c", "echo ready; sleep 600")
            .start()) {
      Sandbox.await("copy", () -> holder.textSoFar().contains("ready"));
      long start = System.nanoTime();
      var unmounted = sandbox.gitFs("umount", mount);

      assertThat(unmounted.exit()).isZero();
      assertThat(unmounted.errors()).contains("copies");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      assertThat(sandbox.mounts()).isEmpty();
      assertThat(ProcessHandle.of(daemon)).isPresent();
    }
    Sandbox.awaitEnd(daemon);
  }

  @Test
  void aMountWhoseConnectionIsAbortedIsListedAndEndsItsDaemon() throws Exception {
    long daemon = sandbox.daemon();
    String device =
        sandbox
            .command(
                "sh", "-c", "grep -F \" $0 \" /proc/self/mountinfo | cut -d' ' -f3", mount + "")
            .run()
            .orFail()
            .text()
            .strip();
    Path control = Path.of("/sys/fs/fuse/connections", device.split(":")[1], "abort");
    sandbox
        .command(
            "sh",
            "-c",
            "[ -e $0 ] || mount -t fusectl x /sys/fs/fuse/connections; echo 1 >$0",
            control.toString())
        .run()
        .orFail();
    Sandbox.awaitEnd(daemon);

    assertThat(sandbox.mounts().getFirst().get("state").getAsString()).isEqualTo("stale");
    assertThat(sandbox.gitFs("status", mount).errors()).contains("aborted", "git-fs umount");
    assertThat(Files.readString(sandbox.logs().getFirst())).contains("given up", "aborted");
    sandbox.gitFs("mount", repository.directory(), mount).orFail();
    assertThat(sandbox.command("cat", mount + "/d/README").run().orFail().text())
        .isEqualTo("read me\n");
  }

  @Test
  void aDirectoryWhoseNameIsNoTextIsMountedOn() {
    // A shell gives the byte on, which a process started by Java cannot.
    var told =
        sandbox
            .command(
                "bash",
                "-ec",
                """
                d=$(printf "%s/caf\\\\351 x" "$2")
                "$0" mount "$1" "$d"
                cat "$d"/d/README
                "$0" status "$d"/d >/dev/null
                cd "$d"/d && "$0" prefetch README >/dev/null && cd /
                "$0" umount "$d"
                ls -A "$d" | wc -l
                """,
                gitFs(),
                repository.directory().toString(),
                copy.toString())
            .run()
            .orFail()
            .text();

    assertThat(told).contains("read me\n").endsWith("0\n");
    assertThat(copy.toFile().list()).hasSize(1);
  }

  private static String gitFs() {
    return Path.of(System.getProperty("gitfs.home")).normalize().resolve("git-fs").toString();
  }
}
