package dev.gitfs.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./benchmark mount}. */
@Command(
    name = "mount",
    description = "Measure mounts against git clone --depth 1 and the local disk.",
    sortOptions = false,
    usageHelpAutoWidth = true)
final class MountCommand implements Callable<Integer> {

  @Mixin private TreeOptions trees = new TreeOptions();

  @Mixin private ReportOptions output = new ReportOptions();

  @Option(names = "--runs", paramLabel = "N", description = "how many cold runs; 3 if not given")
  private int runs = 3;

  MountCommand() {}

  @Override
  public Integer call() throws Exception {
    if (runs < 1) {
      throw new UsageException("--runs must be at least 1");
    }
    try (var workspace = new Workspace(Checkout.cache());
        var served = trees.serve()) {
      var report = new MountBenchmark(served, workspace, runs).run(trees.tree(), trees.network());
      return output.publish("mount", report.markdown(), report.meetsItsGoals());
    }
  }
}
