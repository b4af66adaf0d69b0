package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.Capabilities;
import dev.gitfs.git.remote.FetchRequest;
import dev.gitfs.git.remote.PackReceiver;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteRef;
import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.Prefetch.State;
import dev.gitfs.git.store.PrefetchRequest.Urgency;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is fetched ahead of need, from git's http-backend over a link that is slow. */
@Timeout(120)
final class PrefetchTest {

  private static final int FILES = 40;
  private static final int FILE_BYTES = 50_000;

  /** All files, which deflate does not shrink, take four seconds. */
  private static final long SLOW = 8L * FILES * FILE_BYTES / 4;

  private static final Duration ROUND_TRIP = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(60);

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository origin = repositories.create("origin.git");
  private final HttpBackendServer server = new HttpBackendServer(repositories);

  /** Random bytes, in the order of their names. */
  private List<ObjectId> files;

  private ObjectId readme;
  private long memoryBytes = 96 << 20;

  @BeforeEach
  void repository() {
    var random = new Random(5);
    var snapshot =
        new Snapshot().file("README", "hello\n").file("src/Main.java", "class Main {}\n");
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[FILE_BYTES];
      random.nextBytes(content);
      snapshot.file("files/%02d".formatted(i), content);
    }
    origin.commit(snapshot);
    origin.repack();
    files = list("HEAD:files");
    readme = id("HEAD:README");
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  @Test
  void aFileIsServedWhenItHasComeNotWhenTheWholePackHas() throws Exception {
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW);
        var store = open(link.url(url()))) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Blobs(files, Long.MAX_VALUE));
      awaitRunning(prefetch);
      assertThat(Cache.read(store.blob(files.get(3)))).isEqualTo(content(files.get(3)));
      assertThat(prefetch.progress().state()).isEqualTo(State.RUNNING);
      assertThat(prefetch.progress().objects()).isLessThan(FILES / 2);
      assertThat(prefetch.await(LONG)).isTrue();
      for (ObjectId file : files) {
        assertThat(Cache.read(store.blobIfLocal(file).orElseThrow())).isEqualTo(content(file));
      }
      assertThat(prefetch.progress().state()).isEqualTo(State.COMPLETE);
      assertThat(prefetch.progress().objects()).isEqualTo(FILES);
      // One may have been asked for by its reader as well, when it took long.
      assertThat(store.statistics().prefetch().usedObjects()).isBetween(FILES - 1L, (long) FILES);
    }
  }

  @Test
  void aFileThatNoMemoryHoldsIsServedBeforeItsPackIsComplete() throws Exception {
    memoryBytes = 500_000;
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW);
        var store = open(link.url(url()))) {
      store.resolve(Optional.empty());
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Blobs(files, Long.MAX_VALUE));
      while (prefetch.progress().objects() < FILES / 2) {
        Thread.sleep(5);
      }
      for (ObjectId file : files.subList(0, 10)) {
        assertThat(Cache.read(store.blob(file))).isEqualTo(content(file));
      }
      assertThat(prefetch.progress().state()).isEqualTo(State.RUNNING);
    }
  }

  @Test
  void whatNoMemoryHoldsIsNotInflatedAgainForWhoeverReadsOn() throws Exception {
    memoryBytes = 500_000;
    try (var store = open(url())) {
      store.resolve(Optional.empty());
      var first = new PrefetchRequest.Blobs(files.subList(0, 1), Long.MAX_VALUE);
      assertThat(store.prefetch(first).await(LONG)).isTrue();
      assertThat(Cache.read(store.blob(files.getFirst()))).isEqualTo(content(files.getFirst()));
      var rest = files.subList(1, FILES);
      assertThat(store.prefetch(new PrefetchRequest.Blobs(rest, Long.MAX_VALUE)).await(LONG))
          .isTrue();
      long before = store.statistics().diskHits();
      for (ObjectId file : rest) {
        assertThat(Cache.read(store.blob(file))).isEqualTo(content(file));
      }
      assertThat(store.statistics().diskHits()).isEqualTo(before);
    }
  }

  @Test
  void whatSomebodyWaitsForDoesNotWaitForAPrefetch() throws Exception {
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW);
        var store = open(link.url(url()))) {
      store.resolve(Optional.empty());
      var some = new ArrayList<Prefetch>();
      for (List<ObjectId> half : List.of(files.subList(0, 15), files.subList(15, FILES - 2))) {
        some.add(store.prefetch(new PrefetchRequest.Blobs(half, Long.MAX_VALUE)));
      }
      some.add(store.prefetch(new PrefetchRequest.Blobs(files.subList(30, FILES), Long.MAX_VALUE)));
      awaitRunning(some.get(1));
      // Not part of any, then planned only, then far behind in a running one.
      assertThat(Cache.read(store.blob(readme))).hasSize(6);
      assertThat(some.get(2).progress().state()).isEqualTo(State.PLANNED);
      assertThat(Cache.read(store.blob(files.getLast()))).isEqualTo(content(files.getLast()));
      assertThat(Cache.read(store.blob(files.get(36)))).isEqualTo(content(files.get(36)));
      assertThat(some.get(1).progress().state()).isEqualTo(State.RUNNING);
      for (Prefetch prefetch : some) {
        assertThat(prefetch.await(LONG)).isTrue();
      }
      // What was taken over, or was asked for by another, was not asked for again.
      assertThat(some.get(2).progress().objects()).isEqualTo(1);
    }
  }

  @Test
  void oneWhoseFirstFileSomebodyWaitsForWaitsForNoOther() throws Exception {
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW);
        var store = open(link.url(url()))) {
      store.resolve(Optional.empty());
      for (List<ObjectId> half : List.of(files.subList(0, 15), files.subList(15, FILES - 3))) {
        awaitRunning(store.prefetch(new PrefetchRequest.Blobs(half, Long.MAX_VALUE)));
      }
      var rest = files.subList(FILES - 3, FILES);
      Prefetch awaited =
          store.prefetch(new PrefetchRequest.Blobs(rest, Long.MAX_VALUE, Urgency.AWAITED));
      assertThat(awaited.progress().state()).isEqualTo(State.RUNNING);
      assertThat(Cache.read(store.blob(rest.getFirst()))).isEqualTo(content(rest.getFirst()));
      assertThat(awaited.await(LONG)).isTrue();
      assertThat(rest).allMatch(store::isLocal);
      assertThat(store.statistics().requests().blobs()).as("asked for alone").isZero();
    }
  }

  @Test
  void cancellingKeepsWhatHasComeAndEndsTheRest() throws Exception {
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW);
        var store = (GitStore) open(link.url(url()))) {
      store.resolve(Optional.empty());
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Blobs(files, Long.MAX_VALUE));
      var told = new CountDownLatch(1);
      prefetch.whenDone(told::countDown);
      while (prefetch.progress().objects() < 5) {
        Thread.sleep(5);
      }
      prefetch.cancel();
      assertThat(prefetch.await(Duration.ofSeconds(2))).isTrue();
      assertThat(told.await(1, TimeUnit.SECONDS)).isTrue();
      assertThat(prefetch.progress().state()).isEqualTo(State.CANCELLED);
      assertThat(files.stream().filter(store::isLocal).count()).isBetween(5L, FILES - 5L);
      assertThat(store.isLocal(files.getFirst())).isTrue();
      assertThat(Cache.read(store.blobIfLocal(files.getFirst()).orElseThrow())).isNotEmpty();
    }
    assertThat(Git.run(cacheRepository(), "fsck", "--full").errors()).isEmpty();
  }

  @Test
  void aPrefetchEndsAtItsBoundAndKeepsWhatHasCome() throws Exception {
    try (var store = open(url())) {
      store.resolve(Optional.empty());
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Blobs(files, 500_000));
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(prefetch.progress().state()).isEqualTo(State.CUT);
      assertThat(files.stream().filter(store::isLocal).count()).isBetween(8L, 20L);
      assertThat(Cache.read(store.blob(files.getLast()))).isEqualTo(content(files.getLast()));
    }
    try (var store = open(url())) {
      assertThat(store.isLocal(files.getFirst())).isTrue();
    }
    assertThat(Git.run(cacheRepository(), "fsck", "--full").errors()).isEmpty();
  }

  @Test
  void aDirectoryTakesOneRequestAndNothingIsAskedForTwice() throws Exception {
    try (var store = open(url())) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      Prefetch one = store.prefetch(new PrefetchRequest.Blobs(files, Long.MAX_VALUE));
      while (server.requests().isEmpty()) {
        Thread.sleep(1);
      }
      Prefetch same = store.prefetch(new PrefetchRequest.Blobs(files, Long.MAX_VALUE));
      assertThat(one.await(LONG)).isTrue();
      assertThat(same.await(LONG)).isTrue();
      for (ObjectId file : files) {
        store.blob(file).close();
      }
      assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
      assertThat(store.statistics().requests().prefetches()).isEqualTo(1);
    }
  }

  @Test
  void sizesComeInOneRequestWhichAStatWaitsFor() throws Exception {
    try (var link = new SlowLink(server, Duration.ofMillis(200), SlowLink.UNLIMITED);
        var store = open(link.url(url()))) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      store.prefetch(new PrefetchRequest.Sizes(files));
      while (server.requests().isEmpty()) {
        Thread.sleep(1);
      }
      store.fetchSizes(files.subList(3, 5));
      assertThat(store.sizeIfLocal(files.get(4))).hasValue(FILE_BYTES);
      assertThat(server.kinds()).containsExactly(RequestKind.OBJECT_INFO);
    }
  }

  @Test
  void whatIsFarInOneAnswerIsAskedForOnceMore() throws Exception {
    try (var store = open(url())) {
      store.resolve(Optional.empty());
      server.inject(request -> request.wants() == files.size(), new Fault.Stall(500));
      store.prefetch(new PrefetchRequest.Blobs(files, 1 << 20));
      Eventually.holds(
          "it is asked for",
          () -> server.requests().stream().anyMatch(each -> each.wants() == files.size()));
      store.blob(files.get(FILES - 3)).close();
      var late = files.subList(FILES - 2, FILES);
      assertThat(late).allMatch(store::isFar);
      Prefetch again = store.prefetch(new PrefetchRequest.Blobs(late, 1 << 20, Urgency.AWAITED));
      assertThat(again.await(LONG)).isTrue();
      assertThat(late).allMatch(store::isLocal).noneMatch(store::isFar);
      server.heal();
    }
  }

  @Test
  void allTreesComeInOneRequest() throws Exception {
    try (var store = open(url())) {
      Revision revision = store.resolve(Optional.empty());
      server.forgetRequests();
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Trees(revision.commit(), 1 << 20));
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(prefetch.progress().state()).isEqualTo(State.COMPLETE);
      assertThat(store.treeIfLocal(id("HEAD:src"))).isPresent();
      assertThat(store.treeIfLocal(id("HEAD:files"))).isPresent();
      assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
    }
  }

  @Test
  void treesPastTheirBoundAreGivenUpWhichIsRemembered() throws Exception {
    try (var store = open(url())) {
      Revision revision = store.resolve(Optional.empty());
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Trees(revision.tree(), 100));
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(prefetch.progress().state()).isEqualTo(State.CUT);
    }
    try (var store = open(url())) {
      Revision revision = store.resolve(Optional.empty());
      server.forgetRequests();
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Trees(revision.commit(), 100));
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(prefetch.progress().state()).isEqualTo(State.CUT);
      assertThat(server.requests()).isEmpty();
      Prefetch more = store.prefetch(new PrefetchRequest.Trees(revision.commit(), 1 << 20));
      assertThat(more.await(LONG)).isTrue();
      assertThat(more.progress().state()).isEqualTo(State.COMPLETE);
    }
  }

  @Test
  void aSubtreeComesWithItsFilesInOneRequest() throws Exception {
    try (var store = open(url())) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      Prefetch prefetch =
          store.prefetch(
              new PrefetchRequest.Subtrees(
                  List.of(id("HEAD:files"), id("HEAD:src")), true, Long.MAX_VALUE));
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(files).allMatch(store::isLocal);
      assertThat(store.treeIfLocal(id("HEAD:src"))).isPresent();
      assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
    }
  }

  @Test
  void whatTheServerCanIsKnownToTheNextStore() throws Exception {
    try (var store = open(url())) {
      assertThat(store.sizesAlone()).isFalse();
      store.resolve(Optional.empty());
      assertThat(store.sizesAlone()).isTrue();
    }
    server.forgetRequests();
    try (var store = open(url())) {
      assertThat(store.sizesAlone()).isTrue();
      assertThat(server.requests()).isEmpty();
      server.offerObjectInfo(false);
      store.resolve(Optional.empty());
      store.fetchSizes(List.of(files.getFirst()));
    }
    try (var store = open(url())) {
      assertThat(store.sizesAlone()).isFalse();
    }
  }

  @Test
  void severalSubtreesComeWithoutTheirFilesInOneRequest() throws Exception {
    try (var store = open(url())) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      Prefetch prefetch =
          store.prefetch(
              new PrefetchRequest.Subtrees(
                  List.of(id("HEAD:files"), id("HEAD:src")), false, Long.MAX_VALUE));
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(store.treeIfLocal(id("HEAD:src"))).isPresent();
      assertThat(store.treeIfLocal(id("HEAD:files"))).isPresent();
      assertThat(files).noneMatch(store::isLocal);
      assertThat(server.kinds()).containsExactly(RequestKind.FETCH);
    }
  }

  @Test
  void aBrokenConnectionCostsWhatHadNotCome() throws Exception {
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW);
        var store = open(link.url(url()))) {
      store.resolve(Optional.empty());
      Prefetch prefetch = store.prefetch(new PrefetchRequest.Blobs(files, Long.MAX_VALUE));
      while (prefetch.progress().objects() < 5) {
        Thread.sleep(5);
      }
      link.cut();
      assertThat(prefetch.await(LONG)).isTrue();
      assertThat(prefetch.progress().state()).isEqualTo(State.FAILED);
      assertThat(prefetch.progress().failure()).isPresent();
      long kept = files.stream().filter(store::isLocal).count();
      assertThat(kept).isBetween(5L, FILES - 5L);
      assertThatThrownBy(() -> store.blob(files.getLast())).isInstanceOf(RemoteException.class);
      link.mend();
      Eventually.holds("the server is found again", () -> store.outage().isEmpty());
      assertThat(Cache.read(store.blob(files.getLast()))).isEqualTo(content(files.getLast()));
    }
  }

  @Test
  void sizesOfHugeFilesAreLearnedWithoutThemWhereTheServerTellsNone() throws Exception {
    var random = new Random(9);
    var snapshot = new Snapshot();
    for (int i = 0; i < 4; i++) {
      byte[] huge = new byte[(20 << 20) + i];
      random.nextBytes(huge);
      snapshot.file("huge" + i, huge).file("small" + i, "small " + i);
    }
    origin.commit(snapshot);
    try (var link = new SlowLink(server, ROUND_TRIP, SlowLink.UNLIMITED);
        var store = open(new WithoutObjectInfo(Remotes.open(link.url(url()))))) {
      store.resolve(Optional.empty());
      assertThat(store.sizesAlone()).isFalse();
      store.fetchSizes(list("HEAD"));
      for (int i = 0; i < 4; i++) {
        assertThat(store.sizeIfLocal(id("HEAD:huge" + i))).hasValue((20 << 20) + i);
        assertThat(store.sizeIfLocal(id("HEAD:small" + i))).hasValue(7);
      }
      assertThat(link.bytesDown()).isLessThan(60 << 20);
      // Known from now on, though the files are not here.
      server.forgetRequests();
      store.fetchSizes(list("HEAD"));
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void closingTheStoreEndsAllPrefetches() throws Exception {
    try (var link = new SlowLink(server, ROUND_TRIP, SLOW)) {
      var prefetches = new ArrayList<Prefetch>();
      var ended = new CompletableFuture<State>();
      try (var store = open(link.url(url()))) {
        store.resolve(Optional.empty());
        for (ObjectId file : files) {
          prefetches.add(store.prefetch(new PrefetchRequest.Blobs(List.of(file), 1 << 20)));
        }
        prefetches.getLast().whenDone(() -> ended.complete(State.CANCELLED));
      }
      for (Prefetch prefetch : prefetches) {
        assertThat(prefetch.await(Duration.ofSeconds(5))).isTrue();
      }
      assertThat(ended).isCompletedWithValue(State.CANCELLED);
    }
  }

  private static void awaitRunning(Prefetch prefetch) throws InterruptedException {
    while (prefetch.progress().objects() == 0) {
      Thread.sleep(2);
    }
  }

  private String url() {
    return server.url("origin.git");
  }

  private ObjectId id(String revision) {
    return ObjectId.fromString(origin.id(revision));
  }

  private List<ObjectId> list(String tree) {
    return origin.git("ls-tree", tree).lines().stream()
        .filter(line -> line.contains(" blob "))
        .map(line -> ObjectId.fromString(line.substring(12, 52)))
        .toList();
  }

  private byte[] content(ObjectId id) {
    return origin.git("cat-file", "blob", id.name()).out();
  }

  private ObjectStore open(String url) throws IOException {
    return open(Remotes.open(url));
  }

  private ObjectStore open(Remote remote) throws IOException {
    var directory = Files.createDirectories(repositories.root().resolve("cache"));
    return ObjectStore.open(remote, new StoreOptions(directory, memoryBytes, 10L << 30));
  }

  private Path cacheRepository() throws IOException {
    try (var entries = Files.list(repositories.root().resolve("cache"))) {
      return entries.filter(path -> path.toString().endsWith(".git")).findFirst().orElseThrow();
    }
  }

  /** As most forges are: git of today cannot be told not to offer object-info. */
  private record WithoutObjectInfo(Remote server) implements Remote {

    @Override
    public String url() {
      return server.url();
    }

    @Override
    public Capabilities capabilities() throws RemoteException, InterruptedException {
      return new Capabilities(2, true, false, true, "git/test");
    }

    @Override
    public List<RemoteRef> listRefs(Collection<String> prefixes)
        throws RemoteException, InterruptedException {
      return server.listRefs(prefixes);
    }

    @Override
    public void fetch(FetchRequest request, PackReceiver receiver)
        throws RemoteException, InterruptedException {
      server.fetch(request, receiver);
    }

    @Override
    public long[] objectSizes(List<ObjectId> ids) {
      throw new AssertionError("asked for sizes alone");
    }

    @Override
    public RemoteStatistics statistics() {
      return server.statistics();
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
