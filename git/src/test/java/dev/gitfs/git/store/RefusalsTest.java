package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.Remotes;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server has lost, or cannot read, costs a few requests and nothing else. */
@Timeout(120)
final class RefusalsTest {

  private static final int FILES = 2_000;

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository origin = repositories.create("origin.git");
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private List<ObjectId> files;

  @BeforeEach
  void aDirectoryOfManyFiles() throws IOException {
    var snapshot = new Snapshot().file("README", "hello\n").file("other/deep/file", "deep\n");
    for (int i = 0; i < FILES; i++) {
      snapshot.file("src/file" + i, "content of file " + i + "\n");
    }
    origin.commit(snapshot);
    unpack();
    files =
        origin.git("ls-tree", "HEAD:src").lines().stream()
            .map(line -> ObjectId.fromString(line.substring(12, 52)))
            .toList();
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void lostObjectsKeepNoOthersFromComing(int lost) throws Exception {
    List<ObjectId> gone = everyNth(lost);
    for (ObjectId id : gone) {
      Files.delete(loose(id));
    }
    try (var store = open()) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      prefetch(store, new PrefetchRequest.Blobs(files, 1 << 30));
      assertThat(files.stream().filter(id -> !store.isLocal(id)).toList())
          .containsExactlyInAnyOrderElementsOf(gone);
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(2 * lost + 7);
      for (ObjectId id : gone) {
        assertThat(store.refusal(id))
            .hasValueSatisfying(why -> assertThat(why).hasMessageContaining(id.name()));
      }
      assertThatThrownBy(() -> store.blob(gone.getFirst()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(gone.getFirst().name());
    }
  }

  /** The server ends without a word: what it could not read is found by halving. */
  @Test
  void aDamagedObjectIsFound() throws Exception {
    ObjectId bad = files.get(700);
    Path loose = loose(bad);
    loose.toFile().setWritable(true);
    byte[] bytes = Files.readAllBytes(loose);
    bytes[bytes.length / 2] ^= 0x55;
    Files.write(loose, bytes);
    try (var store = open()) {
      store.resolve(Optional.empty());
      server.forgetRequests();
      var some = files.subList(690, 720);
      prefetch(store, new PrefetchRequest.Blobs(some, 1 << 30));
      assertThat(some.stream().filter(id -> !store.isLocal(id)).toList()).containsExactly(bad);
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(30);
    }
  }

  @Test
  void whatIsReadTogetherWithALostObjectComes() throws Exception {
    ObjectId gone = files.get(3);
    Files.delete(loose(gone));
    try (var store = open()) {
      store.resolve(Optional.empty());
      store.fetchSizes(files.subList(0, 10));
      assertThat(store.sizeIfLocal(files.get(4))).isPresent();
      assertThat(store.sizeIfLocal(gone)).isEmpty();
      prefetch(store, new PrefetchRequest.Subtrees(List.of(id("HEAD:src")), true, 1 << 30));
      assertThat(store.treeIfLocal(id("HEAD:src"))).isPresent();
    }
  }

  /** Nothing else is fetched, although the server was never seen to send a single file. */
  @Test
  void aLostFileThatIsReadFirstOfAllIsNamed() throws Exception {
    Files.delete(loose(files.get(3)));
    try (var store = open()) {
      store.resolve(Optional.empty());
      store.tree(id("HEAD:src"));
      server.forgetRequests();
      assertThatThrownBy(() -> store.blob(files.get(3)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(files.get(3).name());
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(4);
      assertThat(store.isLocal(files.get(4))).isFalse();
      store.blob(files.get(4)).close();
      assertThat(store.isLocal(files.get(5))).isFalse();
    }
  }

  @Test
  void aLostDirectoryIsLostWithTheOneItIsInAlone() throws Exception {
    Files.delete(loose(id("HEAD:other/deep")));
    try (var store = open()) {
      Revision head = store.resolve(Optional.empty());
      assertThat(store.tree(head.tree()).size()).isEqualTo(3);
      assertThat(store.tree(id("HEAD:src")).size()).isEqualTo(FILES);
      assertThatThrownBy(() -> store.tree(id("HEAD:other"))).isInstanceOf(IOException.class);
      assertThat(Cache.read(store.blob(files.getFirst()))).asString(US_ASCII).startsWith("content");
    }
  }

  @Test
  void aLostRootIsAnErrorThatNamesIt() throws Exception {
    ObjectId root = id("HEAD^{tree}");
    Files.delete(loose(root));
    try (var store = open()) {
      assertThatThrownBy(() -> store.resolve(Optional.empty())).hasMessageContaining(root.name());
    }
  }

  /** So that an object can be lost by itself. */
  private void unpack() throws IOException {
    try (var packs = Files.newDirectoryStream(origin.directory().resolve("objects/pack"))) {
      for (Path file : packs) {
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        if (file.toString().endsWith(".pack")) {
          Git.command(List.of("-C", origin.directory().toString(), "unpack-objects", "-q"))
              .input(bytes)
              .run()
              .orFail();
        }
      }
    }
  }

  private List<ObjectId> everyNth(int count) {
    var some = new ArrayList<ObjectId>();
    for (int i = 0; i < count; i++) {
      some.add(files.get(i * (FILES / count) + 7));
    }
    return some;
  }

  private static void prefetch(ObjectStore store, PrefetchRequest request) throws Exception {
    Prefetch prefetch = store.prefetch(request);
    assertThat(prefetch.await(Duration.ofSeconds(60))).isTrue();
    assertThat(prefetch.progress().state()).isEqualTo(Prefetch.State.COMPLETE);
  }

  private ObjectId id(String revision) {
    return ObjectId.fromString(origin.id(revision));
  }

  private Path loose(ObjectId id) {
    String name = id.name();
    return origin.directory().resolve("objects/" + name.substring(0, 2) + "/" + name.substring(2));
  }

  private ObjectStore open() throws IOException {
    var directory = repositories.root().resolve("cache");
    return new GitStore(
        Remotes.open(server.url("origin.git")),
        new StoreOptions(Files.createDirectories(directory), 96 << 20, 10L << 30),
        Collections.nCopies(2, Duration.ofMillis(1)));
  }
}
