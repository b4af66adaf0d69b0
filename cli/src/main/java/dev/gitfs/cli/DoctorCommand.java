package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** {@code git-fs doctor}: whether this machine has what mounting takes, and how to mend it. */
final class DoctorCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  DoctorCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax.usageMessage().description("Check whether this machine has what mounting takes.");
    return syntax;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = syntax.commandLine().getOut();
    boolean well = true;
    for (Finding finding : Examination.of(Directories.ofUser())) {
      out.printf("%-7s %-12s %s%n", finding.verdict().label(), finding.subject(), finding.found());
      if (!finding.remedy().isEmpty()) {
        out.printf("%-7s %-12s %s%n", "", "", "→ " + finding.remedy());
      }
      well &= finding.verdict() != Finding.Verdict.BROKEN;
    }
    out.flush();
    return well ? ExitStatus.OK : ExitStatus.FAILED;
  }
}
