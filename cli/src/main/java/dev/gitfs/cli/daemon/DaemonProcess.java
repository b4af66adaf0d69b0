package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.cli.telemetry.LogFile;
import dev.gitfs.cli.telemetry.LogSetup;
import dev.gitfs.cli.telemetry.Reasons;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A daemon that this process started.
 *
 * <p>No word that a user typed is on its command line: URLs hold passwords, and every user of a
 * machine can read every process's arguments. Requests reach it through a socket. Its environment
 * is the user's, for git's configuration, the ssh agent and proxies to count; but not what is meant
 * for other JVMs. Its standard output and error are its log.
 */
public final class DaemonProcess implements AutoCloseable {

  /** Options for the JVMs of git-fs, commands and daemons alike, with blanks between them. */
  private static final String OPTIONS = "GIT_FS_JAVA_OPTIONS";

  /** Options for every JVM, set for other programs. The launcher leaves them out as well. */
  private static final List<String> OPTIONS_OF_OTHERS =
      List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_LAUNCHER_DEBUG");

  private final Process process;
  private final StartSocket socket;
  private final LastWords lastWords;

  /** Set once by {@link #daemon}, by the one thread that talks to it. */
  private Optional<DaemonClient> client = Optional.empty();

  private DaemonProcess(Process process, StartSocket socket, LastWords lastWords) {
    this.process = process;
    this.socket = socket;
    this.lastWords = lastWords;
    // Where there will be no connection, nobody shall wait for one.
    process.onExit().thenRun(() -> putAway(socket));
  }

  /**
   * Starts a daemon.
   *
   * @param log where it logs; empty for the foreground: it then logs to this process's standard
   *     error, gets the terminal's signals, and ends when this process does
   * @param memory what it may take; what its object caches may, the request says too
   */
  public static DaemonProcess start(
      Directories directories, Optional<Path> log, DaemonMemory memory, boolean verbose)
      throws DaemonException {
    try {
      var socket = StartSocket.listen(directories.runtime());
      try {
        return start(socket, log, memory, verbose);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DaemonException(Kind.FAILED, "cannot start a daemon: " + Reasons.of(e), e);
    }
  }

  private static DaemonProcess start(
      StartSocket socket, Optional<Path> log, DaemonMemory memory, boolean verbose)
      throws IOException {
    var builder = new ProcessBuilder(command(socket.path(), log, memory, verbose));
    builder.environment().keySet().removeAll(OPTIONS_OF_OTHERS);
    // glibc gives each thread an arena of up to 64 MiB; two are enough for a JVM.
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.directory(Path.of("/").toFile());
    builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
    LastWords lastWords;
    if (log.isPresent()) {
      createLog(log.get());
      lastWords = LastWords.in(log.get());
      builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.get().toFile()));
    } else {
      lastWords = LastWords.onTheTerminal();
      // All that JVM and daemon have to say goes to standard error.
      builder.redirectError(Redirect.INHERIT).redirectOutput(Redirect.DISCARD);
    }
    return new DaemonProcess(builder.start(), socket, lastWords);
  }

  private static void createLog(Path log) throws IOException {
    try {
      LogFile.create(log);
    } catch (IOException e) {
      throw new IOException(
          "its log cannot be written ("
              + Reasons.of(e)
              + "); name a directory of yours: export XDG_STATE_HOME=DIRECTORY",
          e);
    }
  }

  private static List<String> command(
      Path socket, Optional<Path> log, DaemonMemory memory, boolean verbose) {
    Path home = Path.of(System.getProperty("java.class.path")).toAbsolutePath().getParent();
    var command = new ArrayList<String>();
    if (log.isPresent()) {
      // A session of its own: the terminal's hang-up and Ctrl-C are for others.
      command.add("setsid");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + home.resolve("daemon.jvm"));
    long heap = memory.heap().bytes();
    // All of it from the start: what is not used takes no memory, and growing takes collections.
    command.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
    Path cache = home.resolve("daemon.aot");
    if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
    log.ifPresent(file -> command.add("-D" + LogSetup.FILE + "=" + file));
    if (verbose) {
      command.add("-D" + LogSetup.LEVEL + "=DEBUG");
    }
    // Last, so that they count for more.
    for (String option : System.getenv().getOrDefault(OPTIONS, "").split("\\s+")) {
      if (!option.isEmpty()) {
        command.add(option);
      }
    }
    command.addAll(
        List.of(
            "-cp",
            home.resolve("git-fs.jar").toString(),
            DaemonMain.class.getName(),
            socket.toString()));
    if (log.isEmpty()) {
      command.add(DaemonMain.FOREGROUND);
    }
    return command;
  }

  /**
   * The daemon, to talk to, as soon as it runs; closed with this.
   *
   * @throws DaemonException if it ends before, with what it said last
   */
  public Daemon daemon() throws DaemonException {
    if (client.isEmpty()) {
      try (socket) {
        client =
            Optional.of(
                new DaemonClient(process.pid(), socket.accept(), () -> lastWords.of(process)));
      } catch (ClosedChannelException e) {
        throw new DaemonException(
            Kind.FAILED, "cannot start a daemon: " + lastWords.of(process), e);
      } catch (IOException e) {
        throw new DaemonException(Kind.FAILED, "cannot start a daemon: " + Reasons.of(e), e);
      }
    }
    return client.get();
  }

  /** Waits for its end, and returns its exit status. */
  public int await() throws InterruptedException {
    return process.waitFor();
  }

  /** Asks it to unmount everything and end. */
  public void end() {
    process.destroy();
  }

  /** The same, and waits for its end for as long as {@code patience}. */
  public void end(Duration patience) {
    end();
    try {
      process.waitFor(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the conversation; the daemon goes on for as long as it has something mounted. */
  @Override
  public void close() {
    client.ifPresent(DaemonClient::close);
    putAway(socket);
  }

  private static void putAway(StartSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // A file of no use to anybody is left.
    }
  }
}
