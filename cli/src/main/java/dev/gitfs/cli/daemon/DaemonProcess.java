package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.cli.telemetry.LogFile;
import dev.gitfs.cli.telemetry.LogSetup;
import dev.gitfs.git.store.StoreMemory;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A daemon that this process started.
 *
 * <p>No word that a user typed is on its command line: URLs hold passwords, and every user of a
 * machine can read every process's arguments. Requests reach it through its standard input. Its
 * environment is the user's, for git's configuration, the ssh agent and proxies to count.
 */
public final class DaemonProcess implements AutoCloseable {

  /**
   * Heap beyond what a user grants to cached objects: for requests under way, packs being indexed,
   * the inode table of a tree of a million entries, and room for the collector.
   */
  private static final ByteSize HEAP_BASE = ByteSize.mebibytes(96);

  private final Process process;
  private final DaemonClient client;

  private DaemonProcess(Process process) {
    this.process = process;
    this.client =
        new DaemonClient(
            process.pid(), process.getInputStream(), process.getOutputStream(), process::destroy);
  }

  /**
   * Starts a daemon.
   *
   * @param log where it logs; empty for the foreground: it then logs to this process's standard
   *     error, gets the terminal's signals, and ends when this process does
   * @param memory what its object caches may take
   */
  public static DaemonProcess start(Optional<Path> log, ByteSize memory, boolean verbose)
      throws DaemonException {
    try {
      Path home = Path.of(System.getProperty("java.class.path")).toAbsolutePath().getParent();
      var command = new ArrayList<String>();
      if (log.isPresent()) {
        // A session of its own: the terminal's hang-up and Ctrl-C are for others.
        command.add("setsid");
      }
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("@" + home.resolve("daemon.jvm"));
      long outside = StoreMemory.outsideHeap(memory.bytes());
      long heap = memory.bytes() - outside + HEAP_BASE.bytes();
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
      command.addAll(
          List.of("-cp", home.resolve("git-fs.jar").toString(), DaemonMain.class.getName()));
      if (log.isEmpty()) {
        command.add(DaemonMain.FOREGROUND);
      }
      var builder = new ProcessBuilder(command);
      // glibc gives each thread an arena of up to 64 MiB; two are enough for a JVM.
      builder.environment().put("MALLOC_ARENA_MAX", "2");
      builder.directory(Path.of("/").toFile());
      if (log.isPresent()) {
        LogFile.create(log.get());
        builder.redirectError(Redirect.appendTo(log.get().toFile()));
      } else {
        builder.redirectError(Redirect.INHERIT);
      }
      return new DaemonProcess(builder.start());
    } catch (IOException e) {
      throw new DaemonException(Kind.FAILED, "cannot start a daemon: " + e.getMessage(), e);
    }
  }

  /** The daemon, to talk to. */
  public Daemon daemon() {
    return client;
  }

  /** Waits for its end, and returns its exit status. */
  public int await() throws InterruptedException {
    return process.waitFor();
  }

  /** Asks it to unmount everything and end. */
  public void end() {
    process.destroy();
  }

  /** Ends the conversation; the daemon goes on for as long as it has something mounted. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.getInputStream().close();
    } catch (IOException e) {
      // It is gone already.
    }
  }
}
