package dev.gitfs.mount;

import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.Pace;
import dev.gitfs.mount.tree.RepositoryMount;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A repository mounted by a JVM of its own, which can be killed; several may share one cache.
 * Closing it unmounts and deletes the mount point, and leaves the cache.
 */
final class ServingProcess implements AutoCloseable {
  private static final String READY = "ready";

  private final Path directory;
  private final Processes.Running process;

  private ServingProcess(Path directory, Processes.Running process) {
    this.directory = directory;
    this.process = process;
  }

  /** Returns once the root can be listed. */
  static ServingProcess start(String url, Path cache) throws IOException, InterruptedException {
    return start(url, cache, Files.createTempDirectory("gitfs-serving"));
  }

  static ServingProcess start(String url, Path cache, Path directory) throws InterruptedException {
    return start(url, cache, directory, Duration.ofHours(1));
  }

  /** The same, with the branch asked for every {@code poll}. */
  static ServingProcess following(String url, Path cache, Duration poll)
      throws IOException, InterruptedException {
    return start(url, cache, Files.createTempDirectory("gitfs-serving"), poll);
  }

  private static ServingProcess start(String url, Path cache, Path directory, Duration poll)
      throws InterruptedException {
    var process =
        Processes.command(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:+UseSerialGC",
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ServingProcess.class.getName(),
                    url,
                    cache.toString(),
                    directory.toString(),
                    poll.toString()))
            .cleanEnvironment()
            .env(Git.environment())
            .start();
    var serving = new ServingProcess(directory, process);
    try {
      Eventually.holds("a mount", () -> process.textSoFar().contains(READY) || !process.isAlive());
    } catch (AssertionError e) {
      serving.close();
      throw e;
    }
    if (!process.isAlive()) {
      throw new AssertionError(process.await(Duration.ZERO));
    }
    return serving;
  }

  Path directory() {
    return directory;
  }

  Path path(String below) {
    return directory.resolve(below);
  }

  /** Ends it as a power cut would; the dead mount stays. */
  void kill() {
    process.signal("KILL");
    process.await(Duration.ofSeconds(10));
  }

  /**
   * Detaches the mount, even one whose process is dead, so that its directory can be used again.
   */
  void unmount() {
    Processes.command("umount", "-l", directory.toString()).run();
  }

  @Override
  public void close() {
    unmount();
    if (process.await(Duration.ofSeconds(10)).timedOut()) {
      throw new AssertionError("the process outlived its mount");
    }
    Processes.command("rmdir", directory.toString()).run();
  }

  public static void main(String[] arguments) throws Exception {
    var remote = Remotes.open(arguments[0], RemoteOptions.defaults());
    var options = new StoreOptions(Path.of(arguments[1]), 64 << 20, Long.MAX_VALUE);
    try (var store = ObjectStore.open(remote, options);
        var mount =
            RepositoryMount.mount(
                store,
                store.resolve(Optional.empty()),
                Path.of(arguments[2]),
                MountOptions.readOnly(arguments[0], "git-fs"),
                PrefetchMode.OFF);
        var follower =
            new BranchFollower(
                arguments[0], store, Optional.of(Pace.steady(Duration.parse(arguments[3]))))) {
      follower.follow(mount.tree(), Optional.empty());
      System.out.println(READY);
      mount.await();
    }
  }
}
