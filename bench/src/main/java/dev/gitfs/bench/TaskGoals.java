package dev.gitfs.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What tasks must reach, and whether they do: for source trees as large as Linux, over 50 ms and
 * 200 Mbit/s; and anywhere without a round trip, that prefetching costs nothing.
 */
final class TaskGoals {
  static final Network JUDGED = new Network(Duration.ofMillis(50), 200);

  /** Trees, as bytes of packs; Linux has 2.5 MB of them. */
  private static final double TREES_MEBIBYTES = 3e6 / Unit.BYTES_PER_MEBIBYTE;

  private static final double BYTES_READ_TIMES = 3;

  /** What starting a shell and its program differs by from one time to the next. */
  private static final double CHANCE_SECONDS = 0.03;

  private final Report report = new Report("compared with");
  private final TaskFindings findings;
  private final TreeTasks tasks;

  private TaskGoals(TaskFindings findings, TreeTasks tasks) {
    this.findings = findings;
    this.tasks = tasks;
  }

  /** The goals that apply, judged; no rows where none does. */
  static Report judge(TaskFindings findings, TreeTasks tasks, BenchTree tree, Network network) {
    var goals = new TaskGoals(findings, tasks);
    if (network.equals(JUDGED) && !(tree instanceof BenchTree.Synthetic)) {
      goals.judgeFarAway();
    }
    for (var name : findings.tasks()) {
      goals.judgeAgainstOff(name);
    }
    return goals.report;
  }

  private void judgeFarAway() {
    var with = Arrangement.WITH_OBJECT_INFO;
    var without = Arrangement.WITHOUT_OBJECT_INFO;
    time(TaskName.LIST, with, Clones.SHALLOW.command(), 0.333);
    requests(TaskName.LIST, with, 40);
    time(TaskName.LIST, without, Clones.SHALLOW.command(), 1);
    requests(TaskName.LIST, without, 120);
    for (var name : List.of(TaskName.GREP, TaskName.RG)) {
      for (var arrangement : List.of(with, without)) {
        time(name, arrangement, "clone and " + name.title(), 0.8);
        requests(name, arrangement, 120);
      }
    }
    for (var arrangement : List.of(with, without)) {
      scattered(arrangement);
      directory(arrangement);
    }
    memory("resident at most, sparse tasks", true, 350);
    memory("resident at most, reading everything", false, 700);
  }

  /**
   * @param reference what it is compared with: the clone alone, or with the same on the disk
   */
  private void time(TaskName name, Arrangement arrangement, String reference, double factor) {
    var clone =
        reference.equals(Clones.SHALLOW.command())
            ? findings.of(Clones.SHALLOW, TaskFindings.Clone::seconds)
            : findings.cloneAnd(name, Clones.SHALLOW);
    findings
        .of(name, arrangement, TaskCost::seconds)
        .ifPresent(samples ->
            report.row(
                Row.of(
                        "mount and %s%s, %s"
                            .formatted(name.title(), suffix(arrangement), reference),
                        Unit.SECONDS,
                        samples,
                        new Goal.AtMostTimes(factor))
                    .comparedWith(clone.orElseThrow())));
  }

  private void requests(TaskName name, Arrangement arrangement, int most) {
    requests(name, arrangement)
        .ifPresent(samples ->
            report.row(
                Row.of(
                    "requests of mount and %s%s".formatted(name.title(), suffix(arrangement)),
                    Unit.COUNT,
                    samples,
                    new Goal.AtMost(most))));
  }

  private void scattered(Arrangement arrangement) {
    var name = TaskName.SCATTERED;
    findings
        .of(name, arrangement, TaskCost::seconds)
        .ifPresent(samples ->
            report.row(
                Row.of(
                    "mount and %s%s".formatted(name.title(), suffix(arrangement)),
                    Unit.SECONDS,
                    samples,
                    new Goal.AtMost(8))));
    var most = BYTES_READ_TIMES * tasks.scatteredMebibytes() + TREES_MEBIBYTES;
    findings
        .of(name, arrangement, cost -> cost.traffic().mebibytes())
        .ifPresent(samples ->
            report.row(
                Row.of(
                    "received for %s%s".formatted(name.title(), suffix(arrangement)),
                    Unit.MEBIBYTES,
                    samples,
                    new Goal.AtMost(Math.round(100 * most) / 100.0))));
  }

  /** Those of the directory alone, not of the mount. */
  private void directory(Arrangement arrangement) {
    var ready = requests(TaskName.READY, arrangement);
    requests(TaskName.DIRECTORY, arrangement)
        .ifPresent(samples ->
            report.row(
                Row.of(
                    "requests of `cat *` of %d files%s"
                        .formatted(tasks.filesInDirectory(), suffix(arrangement)),
                    Unit.COUNT,
                    samples.plus(-ready.orElseThrow().median()),
                    new Goal.AtMost(3))));
  }

  private Optional<Samples> requests(TaskName name, Arrangement arrangement) {
    return findings.of(name, arrangement, cost -> cost.traffic().requests());
  }

  private void memory(String title, boolean sparse, int most) {
    findings.tasks().stream()
        .filter(name -> name.isSparse() == sparse)
        .flatMap(name -> findings.peaks(name).stream())
        .max(Double::compare)
        .ifPresent(peak ->
            report.row(Row.of(title, Unit.MEBIBYTES, Samples.of(peak), new Goal.AtMost(most))));
  }

  private void judgeAgainstOff(TaskName name) {
    findings
        .of(name, Arrangement.PREFETCH_OFF, TaskCost::taskSeconds)
        .ifPresent(off ->
            report.row(
                Row.of(
                        name.title() + " alone, with `--prefetch off`",
                        Unit.SECONDS,
                        findings
                            .of(name, Arrangement.WITH_OBJECT_INFO, TaskCost::taskSeconds)
                            .orElseThrow(),
                        new Goal.HardlyMoreThan(1.1, CHANCE_SECONDS))
                    .comparedWith(off)));
  }

  private static String suffix(Arrangement arrangement) {
    return arrangement.objectInfo() ? "" : ", no `object-info`";
  }
}
