package dev.gitfs.mount.tree;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.Notifier;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.PrefetchRequest;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.TestStore;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Prefetcher;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What two readers put into the page cache who ask in one directory at once. */
@Timeout(60)
final class FillTest {
  private static final int FILES = 100;
  private static final int READER = 1;
  private static final int OTHER = 2;

  /** That of entry 0; those of the others follow. */
  private static final long FIRST_INODE = 1000;

  /** Whom a reader asks for who goes on: the last one opens a window of 32 files. */
  private static final int[] WAY = {0, 1, 3, 6, 11, 20, 37};

  private static final int LAST = 37;

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("some.git");
  private final Kernel kernel = new Kernel();
  private final ExecutorService elsewhere = Executors.newSingleThreadExecutor();
  private ObjectStore store;
  private Prefetcher prefetcher;
  private FileReadahead readahead;
  private Tree tree;
  private Version version;

  @BeforeEach
  void beginToRead() throws Exception {
    var snapshot = new Snapshot();
    for (int i = 0; i < FILES; i++) {
      snapshot.file("f%03d.c".formatted(i), "content of " + i);
    }
    repository.commit(snapshot);
    store = TestStore.of(repositories, repository);
    var root = store.resolve(Optional.empty()).tree();
    tree = store.tree(root);
    prefetcher = Prefetcher.start(store, root, PrefetchMode.OFF);
    readahead = new FileReadahead(store, prefetcher);
    version =
        new Version(new Directory(2, 1), 0, root, 0, FIRST_INODE, FILES, null, prefetcher.root());
  }

  @AfterEach
  void close() {
    kernel.answers.countDown();
    elsewhere.close();
    prefetcher.close();
    store.close();
    repositories.close();
  }

  /** Entries from {@code from} to {@code to}. */
  private static List<Integer> entries(int from, int to) {
    return IntStream.rangeClosed(from, to).boxed().toList();
  }

  private void fetch(List<Integer> entries) throws InterruptedException {
    List<ObjectId> ids = entries.stream().map(tree::id).toList();
    var prefetch = store.prefetch(new PrefetchRequest.Blobs(ids, Long.MAX_VALUE));
    assertThat(prefetch.await(Duration.ofSeconds(30))).isTrue();
  }

  private void read(int reader, int index) throws IOException {
    readahead.read(kernel, reader, version, tree, index);
  }

  /** A reader asks for the last of his files, and is held up at the first one he gets with it. */
  private Future<Void> openWindow() throws Exception {
    for (int index : WAY) {
      if (index != LAST) {
        read(READER, index);
      }
    }
    kernel.stored.clear();
    kernel.busy = new CountDownLatch(1);
    var reading =
        elsewhere.submit(() -> {
          read(READER, LAST);
          return (Void) null;
        });
    assertThat(kernel.busy.await(30, TimeUnit.SECONDS)).isTrue();
    return reading;
  }

  private void goOn(Future<Void> reading) throws InterruptedException, ExecutionException {
    kernel.answers.countDown();
    reading.get();
  }

  @Test
  void whoAsksMeanwhileLendsAHand() throws Exception {
    fetch(entries(0, FILES - 1));
    var reading = openWindow();
    read(OTHER, 40);
    assertThat(kernel.by(Thread.currentThread()))
        .containsExactlyElementsOf(entries(41, LAST + DirectoryRun.MOST_FILES));
    goOn(reading);
    assertThat(kernel.all()).doesNotContain(40).doesNotHaveDuplicates();
  }

  @Test
  void whoAsksForWhatIsJustBeingPutThereIsAnsweredAtOnce() throws Exception {
    fetch(entries(0, FILES - 1));
    var reading = openWindow();
    read(OTHER, LAST + 1);
    assertThat(kernel.by(Thread.currentThread())).isEmpty();
    goOn(reading);
    assertThat(kernel.all())
        .containsExactlyElementsOf(entries(LAST + 1, LAST + DirectoryRun.MOST_FILES));
  }

  @Test
  void whoeverMeetsWhatHasNotComeEndsItForBoth() throws Exception {
    fetch(entries(0, 49));
    fetch(entries(51, FILES - 1));
    var reading = openWindow();
    read(OTHER, 40);
    goOn(reading);
    assertThat(kernel.all()).containsExactlyInAnyOrderElementsOf(with(LAST + 1, entries(41, 49)));
    kernel.stored.clear();
    read(OTHER, 50);
    assertThat(kernel.all()).startsWith(51, 52);
  }

  private static List<Integer> with(int first, List<Integer> rest) {
    return IntStream.concat(IntStream.of(first), rest.stream().mapToInt(i -> i)).boxed().toList();
  }

  /** Writes down which entries it is given by whom, and takes its time for the first one. */
  private static final class Kernel implements Notifier {
    final List<Map.Entry<Thread, Integer>> stored = new CopyOnWriteArrayList<>();
    final CountDownLatch answers = new CountDownLatch(1);

    /** Counted down by whoever is held up; null if nobody is to be. */
    volatile CountDownLatch busy;

    List<Integer> by(Thread thread) {
      return stored.stream()
          .filter(each -> each.getKey() == thread)
          .map(Map.Entry::getValue)
          .toList();
    }

    List<Integer> all() {
      return stored.stream().map(Map.Entry::getValue).toList();
    }

    @Override
    public boolean store(long node, long offset, MemorySegment bytes) {
      stored.add(Map.entry(Thread.currentThread(), (int) (node - FIRST_INODE)));
      var latch = busy;
      if (latch != null && latch.getCount() > 0) {
        latch.countDown();
        try {
          answers.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return true;
    }

    @Override
    public boolean invalidateInode(long node, long offset, long length) {
      throw new AssertionError("nothing is invalidated");
    }

    @Override
    public boolean invalidateEntry(long parent, byte[] name) {
      throw new AssertionError("nothing is invalidated");
    }

    @Override
    public boolean delete(long parent, long child, byte[] name) {
      throw new AssertionError("nothing is deleted");
    }
  }
}
