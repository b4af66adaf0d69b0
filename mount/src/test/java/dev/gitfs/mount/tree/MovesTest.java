package dev.gitfs.mount.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.Notifier;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.mount.TestStore;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Prefetcher;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel hears of a move, and what is kept of what was replaced. */
final class MovesTest {
  private static final String MAIN = "refs/heads/main";

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("some.git");
  private ObjectStore store;
  private Nodes nodes;

  /** Of {@code gone}, before the first move. */
  private long inodeBefore;

  @BeforeEach
  void open() throws Exception {
    repository.commit(
        MAIN,
        new Snapshot()
            .file("changed", "old")
            .file("gone", "gone")
            .file("same", "same")
            .file("a/b/changed", "old")
            .file("a/b/same", "same")
            .file("a/same", "same")
            .file("quiet/same", "same"));
    store = TestStore.of(repositories, repository);
    var revision = store.resolve(Optional.empty());
    nodes =
        new Nodes(
            store,
            revision,
            InodeRange.WHOLE,
            Prefetcher.start(store, revision.tree(), PrefetchMode.OFF));
    store.tree(revision.tree());
  }

  @AfterEach
  void close() {
    store.close();
    repositories.close();
  }

  @Test
  void exactlyTheChangedNamesAreInvalidated() throws Exception {
    long a = enter(1, "a");
    long b = enter(a, "b");
    long quiet = enter(1, "quiet");
    long gone = inode(1, "gone");
    assertThat(move(next()))
        .containsExactlyInAnyOrder(
            "entry 1 added",
            "entry 1 changed",
            "delete 1 " + gone + " gone",
            "inode 1",
            "inode " + a,
            "entry " + b + " changed",
            "inode " + b)
        .noneMatch(line -> line.contains(" " + quiet + " "));
  }

  @Test
  void directoriesThatWereNeverEnteredAreNotComparedBelow() throws Exception {
    long a = inode(1, "a");
    assertThat(move(next()))
        .containsExactlyInAnyOrder(
            "entry 1 added",
            "entry 1 changed",
            "delete 1 " + inodeBefore + " gone",
            "inode 1",
            "inode " + a);
  }

  @Test
  void whatWasReplacedIsGivenBackOnceNobodyHoldsIt() throws Exception {
    long b = enter(enter(1, "a"), "b");
    long held = inode(b, "changed");
    nodes.inodes().look(held, 1);
    for (int i = 0; i < 3 * Directory.EARLIER_VERSIONS; i++) {
      move(next("content " + i));
    }
    assertThat(nodes.node(null, held).id()).isEqualTo(blob("old"));
    long unheld = inode(b, "changed");
    nodes.inodes().look(held, -1);
    for (int i = 0; i < 3 * Directory.EARLIER_VERSIONS; i++) {
      move(next("more " + i));
    }
    // The numbers of what is unchanged stay for ever; they are of the version first made.
    assertThat(nodes.inodes().numbering(unheld)).isEmpty();
    assertThat(nodes.node(null, inode(b, "same")).id()).isEqualTo(blob("same"));
    assertThat(nodes.inodes().versions()).isLessThan(3 * (Directory.EARLIER_VERSIONS + 3));
  }

  @Test
  void aLookUpThatWaitsHoldsUpItsOwnDirectoryAlone() throws Exception {
    long a = enter(1, "a");
    long b = enter(a, "b");
    var stalled = new CountDownLatch(1);
    var heard =
        new Heard() {
          @Override
          public boolean invalidateEntry(long parent, byte[] name) {
            if (parent == 1) {
              awaitUninterruptibly(stalled);
            }
            return super.invalidateEntry(parent, name);
          }
        };
    repository.commit(MAIN, next(), repository.id(MAIN));
    Revision revision = store.resolve(Optional.empty());
    store.tree(revision.tree());
    var changes = new Moves(store, nodes.inodes()).make(revision, () -> {});
    var announcing =
        Thread.ofVirtual()
            .start(() -> {
              try {
                changes.announce(heard);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    try {
      Eventually.holds(
          "all other directories were told",
          () -> heard.lines.contains("inode " + a) && heard.lines.contains("inode " + b));
      assertThat(heard.lines).contains("entry " + b + " changed").doesNotContain("inode 1");
      assertThat(announcing.isAlive()).isTrue();
    } finally {
      stalled.countDown();
    }
    announcing.join();
    assertThat(heard.lines).contains("entry 1 changed", "entry 1 added", "inode 1");
  }

  @Test
  @Timeout(60)
  void treesInManyPlacesAreComparedOnceAndAllPathsCounted() throws Exception {
    var from = shared("old", 10, 10);
    var to = shared("new", 10, 10);

    assertThat(count(from, to)).isEqualTo(new Moves.Count(10_000_000_000L, true));
    assertThat(count(from, shared("old", 0, 0))).isEqualTo(new Moves.Count(10_000_000_001L, true));
  }

  @Test
  @Timeout(60)
  void noDirectoryIsTooDeepToBeCompared() throws Exception {
    var from = shared("old", 5000, 1);
    var to = shared("new", 5000, 1);
    var counted = new FutureTask<>(() -> count(from, to));
    new Thread(null, counted, "with less stack than that would take", 256 << 10).start();
    assertThat(counted.get()).isEqualTo(new Moves.Count(1, true));
  }

  private Moves.Count count(ObjectId from, ObjectId to) throws Exception {
    store.tree(from);
    store.tree(to);
    return new Moves(store, nodes.inodes()).count(from, to);
  }

  /** So many levels of directories, each the one below it so many times; the last has a file. */
  private ObjectId shared(String content, int levels, int wide) throws Exception {
    try (var repo = new FileRepository(repository.directory().toFile());
        var inserter = repo.getObjectDatabase().newPackInserter()) {
      var file = new TreeFormatter();
      file.append("f", FileMode.REGULAR_FILE, inserter.insert(Constants.OBJ_BLOB, ascii(content)));
      var tree = inserter.insert(file);
      for (int level = 0; level < levels; level++) {
        var above = new TreeFormatter();
        for (int i = 0; i < wide; i++) {
          above.append("d" + i, FileMode.TREE, tree);
        }
        tree = inserter.insert(above);
      }
      inserter.flush();
      return tree;
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> move(Snapshot to) throws Exception {
    inodeBefore = nodes.inodes().root().current().number() == 0 ? inode(1, "gone") : 0;
    repository.commit(MAIN, to, repository.id(MAIN));
    Revision revision = store.resolve(Optional.empty());
    store.tree(revision.tree());
    var changes = new Moves(store, nodes.inodes()).make(revision, () -> {});
    var heard = new Heard();
    changes.announce(heard);
    return heard.lines;
  }

  private static Snapshot next() {
    return next("new");
  }

  private static Snapshot next(String content) {
    return new Snapshot()
        .file("changed", content)
        .file("added", "added")
        .file("same", "same")
        .file("a/b/changed", content)
        .file("a/b/same", "same")
        .file("a/same", "same")
        .file("quiet/same", "same");
  }

  private long enter(long directory, String name) throws Exception {
    var tree = store.tree(nodes.directory(null, directory).current().tree());
    store.tree(tree.id(tree.find(name.getBytes(US_ASCII), name.length())));
    return nodes.directory(null, inode(directory, name)).inode();
  }

  private long inode(long directory, String name) throws Exception {
    var version = nodes.directory(null, directory).current();
    return version.inodeOf(store.tree(version.tree()).find(name.getBytes(US_ASCII), name.length()));
  }

  private ObjectId blob(String content) {
    return ObjectId.fromString(repository.blob(content.getBytes(US_ASCII)));
  }

  /** Writes down what it is told. */
  private static class Heard implements Notifier {
    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public boolean invalidateInode(long node, long offset, long length) {
      lines.add("inode " + node);
      return true;
    }

    @Override
    public boolean invalidateEntry(long parent, byte[] name) {
      lines.add("entry " + parent + " " + Name.escaped(name, name.length));
      return true;
    }

    @Override
    public boolean delete(long parent, long child, byte[] name) {
      lines.add("delete " + parent + " " + child + " " + Name.escaped(name, name.length));
      return true;
    }

    @Override
    public boolean store(long node, long offset, MemorySegment bytes) {
      throw new AssertionError("nothing is stored");
    }
  }
}
