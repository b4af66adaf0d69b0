package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Defaults;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.config.KernelOptions;
import dev.gitfs.cli.config.ModeNames;
import dev.gitfs.cli.config.ProfileFiles;
import dev.gitfs.cli.config.Settings;
import dev.gitfs.cli.config.SettingsException;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.DaemonMemory;
import dev.gitfs.cli.daemon.DaemonProcess;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.daemon.MountRequest;
import dev.gitfs.cli.daemon.MountSummary;
import dev.gitfs.cli.telemetry.LogFile;
import dev.gitfs.cli.telemetry.Secrets;
import dev.gitfs.git.forge.Spelling;
import dev.gitfs.mount.prefetch.PathPattern;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** {@code git-fs mount}: starts a daemon, has it mount, and leaves when the root can be listed. */
final class MountCommand implements Command {

  /** What Java makes of bytes that are no text. */
  private static final char UNREADABLE = '\uFFFD';

  private final BooleanSupplier verbose;
  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  private final OptionSpec ref =
      OptionSpec.builder("-r", "--ref")
          .paramLabel("REF")
          .type(String.class)
          .description("branch, tag, full ref or commit id; the remote's HEAD if not given")
          .build();

  private final OptionSpec memory =
      OptionSpec.builder("--memory")
          .paramLabel("SIZE")
          .type(ByteSize.class)
          .description(
              "memory for file contents and trees; " + Defaults.MEMORY + " if nowhere given")
          .converters(Command::size)
          .build();

  private final OptionSpec cacheSize =
      OptionSpec.builder("--cache-size")
          .paramLabel("SIZE")
          .type(ByteSize.class)
          .description(
              "how large the cache directory may become; "
                  + Defaults.CACHE_SIZE
                  + " if nowhere given")
          .converters(Command::size)
          .build();

  private final OptionSpec prefetch =
      OptionSpec.builder("--prefetch")
          .paramLabel("MODE")
          .type(PrefetchMode.class)
          .description(
              "what to fetch before it is asked for: off (nothing), attributes (trees and sizes),"
                  + " adaptive (and what a reader comes to next), all (everything); "
                  + ModeNames.of(Defaults.PREFETCH)
                  + " if nowhere given")
          .converters(MountCommand::mode)
          .build();

  private final SettingsOptions settings = new SettingsOptions();
  private final MountingOptions mounting = new MountingOptions();

  private final OptionSpec profile =
      OptionSpec.builder("--profile")
          .paramLabel("NAME|FILE")
          .type(String.class)
          .description(
              "what to bring in the background: a profile's name, or a file by a path with a slash"
                  + " in it; the repository's own ("
                  + Profile.CARRIED
                  + ") if not given")
          .build();

  private final OptionSpec noProfile =
      Command.flag("bring no profile, nor the repository's own", "--no-profile");

  private final OptionSpec pin =
      Command.flag("stay at the commit, wherever the branch moves", "--pin");

  private final PositionalParamSpec source =
      PositionalParamSpec.builder()
          .index("0")
          .paramLabel("SOURCE")
          .required(true)
          .type(String.class)
          .description(
              "a URL (https, http, ssh, git, file), user@host:path, a local path, owner/repo[@REF]"
                  + " of GitHub, or FORGE/owner/repo[@REF]")
          .build();

  private final PositionalParamSpec directory =
      PositionalParamSpec.builder()
          .index("1")
          .paramLabel("DIR")
          .type(Path.class)
          .required(true)
          .description("where to mount; created if absent, else it must be empty")
          .build();

  /**
   * @param verbose whether to log more
   */
  MountCommand(BooleanSupplier verbose) {
    this.verbose = verbose;
  }

  @Override
  public CommandSpec syntax() {
    mounting.addTo(syntax);
    syntax
        .addOption(ref)
        .addOption(memory)
        .addOption(cacheSize)
        .addOption(prefetch)
        .addOption(profile)
        .addOption(noProfile)
        .addOption(pin)
        .addOption(settings.file())
        .addOption(settings.allow())
        .addPositional(source)
        .addPositional(directory)
        .usageMessage()
        .description("Mount a repository on a directory.");
    return syntax;
  }

  @Override
  public Integer call()
      throws DaemonException, SettingsException, IOException, InterruptedException {
    refuseUnreadable(source.getValue());
    Settings set = settings.read(syntax.commandLine());
    DaemonMemory memory = mounting.memory(syntax.commandLine(), checkedMemory(set));
    Optional<Spelling> spelled = spelled(set);
    KernelOptions kernelOptions = mounting.kernel(syntax.commandLine());
    List<String> lines = profile();
    Path target = KernelMounts.canonical(directory.getValue());
    Path cache = mounting.cacheDirectory(set);
    boolean stay = mounting.stay();
    Directories directories = Directories.ofUser();
    Optional<Path> log =
        stay ? Optional.empty() : Optional.of(LogFile.of(directories.state(), target));
    try (var process = DaemonProcess.start(directories, log, memory, verbose.getAsBoolean())) {
      // Put together while the daemon starts.
      var request =
          new MountRequest(
              absolute(source.getValue()),
              spelled.map(Spelling::repository),
              set.rules().allowed(),
              set.rules().denied(),
              Optional.<String>ofNullable(ref.getValue()).or(() -> spelled.flatMap(Spelling::ref)),
              target,
              cache,
              memory.contents(),
              Optional.<ByteSize>ofNullable(cacheSize.getValue()).orElse(set.cacheSize()),
              Optional.<PrefetchMode>ofNullable(prefetch.getValue()).orElse(set.prefetch()),
              lines,
              profile.getValue() == null && !noProfile.<Boolean>getValue(),
              pin.<Boolean>getValue(),
              mounting.poll(set),
              kernelOptions);
      MountSummary summary = Launch.await(process, target, daemon -> daemon.mount(request));
      var out = syntax.commandLine().getOut();
      out.println(
          "mounted %s (%s, %s) on %s%s"
              .formatted(
                  summary.source(),
                  summary.shortRef(),
                  summary.shortCommit(),
                  summary.directory(),
                  log.map(file -> ", log " + file).orElse("")));
      out.flush();
      summary.state().problem().ifPresent(problem -> tell(summary, problem));
      return stay ? Launch.stay(process) : ExitStatus.OK;
    }
  }

  private void tell(MountSummary summary, String problem) {
    var err = syntax.commandLine().getErr();
    err.println(
        "git-fs: %s is shown as it was when it was fetched last: %s"
            .formatted(summary.shortRef(), Secrets.hide(problem)));
    err.flush();
  }

  /**
   * A source is a text, to git and in the cache's names; what is lost of a path in it is another.
   */
  private void refuseUnreadable(String typed) {
    boolean here = !absolute(typed).equals(typed) && !Path.of(typed).isAbsolute();
    if (typed.indexOf(UNREADABLE) >= 0
        || here && KernelMounts.here().toString().indexOf(UNREADABLE) >= 0) {
      throw new ParameterException(
          syntax.commandLine(),
          "SOURCE is at a path that is not UTF-8; name it by a symbolic link whose path is");
    }
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

  /** The repository of a forge that was named, which the rules must allow. */
  private Optional<Spelling> spelled(Settings set) throws DaemonException {
    String typed = source.getValue();
    if (!absolute(typed).equals(typed) || Files.exists(Path.of(typed))) {
      return Optional.empty();
    }
    try {
      Optional<Spelling> spelled = Spelling.parse(typed, set.forges());
      if (spelled.isPresent()) {
        SettingsOptions.check(set, spelled.get().repository());
        if (ref.getValue() != null && spelled.get().ref().isPresent()) {
          throw new IllegalArgumentException("give a ref once: behind an @, or with --ref");
        }
      }
      return spelled;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(syntax.commandLine(), e.getMessage());
    }
  }

  private ByteSize checkedMemory(Settings set) {
    ByteSize wanted = Optional.<ByteSize>ofNullable(memory.getValue()).orElse(set.memory());
    if (wanted.bytes() < Defaults.LEAST_MEMORY.bytes()) {
      throw new ParameterException(
          syntax.commandLine(), "--memory must be at least " + Defaults.LEAST_MEMORY);
    }
    return wanted;
  }

  /** The lines of the profile that was named. */
  private List<String> profile() throws IOException {
    String named = profile.getValue();
    if (named == null) {
      return List.of();
    }
    if (noProfile.<Boolean>getValue()) {
      throw new ParameterException(
          syntax.commandLine(), "--profile and --no-profile exclude each other");
    }
    try {
      return ProfileFiles.of(Directories.ofUser()).read(named).patterns().stream()
          .map(PathPattern::text)
          .toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(syntax.commandLine(), e.getMessage());
    }
  }

  private static PrefetchMode mode(String text) {
    try {
      return ModeNames.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
