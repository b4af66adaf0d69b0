package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code git-fs doctor}: whether this machine has what mounting takes, and how to mend it. */
@Command(
    name = "doctor",
    description = "Check whether this machine has what mounting takes.",
    usageHelpAutoWidth = true)
final class DoctorCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  DoctorCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
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
