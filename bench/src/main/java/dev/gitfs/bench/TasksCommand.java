package dev.gitfs.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./benchmark tasks}. */
@Command(
    name = "tasks",
    description = {
      "Measure what users do, cold: in a mount, and in what git clone brings.",
      "Without a round trip also against mount --prefetch off."
    },
    sortOptions = false,
    usageHelpAutoWidth = true)
final class TasksCommand implements Callable<Integer> {

  /** Whether servers offer object-info. */
  enum Offer {
    on,
    off,
    both
  }

  @Mixin private SourceOptions source = new SourceOptions();

  @Mixin private ReportOptions output = new ReportOptions();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      split = ",",
      description = "${COMPLETION-CANDIDATES}; all if not given, and ready always")
  private List<TaskName> names = List.of(TaskName.values());

  @Option(
      names = "--round-trip",
      paramLabel = "MS",
      split = ",",
      description = "round trips in milliseconds; 0,20,50,100 if not given")
  private List<Integer> roundTrips = List.of(0, 20, 50, 100);

  @Option(
      names = "--object-info",
      paramLabel = "OFFER",
      description = "servers with it, without, or both; both if not given")
  private Offer objectInfo = Offer.both;

  @Option(names = "--runs", paramLabel = "N", description = "how many cold runs; 3 if not given")
  private int runs = 3;

  TasksCommand() {}

  @Override
  public Integer call() throws Exception {
    if (runs < 1) {
      throw new UsageException("--runs must be at least 1");
    }
    if (output.writes()) {
      for (var millis : roundTrips) {
        PerformanceDocument.ofThisCheckout().need(part(millis));
      }
    }
    names.forEach(TreeTasks::needPrograms);
    var exit = 0;
    for (var millis : roundTrips) {
      exit = Math.max(exit, measure(millis));
    }
    return exit;
  }

  private int measure(int millis) throws IOException, InterruptedException {
    var tree = source.tree();
    var network = new Network(Duration.ofMillis(millis), source.megabits());
    try (var workspace = new Workspace(Checkout.cache());
        var served = new ServedTree(tree, network)) {
      var files = served.files();
      var tasks = new TreeTasks(files);
      var possible =
          Arrays.stream(TaskName.values())
              // What a mount itself asks for is told apart by the first.
              .filter(name -> name == TaskName.READY || names.contains(name))
              .filter(name -> tasks.task(name).isPresent())
              .toList();
      var findings =
          new TaskBenchmark(served, tasks, network, workspace)
              .measure(possible, arrangements(millis), runs);
      var goals = TaskGoals.judge(findings, tasks, tree, network);
      var report = new TaskReport(tree, network, files.size(), runs, findings, goals);
      var chart = part(millis) + ".svg";
      return output.publish(
          part(millis), report.markdown(chart), report.chart(), chart, report.meetsItsGoals());
    }
  }

  private Set<Arrangement> arrangements(int millis) {
    var arrangements = EnumSet.noneOf(Arrangement.class);
    if (objectInfo != Offer.off) {
      arrangements.add(Arrangement.WITH_OBJECT_INFO);
    }
    if (objectInfo != Offer.on) {
      arrangements.add(Arrangement.WITHOUT_OBJECT_INFO);
    }
    if (millis == 0 && objectInfo != Offer.off) {
      arrangements.add(Arrangement.PREFETCH_OFF);
    }
    return arrangements;
  }

  private static String part(int millis) {
    return "tasks-" + millis + "ms";
  }
}
