package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The git executable, run so that it does the same on every machine: no configuration of the user
 * or the system, no prompts, fixed author and dates.
 */
public final class Git {

  /** Where git looks for a user's files, and finds next to none. */
  private static final Path HOME = home();

  private static final Path EXEC_PATH =
      Path.of(command(List.of("--exec-path")).run().orFail().text().strip());

  private Git() {}

  /** {@code git arguments…}, to be run. */
  public static Processes command(List<String> arguments) {
    var command = new ArrayList<String>();
    command.add("git");
    command.addAll(arguments);
    return Processes.command(command).cleanEnvironment().env(environment());
  }

  /** Runs {@code git arguments…} in {@code directory}, which must succeed. */
  public static Processes.Result run(Path directory, String... arguments) {
    return command(List.of(arguments)).in(directory).run().orFail();
  }

  /** The environment every git of a test runs in, complete. */
  public static Map<String, String> environment() {
    var environment = new HashMap<String, String>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", HOME.toString());
    environment.put("LC_ALL", "C");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_AUTHOR_NAME", "Ada");
    environment.put("GIT_AUTHOR_EMAIL", "ada@example.org");
    environment.put("GIT_AUTHOR_DATE", "1700000000 +0000");
    environment.put("GIT_COMMITTER_NAME", "Ada");
    environment.put("GIT_COMMITTER_EMAIL", "ada@example.org");
    environment.put("GIT_COMMITTER_DATE", "1700000000 +0000");
    return environment;
  }

  /** One of git's own programs, {@code git-daemon} for example: no wrapper process around it. */
  static Path program(String name) {
    return EXEC_PATH.resolve(name);
  }

  private static Path home() {
    try {
      var home = Files.createTempDirectory("gitfs-home");
      // This repository may have been checked out by another user than the one who runs its tests.
      Files.writeString(home.resolve(".gitconfig"), "[safe]\n\tdirectory = *\n");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> TemporaryFiles.delete(home)));
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
