package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Defaults;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.DaemonProcess;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.MountRequest;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.telemetry.LogFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code git-fs mount}: starts a daemon, has it mount, and leaves when the root can be listed. */
@Command(
    name = "mount",
    description = "Mount a repository on a directory.",
    sortOptions = false,
    usageHelpAutoWidth = true)
final class MountCommand implements Callable<Integer> {

  private final GitFs program;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-r", "--ref"},
      paramLabel = "REF",
      description = "branch, tag, full ref or commit id; the remote's HEAD if not given")
  private Optional<String> ref;

  @Option(
      names = "--cache-dir",
      paramLabel = "DIR",
      description = "where repositories are kept; $XDG_CACHE_HOME/git-fs if not given")
  private Optional<Path> cacheDirectory;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "memory for file contents and trees; 96M if not given")
  private ByteSize memory = Defaults.MEMORY;

  @Option(
      names = "--cache-size",
      paramLabel = "SIZE",
      description = "how large the cache directory may become; 10G if not given")
  private ByteSize cacheSize = Defaults.CACHE_SIZE;

  @Option(
      names = {"-f", "--foreground"},
      description = "stay until the directory is unmounted, and log to standard error")
  private boolean foreground;

  @Option(
      names = "-o",
      paramLabel = "OPTS",
      description = "mount options with commas between them, such as allow_other, noexec")
  private List<String> options = List.of();

  @Parameters(
      index = "0",
      paramLabel = "SOURCE",
      description =
          "a URL (https, http, ssh, git, file), user@host:path, a local path, or owner/repo of"
              + " GitHub")
  private String source;

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description = "where to mount; created if absent, else it must be empty")
  private Path directory;

  MountCommand(GitFs program) {
    this.program = program;
  }

  @Override
  public Integer call() throws DaemonException, IOException, InterruptedException {
    checkMemory();
    KernelOptions kernelOptions = kernelOptions();
    Path target = KernelMounts.canonical(directory);
    Directories directories = Directories.ofUser();
    Optional<Path> log =
        foreground ? Optional.empty() : Optional.of(LogFile.of(directories.state(), target));
    try (var process = DaemonProcess.start(log, memory, program.verbose())) {
      // While the daemon starts.
      var request =
          new MountRequest(
              absolute(source),
              ref,
              target,
              cacheDirectory.map(Path::toAbsolutePath).orElse(directories.cache()),
              memory,
              cacheSize,
              kernelOptions);
      MountSummary summary = mount(process, request);
      var out = spec.commandLine().getOut();
      out.println(
          "mounted %s (%s, %s) on %s%s"
              .formatted(
                  summary.source(),
                  summary.shortRef(),
                  summary.shortCommit(),
                  summary.directory(),
                  log.map(file -> ", log " + file).orElse("")));
      out.flush();
      return foreground ? stay(process) : ExitStatus.OK;
    }
  }

  private MountSummary mount(DaemonProcess process, MountRequest request)
      throws DaemonException, InterruptedException {
    // Whoever gives up on this command wants no mount to appear later.
    var giveUp = new Thread(process::end);
    Runtime.getRuntime().addShutdownHook(giveUp);
    MountSummary summary;
    try (var _ = Spinner.start("mounting on " + request.directory())) {
      summary = process.daemon().mount(request);
      list(summary.directory());
    }
    Runtime.getRuntime().removeShutdownHook(giveUp);
    return summary;
  }

  /** The mount is ready when its root lists. */
  private static void list(Path root) throws DaemonException {
    try (var entries = Files.newDirectoryStream(root)) {
      entries.iterator().hasNext();
    } catch (IOException e) {
      throw new DaemonException(
          DaemonException.Kind.FAILED,
          "mounted, but " + root + " cannot be listed: " + e.getMessage(),
          e);
    }
  }

  private static int stay(DaemonProcess process) throws InterruptedException {
    // Ctrl-C reaches both processes; a signal to this one alone is passed on, and the end awaited.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              process.end();
              try {
                process.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
    process.await();
    return ExitStatus.OK;
  }

  /**
   * A path that means something here, to a daemon that works elsewhere. What has a colon before its
   * first slash is a URL or host:path to git, even if there is such a file.
   */
  static String absolute(String source) {
    int colon = source.indexOf(':');
    int slash = source.indexOf('/');
    boolean remote = colon >= 0 && (slash < 0 || colon < slash);
    return !remote && Files.exists(Path.of(source))
        ? Path.of(source).toAbsolutePath().normalize().toString()
        : source;
  }

  private void checkMemory() {
    if (memory.bytes() < Defaults.LEAST_MEMORY.bytes()) {
      throw new ParameterException(
          spec.commandLine(), "--memory must be at least " + Defaults.LEAST_MEMORY);
    }
  }

  private KernelOptions kernelOptions() {
    try {
      return KernelOptions.parse(options);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }
}
