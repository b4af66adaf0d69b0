package dev.gitfs.bench;

import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Tasks in mounts, each in a new one with a new cache, against {@code git clone} and the same on
 * the disk.
 *
 * <p>A run takes everything once, in turn, so that what else the machine does hits all of it.
 */
final class TaskBenchmark {
  private static final Duration CLONE_PATIENCE = Duration.ofMinutes(30);
  private static final Duration TASK_PATIENCE = Duration.ofMinutes(30);

  /** Longer than a server takes to begin its answer, a round trip not included. */
  private static final Duration QUIET = Duration.ofMillis(600);

  /** What is fetched for nobody ends some seconds after its reader; a minute means a fault. */
  private static final Duration QUIET_AT_LAST = Duration.ofMinutes(1);

  /** Without prefetching, reading everything takes hours: ended when it has clearly lost. */
  private static final double LOST = 1.5;

  private static final Duration LEAST_OFF = Duration.ofSeconds(2);

  private final ServedTree tree;
  private final TreeTasks tasks;
  private final Network network;
  private final Workspace workspace;
  private final TaskFindings findings = new TaskFindings();
  private int mounts;

  TaskBenchmark(ServedTree tree, TreeTasks tasks, Network network, Workspace workspace) {
    this.tree = tree;
    this.tasks = tasks;
    this.network = network;
    this.workspace = workspace;
  }

  /** Measures {@code names} under {@code arrangements}, {@code runs} times. */
  TaskFindings measure(List<TaskName> names, Set<Arrangement> arrangements, int runs)
      throws IOException, InterruptedException {
    for (var run = 1; run <= runs; run++) {
      Progress.say("%d ms: run %d of %d", network.roundTrip().toMillis(), run, runs);
      Machine.settle();
      tree.warmUp();
      findings.addNoise(Machine.noise());
      for (var kind : Clones.values()) {
        clone(kind, names);
      }
      try (var gitFs = new GitFs(workspace)) {
        try (var tiny = gitFs.mount(tree.tinyUrl(), "tiny")) {
          Task.LIST_ROOT.in(tiny.root());
        }
        for (var name : names) {
          for (var arrangement : arrangements) {
            mount(gitFs, name, arrangement);
          }
        }
      }
    }
    return findings;
  }

  /** All kinds have the same files on the disk in the end; the tasks are done in those of one. */
  private void clone(Clones kind, List<TaskName> names) throws IOException {
    Git.command(List.of("clone", "-q", "--depth", "1", tree.tinyUrl(), "."))
        .in(workspace.directory("tiny"))
        .run()
        .orFail();
    var target = workspace.directory("clone");
    sync();
    var before = tree.traffic();
    var command = new java.util.ArrayList<>(kind.arguments());
    command.addAll(List.of("-q", tree.url(), "."));
    var took = Git.command(command).in(target).timeout(CLONE_PATIENCE).run().orFail().took();
    var clone = new TaskFindings.Clone(took.toNanos() / 1e9, tree.traffic().since(before));
    findings.add(kind, clone);
    Progress.say("  %s: %.2f s", kind.command(), clone.seconds());
    if (kind == Clones.SHALLOW) {
      for (var name : names) {
        findings.addOnDisk(name, run(name, target, TASK_PATIENCE));
      }
    }
    workspace.delete(target);
  }

  private void mount(GitFs gitFs, TaskName name, Arrangement arrangement)
      throws IOException, InterruptedException {
    tree.offerObjectInfo(arrangement.objectInfo());
    sync();
    var cache = "cache" + ++mounts;
    var before = tree.traffic();
    try (var mounted = gitFs.mount(tree.url(), cache, "--prefetch", arrangement.prefetch())) {
      var seconds = run(name, mounted.root(), patience(name, arrangement));
      awaitQuiet();
      var cost =
          new TaskCost(
              mounted.took().toNanos() / 1e9,
              seconds,
              tree.traffic().since(before),
              mounted.memory().peak());
      findings.add(name, arrangement, cost);
      Progress.say(
          "  %s, %s: %.2f s + %.2f s, %d requests, %.1f MiB, resident %.0f MiB",
          name,
          arrangement.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
          cost.mountSeconds(),
          seconds,
          cost.traffic().requests(),
          cost.traffic().mebibytes(),
          cost.peak());
    }
    gitFs.forget(cache);
  }

  private double run(TaskName name, Path root, Duration most) throws IOException {
    var scratch = workspace.directory("scratch");
    var seconds = tasks.task(name).orElseThrow().in(root, scratch, most);
    workspace.delete(scratch);
    return seconds;
  }

  private Duration patience(TaskName name, Arrangement arrangement) {
    if (arrangement != Arrangement.PREFETCH_OFF) {
      return TASK_PATIENCE;
    }
    var on = findings.of(name, Arrangement.WITH_OBJECT_INFO, TaskCost::taskSeconds).orElseThrow();
    return LEAST_OFF.plusMillis((long) (1000 * LOST * on.max()));
  }

  /** Waits until the server has had nothing to do for a while. */
  private void awaitQuiet() throws InterruptedException {
    var quiet = QUIET.plus(network.roundTrip());
    var seen = tree.traffic();
    var end = System.nanoTime() + QUIET_AT_LAST.toNanos();
    for (var since = System.nanoTime();
        System.nanoTime() - since < quiet.toNanos() && System.nanoTime() < end; ) {
      Thread.sleep(20);
      var now = tree.traffic();
      if (!now.equals(seen)) {
        seen = now;
        since = System.nanoTime();
      }
    }
  }

  private static void sync() {
    Processes.command("sync").timeout(Duration.ofMinutes(5)).run().orFail();
  }
}
