package dev.gitfs.bench;

import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A directory on the local disk for what one benchmark writes. Closing it deletes it, and so does
 * an early end of the program, which may leave something mounted in it.
 */
final class Workspace implements AutoCloseable {
  private final Path root;
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

  /** Deletes a directory, though nothing that is mounted in it. */
  void delete(Path directory) {
    Processes.command("rm", "-rf", "--one-file-system", directory.toString())
        .timeout(Duration.ofMinutes(5))
        .run();
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(earlyEnd);
    delete(root);
  }

  private void abandon() {
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
    delete(root);
  }
}
