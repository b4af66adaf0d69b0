package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** The user's own git, run apart from any repository and never asking at a terminal. */
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

  /** As much of what a program says on standard error as is kept. */
  private static final int MOST_WORDS = 4096;

  /** How long the words of a program that has ended may be under way. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  /** What this process waits for: none of it outlives it. */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(GitProgram::end)));
  }

  /** Where a shell looks for programs that is told nothing (dash, bash). */
  private static final String USUAL_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Map<String, String> environment;
  private final String program;

  GitProgram(Map<String, String> environment) {
    var own = new HashMap<>(environment);
    own.putIfAbsent("PATH", USUAL_PATH);
    this.program = find(own.get("PATH"));
    REPOSITORY_VARIABLES.forEach(own::remove);
    // A trace on standard error would be taken for git's words, and may hold secrets.
    own.keySet().removeIf(name -> name.startsWith("GIT_TRACE") || name.equals("GIT_CURL_VERBOSE"));
    // Set, and empty: no program is asked but by asking(), where unset git would go on to others.
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

  /** {@code git credential fill}, with {@code askpass} in place of the helpers. */
  ProcessBuilder asking(Askpass askpass) {
    // An empty value takes back all helpers before it, those for a URL as well (credential.c).
    var builder = outside("-c", "credential.helper=", "credential", "fill");
    builder.environment().put("GIT_ASKPASS", askpass.program());
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

  /** A program took longer than it may. */
  static final class TimeoutException extends IOException {
    TimeoutException(String program, Duration limit) {
      super(program + " did not end within " + Durations.text(limit));
    }
  }

  /** A program ended with another status than 0. */
  static final class FailedException extends IOException {

    private final String words;

    FailedException(String program, int status, String words) {
      super(program + " failed with status " + status + (words.isEmpty() ? "" : ": " + words));
      this.words = words;
    }

    /** What it said last, without space around it. */
    String words() {
      return words;
    }
  }

  /**
   * Runs {@code command} to its end. What it leaves behind when it is interrupted or takes too long
   * is ended with it.
   *
   * @param input goes to its standard input
   * @return its standard output
   * @throws FailedException if it fails
   * @throws TimeoutException if it takes longer than {@code limit}
   * @throws IOException if it cannot be run
   */
  static String run(ProcessBuilder command, String input, Duration limit)
      throws IOException, InterruptedException {
    String program = Path.of(command.command().getFirst()).getFileName().toString();
    Process process;
    try {
      process = command.start();
    } catch (IOException e) {
      throw new IOException("cannot run " + program + ": is it installed?", e);
    }
    RUNNING.add(process);
    var output = reading(process.getInputStream(), Integer.MAX_VALUE);
    var words = reading(process.getErrorStream(), MOST_WORDS);
    try {
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(UTF_8));
      } catch (IOException e) {
        // It ended without reading all: its status says whether that was wrong.
      }
      String read = output.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      if (!process.waitFor(limit)) {
        throw new TimeoutException(program, limit);
      }
      if (process.exitValue() != 0) {
        throw new FailedException(program, process.exitValue(), lastWords(words));
      }
      return read;
    } catch (java.util.concurrent.TimeoutException e) {
      throw new TimeoutException(program, limit);
    } catch (ExecutionException e) {
      throw new IOException(program + " broke off", e.getCause());
    } finally {
      end(process);
      RUNNING.remove(process);
    }
  }

  private static FutureTask<String> reading(InputStream from, int most) {
    var task =
        new FutureTask<>(() -> {
          String start = new String(from.readNBytes(most), UTF_8);
          from.transferTo(OutputStream.nullOutputStream());
          return start;
        });
    // A platform thread: a read from a pipe would hold a virtual thread's carrier.
    Thread.ofPlatform().daemon().name("git-fs-git").start(task);
    return task;
  }

  /** Of a program that has ended; what it left in the background may hold the pipe open. */
  private static String lastWords(FutureTask<String> words) throws InterruptedException {
    try {
      return words.get(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS).strip();
    } catch (java.util.concurrent.TimeoutException | ExecutionException e) {
      return "";
    }
  }

  /**
   * Ends a process, if it runs, with all that it started: parents first, so that none is missed.
   */
  private static void end(Process process) {
    if (process.isAlive()) {
      end(process.toHandle());
    }
  }

  private static void end(ProcessHandle process) {
    var children = process.children().toList();
    process.destroyForcibly();
    children.forEach(GitProgram::end);
  }
}
