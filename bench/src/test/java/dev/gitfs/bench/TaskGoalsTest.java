package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is judged, and how. */
final class TaskGoalsTest {
  private static final BenchTree LARGE = new BenchTree.Existing(Path.of("linux.git"));
  private static final Network NEAR = new Network(Duration.ZERO, 200);
  private static final Traffic NOTHING = new Traffic(0, 0, 0);

  private final TaskFindings findings = new TaskFindings();
  private final TreeTasks tasks = new TreeTasks(List.of(new TreeFile("a/b.c", 1 << 20)));

  @Test
  void aListingMayTakeAThirdOfACloneAndFortyRequests() {
    findings.add(Clones.SHALLOW, new TaskFindings.Clone(9, NOTHING));
    findings.addOnDisk(TaskName.LIST, 0.2);
    listing(2.9, 40);
    assertThat(judged(LARGE, TaskGoals.JUDGED).meetsItsGoals()).isTrue();
    listing(3.2, 40);
    listing(3.2, 40);
    assertThat(judged(LARGE, TaskGoals.JUDGED).markdown())
        .contains("| mount and `ls -lR`, git clone --depth 1 | 3.20 s (2.90..3.20) | 9.00 s |")
        .contains("ratio ≤ 0.333 | **no** |")
        .contains("| requests of mount and `ls -lR` | 40 |  |  | ≤ 40 | yes |");
  }

  @Test
  void aSearchIsComparedWithCloneAndSearch() {
    findings.add(Clones.SHALLOW, new TaskFindings.Clone(9, NOTHING));
    findings.addOnDisk(TaskName.GREP, 1);
    findings.add(TaskName.GREP, Arrangement.WITH_OBJECT_INFO, cost(1, 7, 100, 650));
    assertThat(judged(LARGE, TaskGoals.JUDGED).markdown())
        .contains("| mount and `grep -r`, clone and `grep -r` | 8.00 s | 10.0 s | 0.800 |")
        .contains("| resident at most, reading everything | 650 MiB |");
    assertThat(judged(LARGE, TaskGoals.JUDGED).meetsItsGoals()).isTrue();
  }

  @Test
  void scatteredFilesMayBringThreeTimesWhatIsReadAndTheTrees() {
    findings.add(TaskName.READY, Arrangement.WITHOUT_OBJECT_INFO, cost(1, 1, 9, 100));
    findings.add(TaskName.SCATTERED, Arrangement.WITHOUT_OBJECT_INFO, cost(1, 1, 10, 100));
    assertThat(judged(LARGE, TaskGoals.JUDGED).markdown())
        .contains(
            "| received for 40 scattered files, no `object-info` | 5.00 MiB |  |  | ≤ 5.86 MiB |");
  }

  @Test
  void whatTheMountItselfAsksForIsNotTheDirectorys() {
    findings.add(TaskName.READY, Arrangement.WITH_OBJECT_INFO, cost(1, 0, 9, 100));
    findings.add(TaskName.DIRECTORY, Arrangement.WITH_OBJECT_INFO, cost(1, 1, 12, 100));
    assertThat(judged(LARGE, TaskGoals.JUDGED).markdown())
        .contains("| requests of `cat *` of 1 files | 3 |  |  | ≤ 3 | yes |");
  }

  @Test
  void elsewhereNothingIsJudgedButPrefetching() {
    findings.add(Clones.SHALLOW, new TaskFindings.Clone(1, NOTHING));
    listing(50, 500);
    assertThat(judged(LARGE, new Network(Duration.ofMillis(20), 200)).isEmpty()).isTrue();
    assertThat(judged(new BenchTree.Synthetic(), TaskGoals.JUDGED).isEmpty()).isTrue();
    off(45.5);
    assertThat(judged(LARGE, NEAR).meetsItsGoals()).isTrue();
  }

  @Test
  void prefetchingMayNotCostATenth() {
    listing(11.2, 5);
    off(10);
    assertThat(judged(LARGE, NEAR).markdown())
        .contains("| `ls -lR` alone, with `--prefetch off` | 11.2 s | 10.0 s | 1.12 |")
        .contains("**no**");
  }

  @Test
  void aMomentMoreOrLessIsChance() {
    listing(0.05, 5);
    off(0.03);
    assertThat(judged(LARGE, NEAR).meetsItsGoals()).isTrue();
  }

  private Report judged(BenchTree tree, Network network) {
    return TaskGoals.judge(findings, tasks, tree, network);
  }

  private void listing(double seconds, long requests) {
    findings.add(TaskName.LIST, Arrangement.WITH_OBJECT_INFO, cost(0, seconds, requests, 100));
  }

  private void off(double seconds) {
    findings.add(TaskName.LIST, Arrangement.PREFETCH_OFF, cost(0, seconds, 1, 100));
  }

  private static TaskCost cost(double mount, double task, long requests, double peak) {
    return new TaskCost(mount, task, new Traffic(requests, 0, 5), peak);
  }
}
