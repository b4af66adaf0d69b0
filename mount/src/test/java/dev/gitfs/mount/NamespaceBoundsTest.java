package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.mount.namespace.OpenRepository;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.Pace;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What looking at very many repositories costs, with what holds when a user says nothing. */
final class NamespaceBoundsTest {

  private static final int REPOSITORIES = 100;
  private static final int MOST_OPEN = 64;

  /**
   * Threads, and descriptors, that 16 unused connections, 64 open repositories and what is about to
   * be closed have, and a good deal more. Where all stays open it is four for each repository.
   */
  private static final int MOST = 250;

  private final GitRepositories repositories = new GitRepositories();
  private TestNamespace namespace;

  @BeforeEach
  void mount() throws Exception {
    repositories
        .create("first.git")
        .commit(new Snapshot().file("README", "read\n").file("a/b/c", "deep\n"));
    Processes.command(
            "sh",
            "-c",
            "mkdir o; for i in $(seq %d); do cp -al first.git o/r$i.git; done"
                .formatted(REPOSITORIES))
        .in(repositories.root())
        .run()
        .orFail();
    namespace =
        TestNamespace.of(
            TestNamespace.Settings.USUAL
                .prefetch(PrefetchMode.ADAPTIVE)
                .pace(Pace.byUse(Duration.ofSeconds(60))),
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

  @Test
  void aWalkThroughAllLeavesFewOpen() throws Exception {
    namespace.shell("cat local/first/README");
    long threads = threads();
    long descriptors = descriptors();
    assertThat(namespace.shell("find local/o -xdev -name c | wc -l").strip())
        .isEqualTo(Integer.toString(REPOSITORIES));
    assertThat(threads() - threads).as("threads more").isLessThan(MOST);
    assertThat(descriptors() - descriptors).as("descriptors more").isLessThan(MOST);
    Eventually.holds("the least used are closed", () -> open().size() <= MOST_OPEN);
    assertThat(namespace.shell("cat local/o/r?/README | sort | uniq -c").strip())
        .isEqualTo("9 read");
  }

  @Test
  void whatIsInUseStaysOpen() throws Exception {
    var inUse = namespace.directory().resolve("local/o/r1/a");
    var done = repositories.root().resolve("done");
    String wait = "until [ -e " + done + " ]; do sleep 0.02; done; ";
    try (var standing =
            Processes.command("sh", "-c", wait + "/bin/pwd -P; cat b/c").in(inUse).start();
        var reading =
            Processes.command("sh", "-c", "exec 3<r2/a/b/c; " + wait + "cat <&3")
                .in(namespace.directory().resolve("local/o"))
                .start()) {
      Eventually.holds("they are there", () -> open().contains("local/o/r2"));
      namespace.shell("cat local/o/r*/README >/dev/null");
      Eventually.holds("the least used are closed", () -> open().size() <= MOST_OPEN);
      assertThat(open()).contains("local/o/r1", "local/o/r2");
      Files.createFile(done);
      assertThat(reading.await(Duration.ofSeconds(30)).orFail().text()).isEqualTo("deep\n");
      assertThat(standing.await(Duration.ofSeconds(30)).orFail().text())
          .isEqualTo(inUse + "\ndeep\n");
    }
  }

  private static long threads() throws IOException {
    return entries(Path.of("/proc/self/task"));
  }

  private static long descriptors() throws IOException {
    return entries(Path.of("/proc/self/fd"));
  }

  private static long entries(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.count();
    }
  }
}
