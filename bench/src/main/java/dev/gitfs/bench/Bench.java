package dev.gitfs.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line of the benchmarks, {@code ./benchmark}. */
@Command(
    name = "benchmark",
    description = "Benchmarks of git-fs, each against what it must compare with, in one run.",
    subcommands = {
      TransportCommand.class,
      MountCommand.class,
      TasksCommand.class,
      SoakCommand.class
    },
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every goal was met",
      "1:a goal was missed, or the benchmark failed",
      "2:wrong usage"
    })
public final class Bench {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "show this help")
  private boolean help;

  private Bench() {}

  public static void main(String[] arguments) {
    var line = new CommandLine(new Bench());
    line.setExecutionExceptionHandler((e, command, _) -> {
      if (Workspace.isAbandoned()) {
        return CommandLine.ExitCode.SOFTWARE;
      }
      if (e instanceof UsageException) {
        command.getErr().println("benchmark: " + e.getMessage());
        return CommandLine.ExitCode.USAGE;
      }
      throw e;
    });
    try {
      System.exit(line.execute(arguments));
    } catch (AssertionError e) {
      // What a child process that was ended leads to is no news.
      if (!Workspace.isAbandoned()) {
        throw e;
      }
    }
  }
}
