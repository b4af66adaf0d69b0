package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks themselves, on a tree of three files: that they run, and clean up. */
final class WholeRunTest {
  private static final Network NEAR = new Network(Duration.ofMillis(1), 0);

  @TempDir private Path directory;

  @Test
  void mountsAreMeasuredWithTheirGoals() throws Exception {
    try (var repositories = new GitRepositories()) {
      var tree = smallTree(repositories);
      try (var workspace = new Workspace(directory);
          var served = new ServedTree(tree, NEAR)) {
        assertThat(new MountBenchmark(served, workspace, 1).run(tree, NEAR).markdown())
            .contains("3 files; 1 ms round trip, no limit on bandwidth")
            .contains("| mount and `ls`, clone |")
            .contains("| then a first file, 5 levels deep |")
            .containsPattern("requests until ready \\| [1-6] \\| 3 \\|.*≤ 6 \\| yes \\|")
            .contains("| `grep -r` of everything, again |");
      }
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void tasksAreMeasuredAndDrawn() throws Exception {
    try (var repositories = new GitRepositories()) {
      var tree = smallTree(repositories);
      try (var workspace = new Workspace(directory);
          var served = new ServedTree(tree, NEAR)) {
        var tasks = new TreeTasks(served.files());
        var findings =
            new TaskBenchmark(served, tasks, NEAR, workspace)
                .measure(List.of(TaskName.TAR), EnumSet.allOf(Arrangement.class), 1);
        assertThat(findings.tasks()).containsExactly(TaskName.TAR);
        for (var arrangement : Arrangement.values()) {
          var costs = findings.of(TaskName.TAR, arrangement, cost -> cost.traffic().requests());
          assertThat(costs.orElseThrow().values()).hasSize(1).allMatch(requests -> requests >= 4);
        }
        for (var kind : Clones.values()) {
          assertThat(findings.cloneAnd(TaskName.TAR, kind)).isPresent();
        }
        var goals = TaskGoals.judge(findings, tasks, tree, NEAR);
        var report = new TaskReport(tree, NEAR, 3, 1, findings, goals);
        assertThat(report.markdown("chart.svg"))
            .contains("![the same as bars](chart.svg)")
            .containsPattern("\\| `tar c` \\|( [0-9.]+ s[^|]*\\|){5}")
            .contains("| `tar c` alone, with `--prefetch off` |")
            .contains("| `git clone --filter=blob:none` |");
        assertThat(report.chart()).contains(">tar c<", ">git clone --depth 1<");
      }
      assertThat(directory).isEmptyDirectory();
    }
  }

  @Test
  void readingAtRandomTellsWhetherMemoryIsFlat() throws Exception {
    try (var repositories = new GitRepositories()) {
      var tree = smallTree(repositories);
      try (var workspace = new Workspace(directory);
          var served = new ServedTree(tree, NEAR);
          var gitFs = new GitFs(workspace);
          var mounted = gitFs.mount(served.url(), "cache")) {
        var soak = new Soak(mounted, served.files(), Duration.ofSeconds(2));
        soak.run();
        assertThat(soak.markdown(tree, NEAR))
            .containsPattern("median of the last quarter is \\d\\.\\d\\d times");
      }
      assertThat(directory).isEmptyDirectory();
    }
  }

  private static BenchTree smallTree(GitRepositories repositories) {
    var repository = repositories.create("small.git");
    repository.commit(
        new Snapshot()
            .file("README", "Nothing.\n")
            .file("a/b/c/d/deep.c", "x".repeat(5_000))
            .file("a/other.c", "y".repeat(100)));
    return new BenchTree.Existing(repository.directory());
  }
}
