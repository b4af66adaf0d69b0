package dev.gitfs.bench;

import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A directory on the local disk for what one benchmark writes. Closing it deletes it. */
final class Workspace implements AutoCloseable {
  private final Path root;

  Workspace() throws IOException {
    root = Files.createTempDirectory(Files.createDirectories(Checkout.cache()), "run");
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
    delete(root);
  }
}
