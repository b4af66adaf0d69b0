package dev.gitfs.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Child processes of a test: run with a time limit, their output captured. What touches a mount
 * must be such a child, never the JVM that serves it.
 *
 * <pre>{@code
 * var listing = Processes.command("ls", "-l").in(mount).run().orFail().text();
 * }</pre>
 *
 * <p>An instance is immutable; each method that sets something returns a new one.
 */
public final class Processes {

  /** Long enough for a slow, shared machine; short enough that a hung mount fails its test soon. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> command;
  private final Path directory;
  private final Map<String, String> environment;
  private final boolean cleanEnvironment;
  private final byte[] input;
  private final Duration timeout;

  private Processes(
      List<String> command,
      Path directory,
      Map<String, String> environment,
      boolean cleanEnvironment,
      byte[] input,
      Duration timeout) {
    this.command = List.copyOf(command);
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    this.cleanEnvironment = cleanEnvironment;
    this.input = input;
    this.timeout = timeout;
  }

  public static Processes command(String... command) {
    return command(List.of(command));
  }

  public static Processes command(List<String> command) {
    return new Processes(command, null, Map.of(), false, new byte[0], PATIENCE);
  }

  /** A perl script with arguments: perl is wherever git is, starts in 5 ms and knows raw bytes. */
  public static Processes perl(String script, Object... arguments) {
    var command = new ArrayList<>(List.of("perl", "-e", script, "--"));
    for (var argument : arguments) {
      command.add(argument.toString());
    }
    return command(command);
  }

  /** Runs in {@code directory}, entered by the child, so it may be a mount. */
  public Processes in(Path directory) {
    return new Processes(command, directory, environment, cleanEnvironment, input, timeout);
  }

  /** With one more environment variable. */
  public Processes env(String name, String value) {
    return env(Map.of(name, value));
  }

  /** With more environment variables. */
  public Processes env(Map<String, String> variables) {
    var all = new TreeMap<>(environment);
    all.putAll(variables);
    return new Processes(command, directory, all, cleanEnvironment, input, timeout);
  }

  /** With no environment variables but those set here. */
  public Processes cleanEnvironment() {
    return new Processes(command, directory, environment, true, input, timeout);
  }

  /** With {@code input} on standard input, which is empty otherwise. */
  public Processes input(byte[] input) {
    return new Processes(command, directory, environment, cleanEnvironment, input, timeout);
  }

  /** Killed after {@code timeout}, which is a minute otherwise. */
  public Processes timeout(Duration timeout) {
    return new Processes(command, directory, environment, cleanEnvironment, input, timeout);
  }

  /** Runs to the end, or until the time is over. */
  public Result run() {
    try (var running = start()) {
      return running.await(timeout);
    }
  }

  /** Starts, and returns at once. */
  public Running start() {
    var builder = new ProcessBuilder(command);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    if (cleanEnvironment) {
      builder.environment().clear();
    }
    builder.environment().putAll(environment);
    try {
      return new Running(String.join(" ", command), builder.start(), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What a child process left behind.
   *
   * @param command as one line, for messages
   * @param exit its exit code, 128 + n when signal n ended it; -1 if the time was over
   * @param took from start to end
   */
  public record Result(String command, int exit, byte[] out, byte[] err, Duration took) {

    public boolean timedOut() {
      return exit == -1;
    }

    /** Standard output as UTF-8. */
    public String text() {
      return new String(out, StandardCharsets.UTF_8);
    }

    /** Standard error as UTF-8. */
    public String errors() {
      return new String(err, StandardCharsets.UTF_8);
    }

    public List<String> lines() {
      return text().lines().toList();
    }

    /** Itself after exit code 0, otherwise an error that tells all. */
    public Result orFail() {
      if (exit != 0) {
        throw new AssertionError(this);
      }
      return this;
    }

    @Override
    public String toString() {
      return "%s: %s after %d ms%n%s%n%s"
          .formatted(
              command,
              timedOut() ? "timed out" : "exit " + exit,
              took.toMillis(),
              head(errors()),
              head(text()));
    }

    private static String head(String text) {
      return text.length() <= 2000 ? text : text.substring(0, 2000) + "…";
    }
  }

  /** A child process under way. Closing it kills it and its descendants. */
  public static final class Running implements AutoCloseable {
    private final String command;
    private final Process process;
    private final long started = System.nanoTime();
    private final Drain out;
    private final Drain err;

    private Running(String command, Process process, byte[] input) {
      this.command = command;
      this.process = process;
      this.out = new Drain(process.getInputStream());
      this.err = new Drain(process.getErrorStream());
      Thread.ofPlatform().daemon().start(() -> feed(input));
    }

    private void feed(byte[] input) {
      try (var stdin = process.getOutputStream()) {
        stdin.write(input);
      } catch (IOException e) {
        // The child ended without reading all of it; its exit code tells whether that is wrong.
      }
    }

    public long pid() {
      return process.pid();
    }

    public boolean isAlive() {
      return process.isAlive();
    }

    /** Standard output so far, as UTF-8. */
    public String textSoFar() {
      return new String(out.bytes(), StandardCharsets.UTF_8);
    }

    /** Sends a signal by its name: {@code INT}, {@code TERM}, {@code KILL}. */
    public void signal(String name) {
      Processes.command("kill", "-" + name, Long.toString(pid())).run().orFail();
    }

    /** Waits for the end; when {@code timeout} passes first, kills it and says so. */
    public Result await(Duration timeout) {
      try {
        var ended = process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (!ended) {
          close();
        }
        // A killed child's pipes may stay open in a grandchild; then what came so far must do.
        out.join(ended ? Duration.ofSeconds(10) : Duration.ofMillis(100));
        err.join(ended ? Duration.ofSeconds(10) : Duration.ofMillis(100));
        return new Result(
            command,
            ended ? process.exitValue() : -1,
            out.bytes(),
            err.bytes(),
            Duration.ofNanos(System.nanoTime() - started));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + command, e);
      }
    }

    @Override
    public void close() {
      var family = new ArrayList<>(process.descendants().toList());
      family.add(process.toHandle());
      family.forEach(ProcessHandle::destroyForcibly);
      try {
        // Not for ever: a process stuck in a dead mount ignores even SIGKILL.
        process.waitFor(2, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Reads a stream to its end on a thread of its own. */
  private static final class Drain {
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final Thread thread;

    Drain(InputStream stream) {
      thread = Thread.ofPlatform().daemon().start(() -> drain(stream));
    }

    private void drain(InputStream stream) {
      try (stream) {
        stream.transferTo(read);
      } catch (IOException e) {
        // The child was killed: what came before is the output.
      }
    }

    void join(Duration patience) throws InterruptedException {
      thread.join(patience);
    }

    byte[] bytes() {
      return read.toByteArray();
    }
  }
}
