package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.telemetry.Secrets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program: finds the command that was typed and runs it. */
@Command(
    name = "git-fs",
    description = "Mounts any git repository as a directory, without cloning it.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = GitFs.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  git-fs mount https://github.com/torvalds/linux /mnt/linux",
      "  git-fs mount --ref v6.1 torvalds/linux linux-6.1",
      "  git-fs umount /mnt/linux"
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:success",
      "1:something on this machine failed",
      "2:the command line makes no sense",
      "3:no such repository or revision, or no right to see it",
      "4:the server cannot be reached or fails; trying again later may help",
      "5:the directory cannot be mounted on, or nothing is mounted there"
    })
final class GitFs {

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "print the version and exit")
  private boolean version;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "show this help and exit")
  private boolean help;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "log more, and show where an error came from")
  private boolean verbose;

  GitFs() {}

  public static void main(String[] arguments) {
    System.exit(commandLine(arguments).execute(arguments));
  }

  /**
   * The parser for {@code arguments}. A command's options are read by reflection, which takes time:
   * if a command is named, it alone is there.
   */
  static CommandLine commandLine(String... arguments) {
    var program = new GitFs();
    var commandLine = new CommandLine(program);
    Map<String, Supplier<Callable<Integer>>> commands = program.commands();
    if (arguments.length > 0 && commands.containsKey(arguments[0])) {
      commandLine.addSubcommand(commands.get(arguments[0]).get());
    } else {
      commands.values().forEach(command -> commandLine.addSubcommand(command.get()));
    }
    return commandLine
        .registerConverter(ByteSize.class, GitFs::size)
        .setExecutionExceptionHandler((e, command, _) -> program.report(e, command));
  }

  boolean verbose() {
    return verbose;
  }

  private Map<String, Supplier<Callable<Integer>>> commands() {
    var commands = new TreeMap<String, Supplier<Callable<Integer>>>();
    commands.put("mount", () -> new MountCommand(this));
    commands.put("umount", UmountCommand::new);
    commands.put("list", ListCommand::new);
    commands.put("stats", StatsCommand::new);
    commands.put("doctor", DoctorCommand::new);
    commands.put("completion", CompletionCommand::new);
    return commands;
  }

  private int report(Exception e, CommandLine command) {
    var err = command.getErr();
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    err.println("git-fs: " + Secrets.hide(message));
    if (verbose) {
      e.printStackTrace(err);
    }
    return e instanceof DaemonException failure ? ExitStatus.of(failure.kind()) : ExitStatus.FAILED;
  }

  private static ByteSize size(String text) {
    try {
      return ByteSize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(e.getMessage());
    }
  }

  /** The version that the build put into the jar. */
  static final class Version implements CommandLine.IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = GitFs.class.getPackage().getImplementationVersion();
      return new String[] {"git-fs " + (version == null ? "(not packaged)" : version)};
    }
  }
}
