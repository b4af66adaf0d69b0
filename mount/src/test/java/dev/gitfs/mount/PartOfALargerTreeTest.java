package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.tree.Ownership;
import dev.gitfs.mount.tree.RepositoryTree;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two repositories side by side in one file system, each in its own range of inode numbers. */
final class PartOfALargerTreeTest {
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository one = repositories.create("one.git");
  private final TestRepository two = repositories.create("two.git");
  private Path home;
  private List<ObjectStore> stores;
  private RepositoryTree first;
  private RepositoryTree second;
  private FuseMount mount;

  @BeforeEach
  void mount() throws Exception {
    one.commit(new Snapshot().file("README", "one\n").file("a/b/c", "deep\n").link("l", "a/b"));
    two.commit(new Snapshot().file("README", "two\n").file("a/b/c", "deeper\n"));
    home = Files.createTempDirectory("gitfs-two-trees");
    stores = List.of(store(server.url(one)), store(server.url(two)));
    first = tree(stores.get(0), "first");
    second = tree(stores.get(1), "second");
    mount =
        FuseMount.mount(
            new TwoTrees(first, second),
            Files.createDirectory(home.resolve("mnt")),
            MountOptions.readOnly("two-trees", "git-fs"));
  }

  @AfterEach
  void unmount() throws Exception {
    Processes.command("umount", "-l", mount.directory().toString()).run();
    mount.close();
    stores.forEach(ObjectStore::close);
    Processes.command("rm", "-rf", "--one-file-system", home.toString()).run();
    server.close();
    repositories.close();
  }

  @Test
  void eachShowsItsOwnFiles() throws Exception {
    assertThat(TreeFingerprint.of(mount.directory().resolve("first")))
        .isEqualTo(TreeFingerprint.ofCheckout(one.checkout(home.resolve("one"))));
    assertThat(TreeFingerprint.of(mount.directory().resolve("second")))
        .isEqualTo(TreeFingerprint.ofCheckout(two.checkout(home.resolve("two"))));
  }

  @Test
  void inodeNumbersAreOfTheRangeGiven() {
    var firstRoot = TwoTrees.range("first").root();
    var secondRoot = TwoTrees.range("second").root();
    assertThat(shell("stat -c %i first second").lines().map(Long::valueOf))
        .containsExactly(firstRoot, secondRoot);
    assertThat(shell("find second -printf '%i\\n'").lines().map(Long::valueOf))
        .hasSize(5)
        .allMatch(number -> number >= secondRoot && number < secondRoot + 100);
  }

  @Test
  void theDirectoryAboveTheRootIsTheOneThatContainsIt() {
    assertThat(shell("ls -ai first | awk '$2 == \"..\" {print $1}'").strip()).isEqualTo("1");
    assertThat(shell("cat first/../second/README")).isEqualTo("two\n");
  }

  @Test
  void theRootTellsItsRevision() {
    assertThat(shell("getfattr --only-values -n user.git.commit second")).isEqualTo(two.id("HEAD"));
  }

  @Test
  void whatTheKernelHoldsIsCountedPerTreeAndGoesBackToNothing() throws Exception {
    assertThat(first.lookups()).isZero();
    shell("ls -lR first; cat first/README first/a/b/c first/absent 2>/dev/null; true");
    assertThat(first.lookups()).isPositive();
    assertThat(second.lookups()).isZero();
    try (var _ =
        Processes.command("sleep", "60").in(mount.directory().resolve("first/a")).start()) {
      Processes.command("sh", "-c", "echo 2 >/proc/sys/vm/drop_caches").run().orFail();
      // Where somebody stands, and what leads there.
      Eventually.holds("two lookups left", () -> first.lookups() > 0 && first.lookups() <= 6);
    }
    Processes.command("sh", "-c", "echo 2 >/proc/sys/vm/drop_caches").run().orFail();
    Eventually.holds("all lookups given back", () -> first.lookups() == 0);
    assertThat(shell("cat first/a/b/c")).isEqualTo("deep\n");
  }

  private ObjectStore store(String url) throws Exception {
    return ObjectStore.open(
        Remotes.open(url, TestMount.remoteOptions()),
        new StoreOptions(home.resolve("cache"), 32 << 20, Long.MAX_VALUE));
  }

  private static RepositoryTree tree(ObjectStore store, String name) throws Exception {
    return RepositoryTree.open(
        store,
        store.resolve(Optional.empty()),
        TwoTrees.range(name),
        Ownership.ofThisProcess(),
        PrefetchMode.OFF);
  }

  private String shell(String script) {
    return Processes.command("sh", "-c", script).in(mount.directory()).run().orFail().text();
  }
}
