package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.Daemon;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.cli.daemon.SilentDaemonException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code git-fs umount}: ends a mount, also one whose process is gone. */
final class UmountCommand implements Command {

  private final OptionSpec lazy =
      Command.flag("detach it now even if it is in use; open files stay readable", "-l", "--lazy");

  private final PositionalParamSpec directory =
      PositionalParamSpec.builder()
          .paramLabel("DIR")
          .type(Path.class)
          .required(true)
          .description("where a repository is mounted")
          .build();

  UmountCommand() {}

  @Override
  public CommandSpec syntax() {
    var syntax = CommandSpec.wrapWithoutInspection(this).addOption(lazy).addPositional(directory);
    syntax.usageMessage().description("Unmount a directory.");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException, InterruptedException {
    boolean detach = lazy.getValue();
    Path target = KernelMounts.canonical(directory.getValue());
    Optional<Daemon> serving = Optional.empty();
    try {
      serving = new RunningDaemons(Directories.ofUser()).serving(target);
    } catch (SilentDaemonException e) {
      if (!detach) {
        throw e;
      }
      // The kernel detaches it without being answered.
    }
    if (serving.isPresent()) {
      try (Daemon daemon = serving.get()) {
        daemon.unmount(target, detach);
      }
      return ExitStatus.OK;
    }
    KernelMounts.Entry entry =
        KernelMounts.at(target)
            .filter(KernelMounts.Entry::ours)
            .orElseThrow(() ->
                new DaemonException(
                    DaemonException.Kind.DIRECTORY,
                    "nothing of git-fs is mounted on " + target + "; see: git-fs list"));
    // Nobody can have anything to lose in a mount that answers nothing.
    KernelMounts.unmount(target, detach || entry.stale());
    return ExitStatus.OK;
  }
}
