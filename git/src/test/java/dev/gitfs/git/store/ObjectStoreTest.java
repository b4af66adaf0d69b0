package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.Capabilities;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a mount relies on: objects are right, and cost as few requests as they can. */
final class ObjectStoreTest {

  private Cache cache;

  @BeforeEach
  void repository() throws Exception {
    cache = new Cache();
    cache.origin.commit(
        new Snapshot()
            .file("README", "hello\n")
            .file("empty", "")
            .executable("bin/run", "#!/bin/sh\n")
            .file("src/deep/er/Main.java", "class Main {}\n")
            .link("latest", "bin/run"));
  }

  @AfterEach
  void delete() {
    cache.close();
  }

  @Test
  void aListedRootCostsTwoRequestsAfterTheCapabilities() throws Exception {
    try (var store = cache.open()) {
      Revision revision = Cache.head(store);
      assertThat(revision.ref()).isEqualTo("refs/heads/main");
      assertThat(revision.commit()).isEqualTo(cache.id("HEAD"));
      assertThat(revision.tree()).isEqualTo(cache.id("HEAD^{tree}"));
      Tree root = store.treeIfLocal(revision.tree()).orElseThrow();
      assertThat(root.size()).isEqualTo(5);
      assertThat(root.mode(root.find("bin".getBytes(UTF_8), 3))).isEqualTo(FileMode.TREE);
      assertThat(cache.remote.refRequests).hasSize(1);
      assertThat(cache.remote.fetches).hasSize(1);
    }
  }

  @Test
  void aTreeComesWithAllTreesBelowIt() throws Exception {
    try (var store = cache.open()) {
      Cache.head(store);
      store.tree(cache.id("HEAD:src"));
      assertThat(store.treeIfLocal(cache.id("HEAD:src/deep/er"))).isPresent();
      assertThat(store.treeIfLocal(cache.id("HEAD:bin"))).isEmpty();
      assertThat(cache.remote.fetches).hasSize(2);
    }
  }

  @Test
  void whoWantsATreeWhileTreesComeWaitsForThose() throws Exception {
    try (var store = cache.open()) {
      var commit = Cache.head(store).commit();
      var wanted = cache.id("HEAD:src/deep/er");
      var seen = new CompletableFuture<Tree>();
      cache.remote.wire =
          pack -> interrupted(pack, () -> Thread.ofVirtual().start(() -> see(store, wanted, seen)));
      store.prefetch(new PrefetchRequest.Trees(commit, 1 << 20));
      assertThat(seen.get(10, TimeUnit.SECONDS).size()).isEqualTo(1);
      assertThat(cache.remote.fetches).hasSize(2);
    }
  }

  private static void see(ObjectStore store, ObjectId tree, CompletableFuture<Tree> seen) {
    try {
      seen.complete(store.tree(tree));
    } catch (Exception e) {
      seen.completeExceptionally(e);
    }
  }

  /** A pack whose last object comes a little after all the others, and after {@code meanwhile}. */
  private static InputStream interrupted(byte[] pack, Runnable meanwhile) {
    int almost = pack.length - Sha1.BYTES - 8;
    var rest =
        new ByteArrayInputStream(pack, almost, pack.length) {
          @Override
          public synchronized int read(byte[] into, int at, int most) {
            if (pos == almost) {
              meanwhile.run();
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            return super.read(into, at, most);
          }
        };
    return new SequenceInputStream(new ByteArrayInputStream(pack, 0, almost), rest);
  }

  @Test
  void aBlobIsFetchedOnceAndStaysForTheNextProcess() throws Exception {
    ObjectId id = cache.id("HEAD:README");
    try (var store = cache.open()) {
      assertThat(store.blobIfLocal(id)).isEmpty();
      assertThat(Cache.read(store.blob(id))).asString(UTF_8).isEqualTo("hello\n");
      assertThat(Cache.read(store.blob(id))).asString(UTF_8).isEqualTo("hello\n");
    }
    try (var store = cache.open()) {
      assertThat(Cache.read(store.blobIfLocal(id).orElseThrow())).hasSize(6);
      assertThat(store.sizeIfLocal(id)).hasValue(6);
    }
    assertThat(cache.remote.fetches).hasSize(1);
  }

  @Test
  void memoryHoldsABlobUntilItWasReadByOneWhoKeepsIt() throws Exception {
    ObjectId id = cache.id("HEAD:README");
    try (var store = cache.open()) {
      store.blob(id).close();
      long onDisk = store.statistics().diskHits();
      store.blob(id).close();
      assertThat(store.statistics().diskHits()).isEqualTo(onDisk);
      store.wasRead(id);
      assertThat(Cache.read(store.blob(id))).asString(UTF_8).isEqualTo("hello\n");
      assertThat(store.statistics().diskHits()).isEqualTo(onDisk + 1);
    }
    assertThat(cache.remote.fetches).hasSize(1);
  }

  @Test
  void emptyObjectsNeedNoServer() throws Exception {
    try (var store = cache.open()) {
      assertThat(store.tree(Constants.EMPTY_TREE_ID).size()).isZero();
      assertThat(Cache.read(store.blob(cache.id("HEAD:empty")))).isEmpty();
      assertThat(store.sizeIfLocal(cache.id("HEAD:empty"))).hasValue(0);
      assertThat(cache.remote.fetches).isEmpty();
    }
  }

  @Test
  void sizesOfADirectoryCostOneRequest() throws Exception {
    List<ObjectId> ids =
        List.of(cache.id("HEAD:README"), cache.id("HEAD:bin/run"), cache.id("HEAD:latest"));
    try (var store = cache.open()) {
      store.fetchSizes(ids);
      assertThat(ids).allSatisfy(id -> assertThat(store.sizeIfLocal(id)).isPresent());
      store.fetchSizes(ids);
    }
    assertThat(cache.remote.sizeRequests).hasSize(1);
    assertThat(cache.remote.fetches).isEmpty();
  }

  @Test
  void withoutObjectInfoSizesCostOneFetchOfThoseBlobs() throws Exception {
    cache.remote.capabilities = new Capabilities(2, true, false, true, "git/test");
    List<ObjectId> ids =
        List.of(cache.id("HEAD:README"), cache.id("HEAD:bin/run"), ObjectId.zeroId());
    try (var store = cache.open()) {
      store.fetchSizes(ids.subList(0, 2));
      assertThat(store.sizeIfLocal(ids.get(0))).hasValue(6);
      assertThat(store.sizeIfLocal(ids.get(1))).hasValue(10);
      assertThat(cache.remote.fetches).hasSize(1);
      store.fetchSizes(ids);
      assertThat(store.sizeIfLocal(ids.get(2))).isEqualTo(OptionalLong.empty());
    }
  }

  @Test
  void aServerWithoutFiltersIsAskedForTheCommitWholeAndOnce() throws Exception {
    cache.remote.capabilities = new Capabilities(2, false, false, true, "old");
    try (var store = cache.open()) {
      Revision revision = Cache.head(store);
      store.tree(cache.id("HEAD:src/deep"));
      assertThat(store.blob(cache.id("HEAD:README")).size()).isEqualTo(6);
      assertThat(cache.remote.fetches).hasSize(1);
      assertThat(cache.remote.fetches.getFirst().wants()).containsExactly(revision.commit());
    }
  }

  @Test
  void aRefusedTreeFilterIsRememberedAndTheNextCoarserUsed() throws Exception {
    cache.remote.gate =
        request -> {
          if (request.filter().isPresent() && request.filter().get().spec().startsWith("tree:")) {
            throw new RemoteException(RemoteException.Kind.UNSUPPORTED, "no tree filters here");
          }
        };
    try (var store = cache.open()) {
      Cache.head(store);
      assertThat(store.treeIfLocal(cache.id("HEAD:src/deep"))).isPresent();
      assertThat(cache.remote.fetches).hasSize(2);
    }
    cache.origin.commit(new Snapshot().file("README", "again\n"));
    try (var store = cache.open()) {
      Cache.head(store);
      assertThat(cache.remote.fetches).hasSize(3);
    }
  }

  @Test
  void aServerThatSendsNothingByItsIdIsAskedForTheCommitWhole() throws Exception {
    cache.remote.gate =
        request -> {
          if (request.depth() == 0) {
            throw new RemoteException(RemoteException.Kind.SERVER_FAILED, "closes the connection");
          }
        };
    try (var store = cache.open()) {
      Cache.head(store);
      assertThat(Cache.read(store.blob(cache.id("HEAD:README")))).hasSize(6);
      assertThat(store.treeIfLocal(cache.id("HEAD:src/deep"))).isPresent();
      assertThat(cache.remote.fetches).hasSize(3);
    }
    cache.origin.commit(new Snapshot().file("README", "again\n"));
    try (var store = cache.open()) {
      Cache.head(store);
      assertThat(store.isLocal(cache.id("HEAD:README"))).isTrue();
      assertThat(cache.remote.fetches).hasSize(4);
    }
  }

  @Test
  void aFailureIsToldAndNotRemembered() throws Exception {
    ObjectId id = cache.id("HEAD:README");
    cache.remote.gate =
        request -> {
          throw new RemoteException(RemoteException.Kind.TIMED_OUT, "no answer");
        };
    try (var store = cache.open()) {
      assertThatThrownBy(() -> store.blob(id))
          .isInstanceOfSatisfying(
              RemoteException.class,
              e -> assertThat(e.kind()).isEqualTo(RemoteException.Kind.TIMED_OUT));
      cache.remote.gate = request -> {};
      assertThat(Cache.read(store.blob(id))).hasSize(6);
    }
  }

  @Test
  void aTruncatedPackIsRefusedWholeAndLeavesNothing() throws Exception {
    ObjectId id = cache.id("HEAD:README");
    try (var store = cache.open()) {
      Cache.head(store);
      int before = cache.packs().size();
      cache.remote.wire = pack -> new ByteArrayInputStream(pack, 0, pack.length - 25);
      assertThatThrownBy(() -> store.blob(id)).isInstanceOf(RemoteException.class);
      assertThat(cache.packs()).hasSize(before);
      cache.remote.wire = ByteArrayInputStream::new;
      assertThat(Cache.read(store.blob(id))).hasSize(6);
    }
  }

  @Test
  void stockGitReadsTheStore() throws Exception {
    try (var store = cache.open()) {
      Cache.head(store);
      store.tree(cache.id("HEAD:src"));
      store.tree(cache.id("HEAD:bin"));
      store.blob(cache.id("HEAD:README")).close();
    }
    var repository = cache.repository();
    assertThat(Git.run(repository, "fsck", "--full", "--strict").errors()).isEmpty();
    assertThat(Git.run(repository, "log", "--format=%H").text().strip())
        .isEqualTo(cache.id("HEAD").name());
    assertThat(Git.run(repository, "cat-file", "-p", "HEAD:README").text()).isEqualTo("hello\n");
    assertThat(Git.run(repository, "ls-tree", "-r", "--name-only", "HEAD").lines())
        .contains("src/deep/er/Main.java", "bin/run");
  }

  @Test
  void aLocalCommitIdCostsNoRequest() throws Exception {
    try (var store = cache.open()) {
      Revision head = Cache.head(store);
      cache.remote.refRequests.clear();
      cache.remote.fetches.clear();
      Revision byId = store.resolve(Optional.of(head.commit().name()));
      assertThat(byId.tree()).isEqualTo(head.tree());
      assertThat(byId.ref()).isEqualTo(head.commit().name());
      assertThat(cache.remote.refRequests).isEmpty();
      assertThat(cache.remote.fetches).isEmpty();
    }
  }
}
