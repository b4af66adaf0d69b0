package dev.gitfs.cli;

import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What the parser lets pass of a command line, and its complaints in words of ours. */
final class CommandLineCheck {

  private CommandLineCheck() {}

  /**
   * Refuses what is left over beside {@code --help} or {@code --version}, upon which the parser
   * looks at nothing else, and empty values: no ref, path or size is empty, and an empty path would
   * be the current directory.
   *
   * @throws ParameterException with a message for people
   */
  static void check(ParseResult parsed) {
    for (CommandLine level : parsed.asCommandLineList()) {
      ParseResult result = level.getParseResult();
      if (!result.unmatched().isEmpty()) {
        throw new UnmatchedArgumentException(level, result.unmatched());
      }
      for (ArgSpec argument : result.matchedArgs()) {
        if (argument.originalStringValues().contains("")) {
          throw new ParameterException(level, name(argument) + " must not be empty");
        }
      }
    }
  }

  static String message(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return e.getMessage();
    }
    String typed = unmatched.getUnmatched().getFirst();
    CommandSpec command = e.getCommandLine().getCommandSpec();
    Collection<CommandLine> below = e.getCommandLine().getSubcommands().values();
    if (typed.startsWith("-") && typed.length() > 1) {
      return noOption(typed, command, below);
    }
    if (below.isEmpty()) {
      return "'%s' is one argument too many for %s".formatted(typed, command.qualifiedName());
    }
    Collection<String> commands = e.getCommandLine().getSubcommands().keySet();
    String near = NearNames.question(typed, commands);
    return "no such command: '%s'%s"
        .formatted(typed, near.isEmpty() ? "; there are " + String.join(", ", commands) : near);
  }

  private static String noOption(String typed, CommandSpec command, Collection<CommandLine> below) {
    String option = typed.replaceFirst("=.*", "");
    List<String> behind =
        below.stream()
            .map(CommandLine::getCommandSpec)
            .filter(other -> names(other).anyMatch(option::equals))
            .map(CommandSpec::name)
            .toList();
    if (!behind.isEmpty()) {
      return "%s goes behind the command: %s".formatted(option, String.join(", ", behind));
    }
    // Any letter is near to any other.
    String near =
        option.startsWith("--") ? NearNames.question(option, names(command).toList()) : "";
    return "%s has no option %s%s".formatted(command.qualifiedName(), option, near);
  }

  private static Stream<String> names(CommandSpec command) {
    return command.options().stream().flatMap(option -> Stream.of(option.names()));
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }
}
