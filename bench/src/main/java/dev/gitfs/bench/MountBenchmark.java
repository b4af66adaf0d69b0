package dev.gitfs.bench;

import dev.gitfs.testkit.Git;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A mount against {@code git clone --depth 1}: how soon it is ready, how soon a file deep inside is
 * read, how fast a walk is, what it costs in requests, bytes and memory.
 *
 * <p>Each run is cold and takes clone and mount in turn, so that what else the machine does hits
 * both. The walks over what has been seen before come last, on one mount that has been read to the
 * last byte and on one clone, again in turn.
 */
final class MountBenchmark {

  /** {@code a/b/c/d/e.c}: four directories that a reader must pass, one after the other. */
  private static final int DEEP = 5;

  /** An ordinary source file: in Linux half are below 5 KiB, nine of ten below 40. */
  private static final long LEAST_BYTES = 4 << 10;

  private static final long MOST_BYTES = 40 << 10;

  private static final Duration CLONE_PATIENCE = Duration.ofMinutes(30);

  private enum Quantity {
    NOISE,
    CLONE_SECONDS,
    CLONE_REQUESTS,
    CLONE_ROUND_TRIPS,
    CLONE_MEBIBYTES,
    READY_SECONDS,
    READY_REQUESTS,
    READY_ROUND_TRIPS,
    READY_MEBIBYTES,
    READY_RESIDENT,
    FILE_SECONDS,
    FILE_REQUESTS,
    FIRST_FIND_SECONDS,
    FIRST_FIND_REQUESTS,
    FIND_RESIDENT,
    REMOUNT_SECONDS,
    LOCAL_FIND_SECONDS,
    FIRST_LIST_SECONDS,
    FIRST_LIST_REQUESTS,
    FIRST_GREP_SECONDS,
    FIRST_GREP_REQUESTS,
    FIRST_GREP_MEBIBYTES,
    GREP_RESIDENT,
    PEAK
  }

  private final Map<Quantity, List<Double>> measured = new EnumMap<>(Quantity.class);
  private final Map<Task, List<Double>> mountWalks = new LinkedHashMap<>();
  private final Map<Task, List<Double>> diskWalks = new LinkedHashMap<>();
  private final ServedTree tree;
  private final Workspace workspace;
  private final int runs;
  private final List<TreeFile> files;
  private final TreeFile deepFile;

  MountBenchmark(ServedTree tree, Workspace workspace, int runs) {
    this.tree = tree;
    this.workspace = workspace;
    this.runs = runs;
    files = tree.files();
    deepFile = deepFile(files);
  }

  /** Measures everything. Takes some minutes a run with Linux. */
  Report run(BenchTree source, Network network) throws IOException, InterruptedException {
    for (var run = 1; run < runs; run++) {
      Progress.say("run %d of %d", run, runs);
      workspace.delete(cloneCold());
      try (var gitFs = new GitFs(workspace)) {
        mountCold(gitFs).close();
      }
    }
    Progress.say("run %d of %d", runs, runs);
    var clone = cloneCold();
    try (var gitFs = new GitFs(workspace);
        var mounted = mountCold(gitFs)) {
      walkFirst(mounted);
      walkAgain(mounted.root(), clone);
      record(Quantity.PEAK, mounted.memory().peak());
    }
    return report(source, network);
  }

  private Path cloneCold() throws IOException, InterruptedException {
    var target = workspace.directory("clone");
    settle();
    Git.command(List.of("clone", "-q", "--depth", "1", tree.tinyUrl(), "."))
        .in(workspace.directory("tiny"))
        .run()
        .orFail();
    var before = tree.traffic();
    var result =
        Git.command(List.of("clone", "-q", "--depth", "1", tree.url(), "."))
            .in(target)
            .timeout(CLONE_PATIENCE)
            .run()
            .orFail();
    var cost = tree.traffic().since(before);
    record(Quantity.CLONE_SECONDS, seconds(result.took()));
    record(Quantity.CLONE_REQUESTS, cost.requests());
    record(Quantity.CLONE_ROUND_TRIPS, cost.roundTrips());
    record(Quantity.CLONE_MEBIBYTES, cost.mebibytes());
    Progress.say("  git clone --depth 1: %.2f s", seconds(result.took()));
    return target;
  }

  /** From nothing to a second mount whose trees are all there; that one is returned. */
  private GitFs.Mounted mountCold(GitFs gitFs) throws IOException, InterruptedException {
    settle();
    try (var tiny = gitFs.mount(tree.tinyUrl(), "tiny")) {
      Task.LIST_ROOT.in(tiny.root());
    }
    try (var mounted = ready(gitFs)) {
      firstFile(mounted);
      var before = tree.traffic();
      record(Quantity.FIRST_FIND_SECONDS, Task.FIND.in(mounted.root()));
      record(Quantity.FIRST_FIND_REQUESTS, tree.traffic().since(before).requests());
      record(Quantity.PEAK, mounted.memory().peak());
    }
    // The kernel has forgotten the first mount; the store has not.
    var again = gitFs.mount(tree.url(), "cache");
    record(Quantity.REMOUNT_SECONDS, seconds(again.took()));
    var find = Task.FIND.in(again.root());
    record(Quantity.LOCAL_FIND_SECONDS, find);
    record(Quantity.FIND_RESIDENT, again.memory().resident());
    record(Quantity.PEAK, again.memory().peak());
    Progress.say("  find, trees local: %.2f s", find);
    return again;
  }

  private GitFs.Mounted ready(GitFs gitFs) throws IOException {
    var before = tree.traffic();
    var mounted = gitFs.mount(tree.url(), "cache");
    var time = seconds(mounted.took()) + Task.LIST_ROOT.in(mounted.root());
    var cost = tree.traffic().since(before);
    record(Quantity.READY_SECONDS, time);
    record(Quantity.READY_REQUESTS, cost.requests());
    record(Quantity.READY_ROUND_TRIPS, cost.roundTrips());
    record(Quantity.READY_MEBIBYTES, cost.mebibytes());
    record(Quantity.READY_RESIDENT, mounted.memory().resident());
    Progress.say("  git-fs mount and ls: %.2f s, %d requests", time, cost.requests());
    return mounted;
  }

  private void firstFile(GitFs.Mounted mounted) {
    var before = tree.traffic();
    var time = Task.read(deepFile).in(mounted.root());
    record(Quantity.FILE_SECONDS, time);
    record(Quantity.FILE_REQUESTS, tree.traffic().since(before).requests());
    Progress.say("  %s: %.2f s", deepFile.path(), time);
  }

  /** After these there is nothing left to fetch. */
  private void walkFirst(GitFs.Mounted mounted) throws IOException {
    var before = tree.traffic();
    var list = Task.LIST_ALL.in(mounted.root());
    var listed = tree.traffic();
    record(Quantity.FIRST_LIST_SECONDS, list);
    record(Quantity.FIRST_LIST_REQUESTS, listed.since(before).requests());
    Progress.say("  a first %s: %.1f s", Task.LIST_ALL.name(), list);
    var grep = Task.GREP.in(mounted.root());
    var cost = tree.traffic().since(listed);
    record(Quantity.FIRST_GREP_SECONDS, grep);
    record(Quantity.FIRST_GREP_REQUESTS, cost.requests());
    record(Quantity.FIRST_GREP_MEBIBYTES, cost.mebibytes());
    record(Quantity.GREP_RESIDENT, mounted.memory().resident());
    Progress.say("  a first %s: %.1f s, %d requests", Task.GREP.name(), grep, cost.requests());
  }

  private void walkAgain(Path mount, Path disk) {
    for (var task : Task.WALKS) {
      // Once without a clock, so that both have seen it.
      task.in(disk);
      task.in(mount);
      for (var run = 0; run < Math.max(runs, 3); run++) {
        var onDisk = task.in(disk);
        var inMount = task.in(mount);
        diskWalks.computeIfAbsent(task, _ -> new ArrayList<>()).add(onDisk);
        mountWalks.computeIfAbsent(task, _ -> new ArrayList<>()).add(inMount);
        Progress.say("  again %s: %.3f s, on disk %.3f s", task.name(), inMount, onDisk);
      }
    }
  }

  private void settle() throws IOException, InterruptedException {
    Machine.settle();
    tree.warmUp();
    record(Quantity.NOISE, 100 * Machine.noise());
  }

  private Report report(BenchTree source, Network network) throws IOException {
    var report =
        new Report("stock git, or the disk")
            .condition(
                "%s, %,d files; %s; git http-backend through the bench's own proxy."
                    .formatted(source.description(), files.size(), network))
            .condition("Medians of %d cold runs, in brackets from..to.".formatted(runs))
            .condition(
                "Others used %.0f%% to %.0f%% of the machine (%s) before each run."
                    .formatted(
                        samples(Quantity.NOISE).min(),
                        samples(Quantity.NOISE).max(),
                        Machine.description()));
    return walks(memory(costs(times(report))));
  }

  private Report times(Report report) {
    var clone = samples(Quantity.CLONE_SECONDS);
    return report
        .row(
            row(
                    "mount and `ls`, clone",
                    Unit.SECONDS,
                    Quantity.READY_SECONDS,
                    new Goal.AtMost(1.5),
                    new Goal.AtMostTimes(0.125))
                .comparedWith(clone))
        .row(
            row(
                "then a first file, " + deepFile.depth() + " levels deep",
                Unit.SECONDS,
                Quantity.FILE_SECONDS,
                new Goal.AtMost(0.6)))
        .row(row("then a first `find`", Unit.SECONDS, Quantity.FIRST_FIND_SECONDS))
        .row(row("mounting again", Unit.SECONDS, Quantity.REMOUNT_SECONDS))
        .row(
            row(
                "then `find`, trees being local",
                Unit.SECONDS,
                Quantity.LOCAL_FIND_SECONDS,
                new Goal.AtMost(3)))
        .row(row("then a first `ls -lR`", Unit.SECONDS, Quantity.FIRST_LIST_SECONDS))
        .row(row("then a first `grep -r`", Unit.SECONDS, Quantity.FIRST_GREP_SECONDS));
  }

  private Report costs(Report report) {
    return report
        .row(
            row("requests until ready", Unit.COUNT, Quantity.READY_REQUESTS, new Goal.AtMost(6))
                .comparedWith(samples(Quantity.CLONE_REQUESTS)))
        .row(
            row("round trips until ready", Unit.COUNT, Quantity.READY_ROUND_TRIPS)
                .comparedWith(samples(Quantity.CLONE_ROUND_TRIPS)))
        .row(
            row("received until ready", Unit.MEBIBYTES, Quantity.READY_MEBIBYTES)
                .comparedWith(samples(Quantity.CLONE_MEBIBYTES)))
        .row(row("requests of the first file", Unit.COUNT, Quantity.FILE_REQUESTS))
        .row(row("requests of the first `find`", Unit.COUNT, Quantity.FIRST_FIND_REQUESTS))
        .row(row("requests of the first `ls -lR`", Unit.COUNT, Quantity.FIRST_LIST_REQUESTS))
        .row(row("requests of the first `grep -r`", Unit.COUNT, Quantity.FIRST_GREP_REQUESTS))
        .row(row("received by the first `grep -r`", Unit.MEBIBYTES, Quantity.FIRST_GREP_MEBIBYTES));
  }

  private Report memory(Report report) {
    return report
        .row(row("resident when ready", Unit.MEBIBYTES, Quantity.READY_RESIDENT))
        .row(row("resident after `find`", Unit.MEBIBYTES, Quantity.FIND_RESIDENT))
        .row(row("resident after `grep -r`", Unit.MEBIBYTES, Quantity.GREP_RESIDENT))
        .row(
            Row.of(
                "resident at most, in any run",
                Unit.MEBIBYTES,
                Samples.of(samples(Quantity.PEAK).max()),
                new Goal.AtMost(350)));
  }

  private Report walks(Report report) {
    mountWalks.forEach((task, seconds) ->
        report.row(
            Row.of(
                    task.name() + " of everything, again",
                    Unit.SECONDS,
                    new Samples(seconds),
                    new Goal.AtMostTimes(1.3))
                .comparedWith(new Samples(diskWalks.get(task)))));
    return report;
  }

  private Row row(String name, Unit unit, Quantity quantity, Goal... goals) {
    return Row.of(name, unit, samples(quantity), goals);
  }

  private void record(Quantity quantity, double value) {
    measured.computeIfAbsent(quantity, _ -> new ArrayList<>()).add(value);
  }

  private Samples samples(Quantity quantity) {
    return new Samples(measured.get(quantity));
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  /** The middle one of the ordinary files that are deep enough, or simply the deepest file. */
  static TreeFile deepFile(List<TreeFile> files) {
    var ordinary =
        files.stream()
            .filter(file -> file.depth() >= DEEP)
            .filter(MountBenchmark::isOrdinary)
            .toList();
    return ordinary.isEmpty()
        ? files.stream().max(Comparator.comparingInt(TreeFile::depth)).orElseThrow()
        : ordinary.get(ordinary.size() / 2);
  }

  static boolean isOrdinary(TreeFile file) {
    return file.size() >= LEAST_BYTES && file.size() <= MOST_BYTES;
  }
}
