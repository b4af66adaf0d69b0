package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.Remotes;
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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What things cost at a real server, git's http-backend. */
@Timeout(120)
final class RealServerTest {

  private static final int FILES = 200;

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository origin = repositories.create("origin.git");
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private List<ObjectId> files;

  @BeforeEach
  void aDirectoryOf200Files() {
    var snapshot = new Snapshot().file("README", "hello\n");
    for (int i = 0; i < FILES; i++) {
      snapshot.file("src/deep/file" + i, "content of file " + i + "\n");
    }
    origin.commit(snapshot);
    origin.repack();
    files =
        origin.git("ls-tree", "HEAD:src/deep").lines().stream()
            .map(line -> ObjectId.fromString(line.substring(12, 52)))
            .toList();
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  @Test
  void fromNothingToAListedRootTakesThreeRequestsAndAFirstDeepFileTwoMore() throws Exception {
    try (var store = open(server.url("origin.git"))) {
      Revision revision = store.resolve(Optional.empty());
      assertThat(store.treeIfLocal(revision.tree())).isPresent();
      assertThat(server.kinds())
          .containsExactly(RequestKind.INFO_REFS, RequestKind.LS_REFS, RequestKind.FETCH);
      store.tree(ObjectId.fromString(origin.id("HEAD:src")));
      store.tree(ObjectId.fromString(origin.id("HEAD:src/deep")));
      store.blob(files.getFirst()).close();
      assertThat(server.requests()).hasSize(5);
    }
  }

  @Test
  void aListingWithSizesTakesOneRequest() throws Exception {
    try (var store = open(server.url("origin.git"))) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      store.fetchSizes(files);
      assertThat(server.kinds()).containsExactly(RequestKind.OBJECT_INFO);
      assertThat(files).allSatisfy(id -> assertThat(store.sizeIfLocal(id)).isPresent());
    }
  }

  @Test
  void twoHundredThreadsThatMissADirectorysFilesMakeFewRequests() throws Exception {
    try (var link = new SlowLink(server, Duration.ofMillis(50), SlowLink.UNLIMITED);
        var store = open(link.url(server.url("origin.git")));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      var reads = new ArrayList<Callable<byte[]>>();
      IntStream.range(0, FILES).forEach(i -> reads.add(() -> Cache.read(store.blob(files.get(i)))));
      for (var read : threads.invokeAll(reads)) {
        assertThat(read.get()).asString().startsWith("content of file ");
      }
      assertThat(server.kinds()).containsOnly(RequestKind.FETCH).hasSizeBetween(1, 10);
    }
  }

  @Test
  void anObjectTheServerDoesNotHaveFailsAloneInItsBatch() throws Exception {
    try (var store = open(server.url("origin.git"))) {
      var ids = new ArrayList<>(files.subList(0, 20));
      ids.add(ObjectId.fromString("12".repeat(20)));
      store.resolve(Optional.empty());
      var failures = new ConcurrentLinkedQueue<IOException>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (ObjectId id : ids) {
          threads.submit(() -> {
            try {
              store.blob(id).close();
            } catch (IOException e) {
              failures.add(e);
            }
            return null;
          });
        }
      }
      assertThat(failures).hasSize(1);
    }
  }

  /** Who comes from the end of a directory gets its last file first. */
  @Test
  void whatIsFetchedAheadComesInTheOrderInWhichItIsWanted() throws Exception {
    var random = new Random(1);
    var snapshot = new Snapshot();
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[100];
      random.nextBytes(content);
      snapshot.file("file" + i, content);
    }
    var incompressible = repositories.create("incompressible.git");
    incompressible.commit(snapshot);
    incompressible.repack();
    var wanted =
        incompressible.git("ls-tree", "HEAD").lines().stream()
            .map(line -> line.substring(12, 52))
            .toList();
    try (var store = open(server.url("incompressible.git"))) {
      store.resolve(Optional.empty());
      for (var order : List.of(wanted.subList(0, FILES / 2), wanted.subList(FILES / 2, FILES))) {
        var backwards = order.reversed();
        var ids = backwards.stream().map(ObjectId::fromString).toList();
        var done = new CountDownLatch(1);
        store.prefetch(new PrefetchRequest.Blobs(ids, 1 << 20)).whenDone(done::countDown);
        done.await();
        assertThat(inPackWith(backwards.getFirst())).containsExactlyElementsOf(backwards);
      }
    }
  }

  /** All objects of the pack in the cache that holds an object, in their order there. */
  private List<String> inPackWith(String id) throws Exception {
    try (var all = Files.walk(repositories.root().resolve("cache"))) {
      for (Path index : all.filter(file -> file.toString().endsWith(".idx")).toList()) {
        var process = new ProcessBuilder("git", "show-index").redirectInput(index.toFile()).start();
        var objects =
            new String(process.getInputStream().readAllBytes(), US_ASCII)
                .lines()
                .map(line -> line.split(" "))
                .sorted(Comparator.comparingLong(fields -> Long.parseLong(fields[0])))
                .map(fields -> fields[1])
                .toList();
        if (objects.contains(id)) {
          return objects;
        }
      }
    }
    throw new AssertionError("no pack holds " + id);
  }

  private ObjectStore open(String url) throws IOException {
    var directory = repositories.root().resolve("cache");
    return ObjectStore.open(
        Remotes.open(url),
        new StoreOptions(Files.createDirectories(directory), 96 << 20, 10L << 30));
  }
}
