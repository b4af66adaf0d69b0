package dev.gitfs.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the benchmarks, {@code ./benchmark}. */
@Command(
    name = "benchmark",
    description = "Benchmarks of git-fs, each against what it must compare with, in one run.",
    subcommands = {MountCommand.class, SoakCommand.class},
    sortOptions = false,
    usageHelpAutoWidth = true,
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every goal was met",
      "1:a goal was missed, or the benchmark failed",
      "2:wrong usage"
    })
public final class Bench {

  private Bench() {}

  public static void main(String[] arguments) {
    var line = new CommandLine(new Bench());
    line.setExecutionExceptionHandler((e, command, _) -> {
      if (e instanceof UsageException) {
        command.getErr().println("benchmark: " + e.getMessage());
        return CommandLine.ExitCode.USAGE;
      }
      throw e;
    });
    System.exit(line.execute(arguments));
  }
}
