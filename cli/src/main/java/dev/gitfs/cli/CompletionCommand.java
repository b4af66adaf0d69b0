package dev.gitfs.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code git-fs completion}: a script that teaches a shell to complete our commands. */
final class CompletionCommand implements Command {

  /** The shells a script can be had for. */
  enum Shell {
    bash,
    zsh
  }

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  private final PositionalParamSpec shell =
      PositionalParamSpec.builder()
          .paramLabel("SHELL")
          .type(Shell.class)
          .required(true)
          .description("bash or zsh")
          .build();

  CompletionCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax
        .addPositional(shell)
        .usageMessage()
        .description("Print a completion script for a shell.")
        .footerHeading("%nInstall:%n")
        .footer(
            "  bash:  git-fs completion bash > ~/.local/share/bash-completion/completions/git-fs",
            "  zsh:   echo 'source <(git-fs completion zsh)' >> ~/.zshrc");
    return syntax;
  }

  @Override
  public Integer call() {
    PrintWriter out = syntax.commandLine().getOut();
    // One script serves both: in zsh it switches on bash's way of completing by itself.
    out.println(AutoComplete.bash("git-fs", GitFs.commandLine()));
    out.flush();
    return ExitStatus.OK;
  }
}
