package dev.gitfs.cli;

import dev.gitfs.cli.config.Defaults;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.cli.config.Settings;
import dev.gitfs.cli.config.SettingsException;
import dev.gitfs.cli.config.TimeSpan;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.DaemonMemory;
import dev.gitfs.cli.daemon.DaemonProcess;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.daemon.RunRequest;
import dev.gitfs.cli.telemetry.LogFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code git-fs run}: mounts every repository under one directory. */
final class RunCommand implements Command {

  private final BooleanSupplier verbose;
  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);
  private final SettingsOptions settings = new SettingsOptions();
  private final MountingOptions mounting = new MountingOptions();

  private final OptionSpec idle =
      OptionSpec.builder("--idle")
          .paramLabel("TIME")
          .type(Duration.class)
          .description(
              "after how long a repository that nobody uses is closed; "
                  + TimeSpan.text(Defaults.IDLE)
                  + " if not given")
          .converters(MountingOptions.timeSpan("--idle", Defaults.LEAST_IDLE))
          .build();

  private final PositionalParamSpec directory =
      PositionalParamSpec.builder()
          .index("0")
          .arity("0..1")
          .paramLabel("DIR")
          .type(Path.class)
          .description(
              "where to mount, created if absent, else it must be empty; ~/"
                  + Defaults.MOUNT_POINT
                  + " if neither this nor the configuration says so")
          .build();

  /**
   * @param verbose whether to log more
   */
  RunCommand(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public CommandSpec syntax() {
    mounting.addTo(syntax);
    syntax
        .addOption(idle)
        .addOption(settings.file())
        .addOption(settings.allow())
        .addPositional(directory)
        .usageMessage()
        .description("Mount every repository under one directory.")
        .footerHeading("%nExamples:%n")
        .footer(
            "  git-fs run",
            "  ls ~/git/github/torvalds/linux@v6.1/kernel",
            "  git-fs run --allow 'github/my-company/*' /srv/git");
    return syntax;
  }

  @Override
  public Integer call()
      throws DaemonException, SettingsException, IOException, InterruptedException {
    Settings set = settings.read(syntax.commandLine());
    DaemonMemory memory = mounting.memory(syntax.commandLine(), set.memory());
    KernelOptions kernelOptions = mounting.kernel(syntax.commandLine());
    Path wanted = directory.getValue();
    Path target = KernelMounts.canonical(wanted == null ? set.mountPoint() : wanted);
    var request =
        new RunRequest(
            target,
            set.forges(),
            set.rules().allowed(),
            set.rules().denied(),
            mounting.poll(set),
            Optional.<Duration>ofNullable(idle.getValue()).orElse(set.idle()),
            mounting.cacheDirectory(set),
            memory.contents(),
            set.cacheSize(),
            set.prefetch(),
            kernelOptions);
    return run(request, memory, target);
  }

  private int run(RunRequest request, DaemonMemory memory, Path target)
      throws DaemonException, IOException, InterruptedException {
    boolean stay = mounting.stay();
    Directories directories = Directories.ofUser();
    Optional<Path> log =
        stay ? Optional.empty() : Optional.of(LogFile.of(directories.state(), target));
    try (var process = DaemonProcess.start(directories, log, memory, verbose.getAsBoolean())) {
      MountSummary summary = Launch.await(process, target, daemon -> daemon.run(request));
      var out = syntax.commandLine().getOut();
      out.println(
          "mounted %s on %s%s"
              .formatted(
                  String.join(", ", request.forges().stream().map(forge -> forge.name()).toList()),
                  summary.directory(),
                  log.map(file -> ", log " + file).orElse("")));
      out.flush();
      return stay ? Launch.stay(process) : ExitStatus.OK;
    }
  }
}
