package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.config.ProfileFiles;
import dev.gitfs.cli.daemon.Daemon;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.daemon.MountedPath;
import dev.gitfs.cli.daemon.RunningDaemons;
import dev.gitfs.mount.prefetch.PathPattern;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code git-fs profile}: records which files are read in a mount, for later mounts to bring. */
final class ProfileCommand implements Command {

  private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

  ProfileCommand() {}

  @Override
  public CommandSpec syntax() {
    syntax
        .addSubcommand("record", new Recording().syntax())
        .addSubcommand("stop", new Stop().syntax())
        .addSubcommand("list", new Names().syntax())
        .addSubcommand("show", new Show().syntax())
        .usageMessage()
        .description("Record which files are read in a mount, for later mounts to bring at once.")
        .synopsisSubcommandLabel("COMMAND")
        .footerHeading("%nExample:%n")
        .footer(
            "  git-fs profile record build /mnt/project",
            "  make -C /mnt/project -n",
            "  git-fs profile stop /mnt/project",
            "  git-fs mount --profile build URL /mnt/again");
    return syntax;
  }

  /** No subcommand was named. */
  @Override
  public Integer call() {
    syntax.commandLine().usage(syntax.commandLine().getErr());
    return ExitStatus.USAGE;
  }

  private static PositionalParamSpec path(String index) {
    return PositionalParamSpec.builder()
        .index(index)
        .paramLabel("PATH")
        .type(Path.class)
        .defaultValue(".")
        .description("where it is mounted, or any path within; this directory if not given")
        .build();
  }

  private static Path mount(Path path) throws DaemonException, IOException {
    return MountedPath.of(path)
        .map(mounted -> mounted.mount().directory())
        .orElseThrow(() ->
            new DaemonException(
                DaemonException.Kind.DIRECTORY,
                path.toAbsolutePath().normalize() + " is in no mount of git-fs; see: git-fs list"));
  }

  private static ProfileFiles files() throws IOException {
    return ProfileFiles.of(Directories.ofUser());
  }

  /** Begins to record. */
  private static final class Recording implements Command {

    private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);
    private final PositionalParamSpec path = path("1");

    private final PositionalParamSpec name =
        PositionalParamSpec.builder()
            .index("0")
            .paramLabel("NAME")
            .type(String.class)
            .required(true)
            .description("the profile's name: letters, digits, dot, hyphen and underscore")
            .build();

    private final OptionSpec replace =
        Command.flag("replace the profile of that name, if there is one", "--replace");

    @Override
    public CommandSpec syntax() {
      syntax
          .addOption(replace)
          .addPositional(name)
          .addPositional(path)
          .usageMessage()
          .description("Begin to record which files are read in a mount.");
      return syntax;
    }

    @Override
    public Integer call() throws DaemonException, IOException {
      Path file = file();
      if (Files.exists(file) && !replace.<Boolean>getValue()) {
        throw new DaemonException(
            DaemonException.Kind.FAILED,
            file + " exists; take another name, or --replace to have it written anew");
      }
      Path mount = mount(path.getValue());
      try (var serving = new RunningDaemons(Directories.ofUser()).require(mount)) {
        serving.daemon().record(serving.directory(), file);
      }
      PrintWriter out = syntax.commandLine().getOut();
      out.println(
          "recording what is read in %1$s; to end it: git-fs profile stop %1$s".formatted(mount));
      out.flush();
      return ExitStatus.OK;
    }

    private Path file() throws IOException {
      try {
        return files().file(name.getValue());
      } catch (IllegalArgumentException e) {
        throw new ParameterException(syntax.commandLine(), e.getMessage());
      }
    }
  }

  /** Ends the recording and has it written. */
  private static final class Stop implements Command {

    private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);
    private final PositionalParamSpec path = path("0");

    @Override
    public CommandSpec syntax() {
      syntax
          .addPositional(path)
          .usageMessage()
          .description("End the recording in a mount and write the profile.");
      return syntax;
    }

    @Override
    public Integer call() throws DaemonException, IOException {
      Path mount = mount(path.getValue());
      Daemon.Recorded recorded;
      try (var serving = new RunningDaemons(Directories.ofUser()).require(mount)) {
        recorded = serving.daemon().stopRecording(serving.directory());
      }
      PrintWriter out = syntax.commandLine().getOut();
      String unit = recorded.paths() == 1 ? "path" : "paths";
      out.println("%s: %d %s".formatted(recorded.file(), recorded.paths(), unit));
      out.flush();
      return ExitStatus.OK;
    }
  }

  /** Names the profiles there are. */
  private static final class Names implements Command {

    private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

    @Override
    public CommandSpec syntax() {
      syntax.usageMessage().description("List the names of your profiles.");
      return syntax;
    }

    @Override
    public Integer call() throws IOException {
      PrintWriter out = syntax.commandLine().getOut();
      files().names().forEach(out::println);
      out.flush();
      return ExitStatus.OK;
    }
  }

  /** Prints a profile, and so checks it. */
  private static final class Show implements Command {

    private final CommandSpec syntax = CommandSpec.wrapWithoutInspection(this);

    private final PositionalParamSpec name =
        PositionalParamSpec.builder()
            .index("0")
            .paramLabel("NAME|FILE")
            .type(String.class)
            .required(true)
            .description("a profile's name, or a file by a path with a slash in it")
            .build();

    @Override
    public CommandSpec syntax() {
      syntax
          .addPositional(name)
          .usageMessage()
          .description("Check a profile, and print the paths and globs in it.");
      return syntax;
    }

    @Override
    public Integer call() throws IOException {
      PrintWriter out = syntax.commandLine().getOut();
      try {
        for (PathPattern pattern : files().read(name.getValue()).patterns()) {
          out.println(pattern.text());
        }
      } catch (IllegalArgumentException e) {
        throw new ParameterException(syntax.commandLine(), e.getMessage());
      }
      out.flush();
      return ExitStatus.OK;
    }
  }
}
