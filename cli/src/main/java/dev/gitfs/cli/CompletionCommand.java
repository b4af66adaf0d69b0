package dev.gitfs.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code git-fs completion}: a script that teaches a shell to complete our commands. */
@Command(
    name = "completion",
    description = "Print a completion script for a shell.",
    usageHelpAutoWidth = true,
    footerHeading = "%nInstall:%n",
    footer = {
      "  bash:  git-fs completion bash > ~/.local/share/bash-completion/completions/git-fs",
      "  zsh:   echo 'source <(git-fs completion zsh)' >> ~/.zshrc"
    })
final class CompletionCommand implements Callable<Integer> {

  /** The shells a script can be had for. */
  enum Shell {
    bash,
    zsh
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh")
  private Shell shell;

  CompletionCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    // One script serves both: in zsh it switches on bash's way of completing by itself.
    out.println(AutoComplete.bash("git-fs", GitFs.commandLine()));
    out.flush();
    return ExitStatus.OK;
  }
}
