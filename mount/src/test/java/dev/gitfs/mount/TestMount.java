package dev.gitfs.mount;

import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.RepositoryMount;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A repository mounted by this JVM on a directory of its own, with a cache of its own. Only child
 * processes may look into {@link #directory}. Closing it unmounts and deletes both.
 */
final class TestMount implements AutoCloseable {

  /**
   * So short that a test of what comes after can wait for it, so long that a busy machine keeps it.
   */
  static final Timeouts IMPATIENT =
      new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(60));

  /** Three tries without noticeable pauses. */
  static final RetryPolicy QUICK_RETRIES =
      new RetryPolicy(3, Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofSeconds(5));

  /** A directory to mount on and a cache, for one mount after the other. */
  static final class Home implements AutoCloseable {
    private final Path path;

    Home() throws IOException {
      path = Files.createTempDirectory("gitfs-mount");
      Files.createDirectory(path.resolve("mnt"));
    }

    @Override
    public void close() {
      Processes.command("rm", "-rf", "--one-file-system", path.toString()).run();
    }
  }

  private final Home home;
  private final boolean ownsHome;
  private final ObjectStore store;
  private final RepositoryMount mount;

  private TestMount(Home home, boolean ownsHome, ObjectStore store, RepositoryMount mount) {
    this.home = home;
    this.ownsHome = ownsHome;
    this.store = store;
    this.mount = mount;
  }

  /** Those of the tests' servers, with little patience between tries. */
  static RemoteOptions remoteOptions() {
    return remoteOptions(Map.of());
  }

  /** The same, with more environment variables. */
  static RemoteOptions remoteOptions(Map<String, String> environment) {
    var variables = new HashMap<>(Git.environment());
    variables.putAll(environment);
    return new RemoteOptions(variables, Timeouts.DEFAULT, QUICK_RETRIES);
  }

  static TestMount of(String url) throws IOException, InterruptedException {
    return of(url, Map.of());
  }

  /** With more environment variables for the connection to the server. */
  static TestMount of(String url, Map<String, String> environment)
      throws IOException, InterruptedException {
    return of(url, environment, Timeouts.DEFAULT);
  }

  static TestMount of(String url, Map<String, String> environment, Timeouts timeouts)
      throws IOException, InterruptedException {
    return of(url, environment, timeouts, PrefetchMode.OFF);
  }

  /** Fetches ahead, where the others fetch what is asked for alone. */
  static TestMount of(String url, PrefetchMode mode) throws IOException, InterruptedException {
    return of(url, Map.of(), Timeouts.DEFAULT, mode);
  }

  static TestMount of(
      String url, Map<String, String> environment, Timeouts timeouts, PrefetchMode mode)
      throws IOException, InterruptedException {
    var home = new Home();
    try {
      return mount(home, true, url, Optional.empty(), environment, timeouts, mode);
    } catch (IOException | InterruptedException | RuntimeException e) {
      home.close();
      throw e;
    }
  }

  /** With the cache of {@code home}, which stays when this is closed. */
  static TestMount in(Home home, String url, Optional<String> ref)
      throws IOException, InterruptedException {
    return mount(home, false, url, ref, Map.of(), IMPATIENT, PrefetchMode.OFF);
  }

  private static TestMount mount(
      Home home,
      boolean ownsHome,
      String url,
      Optional<String> ref,
      Map<String, String> environment,
      Timeouts timeouts,
      PrefetchMode mode)
      throws IOException, InterruptedException {
    var variables = new HashMap<>(Git.environment());
    variables.putAll(environment);
    var options = new RemoteOptions(variables, timeouts, QUICK_RETRIES);
    var store =
        ObjectStore.open(
            Remotes.open(url, options),
            new StoreOptions(home.path.resolve("cache"), 64 << 20, Long.MAX_VALUE));
    try {
      var mount =
          RepositoryMount.mount(
              store,
              store.resolve(ref),
              home.path.resolve("mnt"),
              MountOptions.readOnly(url, "git-fs"),
              mode);
      return new TestMount(home, ownsHome, store, mount);
    } catch (IOException | InterruptedException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  Path directory() {
    return mount.directory();
  }

  Path path(String below) {
    return directory().resolve(below);
  }

  ObjectStore store() {
    return store;
  }

  RepositoryMount mount() {
    return mount;
  }

  /** Waits until all that was asked for ahead of need has come, or has failed to. */
  void awaitPrefetched() throws InterruptedException {
    Eventually.holds("the end of prefetching", () -> isIdle() && stillIdle());
  }

  private boolean isIdle() {
    var prefetch = store.statistics().prefetch();
    return prefetch.running() == 0 && prefetch.planned() == 0 && mount.prefetched().windows() == 0;
  }

  /** The policy may be about to ask for more. */
  private boolean stillIdle() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return isIdle();
  }

  /** Makes the kernel forget what it has cached of this mount, so that the next access asks. */
  void dropKernelCaches() {
    Processes.command("sh", "-c", "sync; echo 3 >/proc/sys/vm/drop_caches").run().orFail();
  }

  /** Reads a file to its end: exit code 0, or the number of the error. */
  Processes reading(String path) {
    return Processes.perl(
        """
        open(my $file, '<:raw', $ARGV[0]) or exit($! + 0);
        my $buffer;
        while (1) {
          my $n = sysread($file, $buffer, 1 << 20);
          defined $n or exit($! + 0);
          $n or last;
          print $buffer;
        }
        """,
        path(path));
  }

  @Override
  public void close() throws IOException {
    // A reader that a failed test left behind must not keep the mount, nor the test, alive.
    Processes.command("umount", "-l", directory().toString()).run();
    mount.close();
    store.close();
    if (ownsHome) {
      home.close();
    }
  }
}
