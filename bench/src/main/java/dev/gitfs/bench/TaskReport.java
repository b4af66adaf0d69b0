package dev.gitfs.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the tasks have cost on one network, as Markdown and as a chart. */
final class TaskReport {
  private final BenchTree tree;
  private final Network network;
  private final int files;
  private final int runs;
  private final TaskFindings findings;
  private final Report goals;

  TaskReport(
      BenchTree tree, Network network, int files, int runs, TaskFindings findings, Report goals) {
    this.tree = tree;
    this.network = network;
    this.files = files;
    this.runs = runs;
    this.findings = findings;
    this.goals = goals;
  }

  boolean meetsItsGoals() {
    return goals.meetsItsGoals();
  }

  /**
   * @param chart the file that has the chart, seen from the report's
   */
  String markdown(String chart) throws IOException {
    var lines = new ArrayList<String>();
    lines.add("### Tasks over %s".formatted(network));
    lines.add("");
    lines.add("- %s, %,d files.".formatted(tree.description(), files));
    lines.add("- Medians of %d runs, in brackets from..to.".formatted(runs));
    lines.add(
        "- Others used %.0f%% to %.0f%% of the machine (%s) before each run."
            .formatted(findings.noise().min(), findings.noise().max(), Machine.description()));
    lines.add("");
    lines.add("![the same as bars](%s)".formatted(chart));
    lines.add("");
    times(lines);
    lines.add("");
    costs(lines);
    if (!goals.isEmpty()) {
      lines.add("");
      lines.add(goals.markdown().stripTrailing());
    }
    return String.join("\n", lines) + "\n";
  }

  private void times(List<String> lines) {
    lines.add(
        "| mount and …, clone and … | git-fs | no `object-info` | `--depth 1`"
            + " | `--filter=blob:none` | `--filter=tree:0` |");
    lines.add("|---|---:|---:|---:|---:|---:|");
    for (var task : findings.tasks()) {
      lines.add(
          row(
              task.title(),
              seconds(findings.of(task, Arrangement.WITH_OBJECT_INFO, TaskCost::seconds)),
              seconds(findings.of(task, Arrangement.WITHOUT_OBJECT_INFO, TaskCost::seconds)),
              seconds(findings.cloneAnd(task, Clones.SHALLOW)),
              seconds(findings.cloneAnd(task, Clones.BLOBLESS)),
              seconds(findings.cloneAnd(task, Clones.TREELESS))));
    }
  }

  private void costs(List<String> lines) {
    lines.add(
        "| git-fs, and without `object-info` | the task alone | | on disk | requests | | received |"
            + " | resident | |");
    lines.add("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for (var task : findings.tasks()) {
      lines.add(
          row(
              task.title(),
              medianSeconds(task, Arrangement.WITH_OBJECT_INFO),
              medianSeconds(task, Arrangement.WITHOUT_OBJECT_INFO),
              findings.onDisk(task).map(TaskReport::median).orElse(""),
              requests(task, Arrangement.WITH_OBJECT_INFO),
              requests(task, Arrangement.WITHOUT_OBJECT_INFO),
              received(task, Arrangement.WITH_OBJECT_INFO),
              received(task, Arrangement.WITHOUT_OBJECT_INFO),
              resident(task, Arrangement.WITH_OBJECT_INFO),
              resident(task, Arrangement.WITHOUT_OBJECT_INFO)));
    }
    for (var kind : Clones.values()) {
      lines.add(
          row(
              "`" + kind.command() + "`",
              findings.of(kind, TaskFindings.Clone::seconds).map(TaskReport::median).orElse(""),
              "",
              "",
              text(Unit.COUNT, findings.of(kind, clone -> clone.traffic().requests())),
              "",
              text(Unit.MEBIBYTES, findings.of(kind, clone -> clone.traffic().mebibytes())),
              "",
              "",
              ""));
    }
  }

  private String medianSeconds(TaskName task, Arrangement arrangement) {
    return findings.of(task, arrangement, TaskCost::taskSeconds).map(TaskReport::median).orElse("");
  }

  private String requests(TaskName task, Arrangement arrangement) {
    return text(Unit.COUNT, findings.of(task, arrangement, cost -> cost.traffic().requests()));
  }

  private String received(TaskName task, Arrangement arrangement) {
    return text(Unit.MEBIBYTES, findings.of(task, arrangement, cost -> cost.traffic().mebibytes()));
  }

  private String resident(TaskName task, Arrangement arrangement) {
    return findings
        .of(task, arrangement, TaskCost::peak)
        .map(samples -> text(Unit.MEBIBYTES, Optional.of(Samples.of(samples.max()))))
        .orElse("");
  }

  private static String seconds(Optional<Samples> samples) {
    return samples.map(Unit.SECONDS::format).orElse("");
  }

  private static String median(Samples samples) {
    return Unit.SECONDS.format(Samples.of(samples.median()));
  }

  private static String text(Unit unit, Optional<Samples> samples) {
    return samples.map(all -> unit.format(Samples.of(all.median()))).orElse("");
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  /** Bars of the times until each task had ended. */
  String chart() {
    var chart = new BarChart("Until the task has ended, %s; seconds".formatted(network));
    for (var task : findings.tasks()) {
      var group = chart.group(task.title().replace("`", ""));
      bar(group, "mount", task, Arrangement.WITH_OBJECT_INFO);
      bar(group, "mount, no object-info", task, Arrangement.WITHOUT_OBJECT_INFO);
      findings
          .cloneAnd(task, Clones.SHALLOW)
          .ifPresent(samples -> group.bar("git clone --depth 1", samples.median()));
    }
    return chart.svg();
  }

  private void bar(BarChart.Group group, String series, TaskName task, Arrangement arrangement) {
    findings
        .of(task, arrangement, TaskCost::seconds)
        .ifPresent(samples -> group.bar(series, samples.median()));
  }
}
