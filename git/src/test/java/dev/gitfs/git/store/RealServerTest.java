package dev.gitfs.git.store;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  private ObjectStore open(String url) throws IOException {
    var directory = repositories.root().resolve("cache");
    return ObjectStore.open(
        Remotes.open(url),
        new StoreOptions(Files.createDirectories(directory), 96 << 20, 10L << 30));
  }
}
