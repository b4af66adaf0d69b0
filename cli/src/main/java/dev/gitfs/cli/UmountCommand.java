package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.cli.daemon.RunningDaemons.Serving;
import dev.gitfs.cli.daemon.SilentDaemonException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code git-fs umount}: ends a mount, also one whose process is gone. */
final class UmountCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

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
    syntax
        .addOption(lazy)
        .addPositional(directory)
        .usageMessage()
        .description("Unmount a directory.");
    return syntax;
  }

  @Override
  public Integer call() throws DaemonException, IOException, InterruptedException {
    boolean detach = lazy.getValue();
    Path target = KernelMounts.canonical(directory.getValue());
    Optional<Serving> serving = Optional.empty();
    try {
      serving = new RunningDaemons(Directories.ofUser()).serving(target);
    } catch (SilentDaemonException e) {
      if (!detach) {
        throw e;
      }
      // The kernel detaches it without being answered.
    }
    Optional<KernelMounts.Entry> entry = KernelMounts.at(target).filter(KernelMounts.Entry::ours);
    boolean ended = true;
    if (entry.isPresent()) {
      // As it is seen from here: the daemon may live in another mount namespace. Nobody can have
      // anything to lose in a mount that answers nothing.
      KernelMounts.unmount(target, detach || serving.isEmpty() && entry.get().stale());
      if (serving.isPresent()) {
        try (Serving daemon = serving.get()) {
          ended = daemon.daemon().awaitEnd(daemon.directory(), detach);
        }
      }
    } else if (serving.isPresent()) {
      try (Serving daemon = serving.get()) {
        ended = daemon.daemon().unmount(daemon.directory(), detach);
      }
    } else {
      throw new DaemonException(
          DaemonException.Kind.DIRECTORY,
          "nothing of git-fs is mounted on " + target + "; see: git-fs list");
    }
    if (!ended && !detach) {
      PrintWriter err = syntax.commandLine().getErr();
      err.println(
          "git-fs: %s is unmounted; its daemon goes on for copies of it: a bind mount, or another mount namespace"
              .formatted(target));
      err.flush();
    }
    return ExitStatus.OK;
  }
}
