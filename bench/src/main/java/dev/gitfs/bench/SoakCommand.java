package dev.gitfs.bench;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ./benchmark soak}. */
@Command(
    name = "soak",
    description = "Read at random for a time, and see whether memory stays flat.",
    sortOptions = false,
    usageHelpAutoWidth = true)
final class SoakCommand implements Callable<Integer> {

  @Mixin private TreeOptions trees = new TreeOptions();

  @Mixin private ReportOptions output = new ReportOptions();

  @Option(names = "--minutes", paramLabel = "N", description = "for how long; 60 if not given")
  private int minutes = 60;

  SoakCommand() {}

  @Override
  public Integer call() throws Exception {
    if (minutes < 1) {
      throw new UsageException("--minutes must be at least 1");
    }
    try (var workspace = new Workspace(Checkout.cache());
        var served = trees.serve();
        var gitFs = new GitFs(workspace);
        var mounted = gitFs.mount(served.url(), "cache")) {
      var soak = new Soak(mounted, served.files(), Duration.ofMinutes(minutes));
      soak.run();
      return output.publish(
          "soak", soak.markdown(trees.tree(), trees.network()), soak.meetsItsGoals());
    }
  }
}
