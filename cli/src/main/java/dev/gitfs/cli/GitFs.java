package dev.gitfs.cli;

import dev.gitfs.cli.config.SettingsException;
import dev.gitfs.cli.daemon.DaemonException;
import dev.gitfs.cli.telemetry.Printable;
import dev.gitfs.cli.telemetry.Reasons;
import dev.gitfs.cli.telemetry.Secrets;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The program: finds the command that was typed and runs it. */
final class GitFs implements Command {

  private static final SequencedMap<Integer, String> EXIT_STATUS = new LinkedHashMap<>();

  static {
    EXIT_STATUS.put(ExitStatus.OK, "success");
    EXIT_STATUS.put(ExitStatus.FAILED, "something on this machine failed");
    EXIT_STATUS.put(ExitStatus.USAGE, "the command line makes no sense");
    EXIT_STATUS.put(ExitStatus.REPOSITORY, "no such repository or revision, or no right to see it");
    EXIT_STATUS.put(
        ExitStatus.SERVER, "the server cannot be reached or fails; trying again later may help");
    EXIT_STATUS.put(
        ExitStatus.DIRECTORY,
        "the directory cannot be mounted on, nothing is mounted there, or it has no such path");
  }

  private final SequencedMap<String, Supplier<Command>> commands = new LinkedHashMap<>();

  /** {@code --verbose} may stand before the command's name or behind it. */
  private final List<OptionSpec> verbose = new ArrayList<>();

  private final CommandLine commandLine;

  /**
   * The program, with the command named {@code wanted}, or, if there is none of that name, with
   * all.
   */
  private GitFs(String wanted) {
    commands.put("mount", () -> new MountCommand(this::verbose));
    commands.put("run", () -> new RunCommand(this::verbose));
    commands.put("umount", UmountCommand::new);
    commands.put("prefetch", PrefetchCommand::new);
    commands.put("profile", ProfileCommand::new);
    commands.put("refresh", RefreshCommand::new);
    commands.put("status", StatusCommand::new);
    commands.put("list", ListCommand::new);
    commands.put("stats", StatsCommand::new);
    commands.put("doctor", DoctorCommand::new);
    commands.put("completion", CompletionCommand::new);
    commandLine = new CommandLine(withCommonOptions(syntax()));
    for (Map.Entry<String, Supplier<Command>> command : commands.entrySet()) {
      if (!commands.containsKey(wanted) || command.getKey().equals(wanted)) {
        commandLine.addSubcommand(
            command.getKey(), withCommonOptions(command.getValue().get().syntax()));
      }
    }
    commandLine.setExpandAtFiles(false);
    commandLine.setExecutionStrategy(parsed -> {
      CommandLineCheck.check(parsed);
      return new CommandLine.RunLast().execute(parsed);
    });
    commandLine.registerConverter(Path.class, RawArguments::path);
    // What others had a hand in may be in all of it; what the terminal is to obey is in none.
    commandLine.setOut(new PrintWriter(new Printable(commandLine.getOut()), true));
    commandLine.setErr(new PrintWriter(new Printable(commandLine.getErr()), true));
    commandLine.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
    commandLine.setExecutionExceptionHandler((e, failed, _) -> report(e, failed));
    commandLine.setParameterExceptionHandler((e, _) -> reportUsage(e));
  }

  public static void main(String[] typed) {
    var output = ResultStream.onStandardOutput();
    String[] arguments = helpAsOption(typed);
    int status = commandLine(arguments).execute(arguments);
    System.err.flush();
    CommandEnd.with(output.checked(status));
  }

  /** {@code help COMMAND} is {@code COMMAND --help}, as with git. */
  static String[] helpAsOption(String[] typed) {
    if (typed.length == 0 || !typed[0].equals("help")) {
      return typed;
    }
    String[] arguments = Arrays.copyOfRange(typed, 1, typed.length + 1);
    arguments[typed.length - 1] = "--help";
    return arguments;
  }

  /** The parser for {@code arguments}, which are still to be parsed. */
  static CommandLine commandLine(String... arguments) {
    return new GitFs(arguments.length > 0 ? arguments[0] : "").commandLine;
  }

  @Override
  public CommandSpec syntax() {
    var syntax = CommandSpec.wrapWithoutInspection(this).name("git-fs");
    syntax.version(version());
    syntax.addOption(
        OptionSpec.builder("-V", "--version")
            .type(boolean.class)
            .versionHelp(true)
            .description("print the version and exit")
            .build());
    var exitStatus = new LinkedHashMap<String, String>();
    EXIT_STATUS.forEach((status, meaning) -> exitStatus.put(status.toString(), meaning));
    syntax
        .usageMessage()
        .description("Mounts any git repository as a directory, without cloning it.")
        .synopsisSubcommandLabel("COMMAND")
        .exitCodeListHeading("%nExit status:%n")
        .exitCodeList(exitStatus)
        .footerHeading("%nExamples:%n")
        .footer(
            "  git-fs mount https://github.com/torvalds/linux /mnt/linux",
            "  git-fs mount --ref v6.1 torvalds/linux linux-6.1",
            "  git-fs umount /mnt/linux",
            "  git-fs help mount");
    return syntax;
  }

  /** No command was named. */
  @Override
  public Integer call() {
    commandLine.usage(commandLine.getErr());
    return ExitStatus.USAGE;
  }

  private boolean verbose() {
    // Those of commands beside the one that was typed have no value at all.
    return verbose.stream().anyMatch(option -> Boolean.TRUE.equals(option.getValue()));
  }

  private CommandSpec withCommonOptions(CommandSpec syntax) {
    syntax.addOption(
        OptionSpec.builder("-h", "--help")
            .type(boolean.class)
            .usageHelp(true)
            .description("show this help and exit")
            .build());
    var option = Command.flag("log more, and show where an error came from", "-v", "--verbose");
    verbose.add(option);
    syntax.addOption(option);
    syntax.usageMessage().sortOptions(false).autoWidth(true);
    syntax.subcommands().values().forEach(below -> withCommonOptions(below.getCommandSpec()));
    return syntax;
  }

  private int report(Exception e, CommandLine failed) {
    var err = failed.getErr();
    err.println("git-fs: " + Secrets.hide(Reasons.of(e)));
    if (verbose()) {
      e.printStackTrace(err);
    }
    return switch (e) {
      case DaemonException failure -> ExitStatus.of(failure.kind());
      case SettingsException _ -> ExitStatus.USAGE;
      default -> ExitStatus.FAILED;
    };
  }

  private static int reportUsage(ParameterException e) {
    var err = e.getCommandLine().getErr();
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    String message = CommandLineCheck.message(e);
    err.println("git-fs: " + Secrets.hide(message) + "; see: " + command + " --help");
    return ExitStatus.USAGE;
  }

  /** As the build put it into the jar. */
  private static String version() {
    String version = GitFs.class.getPackage().getImplementationVersion();
    return "git-fs " + (version == null ? "(not packaged)" : version);
  }
}
