package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.Daemon;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.RunningDaemons;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code git-fs umount}: ends a mount, also one whose process is gone. */
@Command(
    name = "umount",
    description = "Unmount a directory.",
    sortOptions = false,
    usageHelpAutoWidth = true)
final class UmountCommand implements Callable<Integer> {

  @Option(
      names = {"-l", "--lazy"},
      description = "detach it now even if it is in use; open files stay readable")
  private boolean lazy;

  @Parameters(paramLabel = "DIR", description = "where a repository is mounted")
  private Path directory;

  UmountCommand() {}

  @Override
  public Integer call() throws DaemonException, IOException, InterruptedException {
    Path target = KernelMounts.canonical(directory);
    Optional<Daemon> serving = new RunningDaemons(Directories.ofUser()).serving(target);
    if (serving.isPresent()) {
      try (Daemon daemon = serving.get()) {
        daemon.unmount(target, lazy);
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
    KernelMounts.unmount(target, lazy || entry.stale());
    return ExitStatus.OK;
  }
}
