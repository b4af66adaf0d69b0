package dev.gitfs.mount;

import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.forge.Sites;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.mount.namespace.NamespaceMount;
import dev.gitfs.mount.namespace.NamespaceOptions;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.Pace;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Forges mounted by this JVM as a namespace on a directory of its own, with a cache of its own.
 * Only child processes may look into {@link #directory}. Closing it unmounts and deletes both.
 */
final class TestNamespace implements AutoCloseable {

  private final Path home;
  private final Sites sites;
  private final NamespaceMount mount;

  private TestNamespace(Path home, Sites sites, NamespaceMount mount) {
    this.home = home;
    this.sites = sites;
    this.mount = mount;
  }

  /** What a test may want to be otherwise. */
  record Settings(Rules rules, PrefetchMode prefetch, Pace pace, Duration idle, Duration absent) {

    static final Settings USUAL =
        new Settings(
            Rules.NONE,
            PrefetchMode.OFF,
            Pace.byUse(Duration.ofHours(1)),
            Duration.ofMinutes(30),
            Duration.ofSeconds(60));

    Settings rules(Rules other) {
      return new Settings(other, prefetch, pace, idle, absent);
    }

    Settings prefetch(PrefetchMode other) {
      return new Settings(rules, other, pace, idle, absent);
    }

    Settings pace(Pace other) {
      return new Settings(rules, prefetch, other, idle, absent);
    }

    Settings idle(Duration other) {
      return new Settings(rules, prefetch, pace, other, absent);
    }

    Settings absent(Duration other) {
      return new Settings(rules, prefetch, pace, idle, other);
    }
  }

  static TestNamespace of(Forge... forges) throws IOException {
    return of(Settings.USUAL, forges);
  }

  static TestNamespace of(Settings settings, Forge... forges) throws IOException {
    return of(settings, TestMount.remoteOptions(), forges);
  }

  /** With more environment variables for the connections to servers. */
  static TestNamespace of(Map<String, String> environment, Forge... forges) throws IOException {
    return of(Settings.USUAL, TestMount.remoteOptions(environment), forges);
  }

  private static TestNamespace of(Settings settings, RemoteOptions remotes, Forge... forges)
      throws IOException {
    var home = Files.createTempDirectory("gitfs-namespace");
    var directory = Files.createDirectory(home.resolve("mnt"));
    var cache = home.resolve("cache");
    var sites = Sites.open(List.of(forges), settings.rules, cache, remotes);
    var mount =
        NamespaceMount.mount(
            sites,
            new NamespaceOptions(
                settings.rules,
                new StoreOptions(cache, 64 << 20, Long.MAX_VALUE),
                settings.prefetch,
                settings.pace,
                settings.idle,
                settings.absent),
            directory,
            MountOptions.readOnly("namespace", "git-fs"));
    return new TestNamespace(home, sites, mount);
  }

  Path directory() {
    return mount.directory();
  }

  NamespaceMount mount() {
    return mount;
  }

  /** Runs a script in the top directory. */
  Processes.Result run(String script) {
    return Processes.command("sh", "-c", script).in(directory()).run();
  }

  /** What a script that must not fail prints. */
  String shell(String script) {
    return run(script).orFail().text();
  }

  @Override
  public void close() throws IOException {
    // A reader that a failed test left behind must not keep the mount, nor the test, alive.
    Processes.command("umount", "-l", directory().toString()).run();
    mount.close();
    sites.close();
    Processes.command("rm", "-rf", "--one-file-system", home.toString()).run();
  }
}
