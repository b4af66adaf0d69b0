package dev.gitfs.bench;

import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Where one benchmark writes: a directory on the local disk, and others in /tmp. Closing it deletes
 * them. An early end of the program (Ctrl-C) does too, and ends what was started and what is
 * mounted.
 */
final class Workspace implements AutoCloseable {

  /** For a process that was asked to end; a serving one writes its indexes then. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static volatile boolean abandoned;

  private final Path root;
  private final List<Path> elsewhere = new ArrayList<>();
  private final Set<ProcessHandle> servers = ConcurrentHashMap.newKeySet();
  private final Thread earlyEnd = new Thread(this::abandon);

  /** A new directory in {@code parent}, which is created if absent. */
  Workspace(Path parent) throws IOException {
    root = Files.createTempDirectory(Files.createDirectories(parent), "run");
    Runtime.getRuntime().addShutdownHook(earlyEnd);
  }

  /** A new directory, empty. */
  Path directory(String name) throws IOException {
    return Files.createTempDirectory(root, name);
  }

  /** A new directory with a short path, for the names of sockets. */
  synchronized Path shortDirectory() throws IOException {
    var directory = Files.createTempDirectory("gitfs-bench");
    elsewhere.add(directory);
    return directory;
  }

  /** A process that is no child of this one, and ends when what it serves is unmounted. */
  void serves(ProcessHandle server) {
    servers.add(server);
    server.onExit().thenRun(() -> servers.remove(server));
  }

  /** Deletes a directory, though nothing that is mounted in it. */
  void delete(Path directory) {
    Processes.command("rm", "-rf", "--one-file-system", directory.toString())
        .timeout(Duration.ofMinutes(5))
        .run();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(earlyEnd);
    } catch (IllegalStateException e) {
      // It runs already, and does the rest.
      return;
    }
    deleteAll();
  }

  /** Whether the program is being ended before its time: what fails now, fails because of that. */
  static boolean isAbandoned() {
    return abandoned;
  }

  private void abandon() {
    abandoned = true;
    end(ProcessHandle.current().descendants().toList());
    try {
      for (var mount : Files.readAllLines(Path.of("/proc/self/mounts"))) {
        var directory = mount.split(" ")[1];
        if (directory.startsWith(root + "/")) {
          Processes.command("umount", "-l", directory).run();
        }
      }
    } catch (IOException e) {
      Progress.say("cannot tell what is still mounted below %s: %s", root, e.getMessage());
    }
    end(List.copyOf(servers));
    deleteAll();
  }

  /** Asks processes to end, and makes those that do not. */
  private static void end(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroy);
    for (var process : processes) {
      try {
        process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      } catch (Exception e) {
        process.destroyForcibly();
      }
    }
  }

  private synchronized void deleteAll() {
    delete(root);
    elsewhere.forEach(this::delete);
  }
}
