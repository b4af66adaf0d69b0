package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The user's own git, run apart from any repository and never asking anybody anything. */
final class GitProgram {

  /** What ties git to a repository of the caller's: none of it concerns this remote. */
  private static final List<String> REPOSITORY_VARIABLES =
      List.of(
          "GIT_WORK_TREE",
          "GIT_INDEX_FILE",
          "GIT_OBJECT_DIRECTORY",
          "GIT_ALTERNATE_OBJECT_DIRECTORIES",
          "GIT_COMMON_DIR",
          "GIT_NAMESPACE",
          "GIT_PREFIX",
          "GIT_CONFIG");

  private final Map<String, String> environment;
  private final String program;

  GitProgram(Map<String, String> environment) {
    this.program = find(environment.getOrDefault("PATH", ""));
    var own = new HashMap<>(environment);
    REPOSITORY_VARIABLES.forEach(own::remove);
    // Set, and empty: git then asks nobody, where unset it would go on to core.askPass.
    own.put("GIT_TERMINAL_PROMPT", "0");
    own.put("GIT_ASKPASS", "");
    own.put("SSH_ASKPASS", "");
    own.put("GCM_INTERACTIVE", "never");
    // Messages are searched for phrases.
    own.put("LC_ALL", "C.UTF-8");
    this.environment = Map.copyOf(own);
  }

  /** A git command to run outside of any repository. */
  ProcessBuilder outside(String... arguments) {
    var builder = inside(arguments);
    builder.environment().put("GIT_DIR", "/dev/null");
    return builder;
  }

  /** A git command that finds its repository from its arguments. */
  ProcessBuilder inside(String... arguments) {
    var command = new ArrayList<String>();
    command.add(program);
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(new File("/"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().remove("GIT_DIR");
    return builder;
  }

  /** Java would search this process's PATH, whatever the child's is to be. */
  private static String find(String path) {
    return Arrays.stream(path.split(":"))
        .map(directory -> Path.of(directory, "git"))
        .filter(file -> Files.isExecutable(file) && !Files.isDirectory(file))
        .map(Path::toString)
        .findFirst()
        .orElse("/nonexistent/git");
  }

  /**
   * Runs {@code command} to its end.
   *
   * @param input goes to its standard input
   * @return its standard output
   * @throws IOException if it cannot be run, fails, or takes longer than {@code limit}
   */
  static String run(ProcessBuilder command, String input, Duration limit)
      throws IOException, InterruptedException {
    var process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var reading =
        new FutureTask<>(() -> new String(process.getInputStream().readAllBytes(), UTF_8));
    Thread.ofPlatform().daemon().name("git-fs-git").start(reading);
    try {
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      } catch (IOException e) {
        // It ended without reading all: its status says whether that was wrong.
      }
      String output = reading.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException("git failed with status " + status);
      }
      return output;
    } catch (TimeoutException e) {
      throw new IOException("git did not end within " + Durations.text(limit), e);
    } catch (ExecutionException e) {
      throw new IOException("git broke off", e.getCause());
    } finally {
      process.destroyForcibly();
    }
  }
}
