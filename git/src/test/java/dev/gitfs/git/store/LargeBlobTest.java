package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Blobs too large for memory are read from a file, which goes when it is not needed. */
final class LargeBlobTest {

  private static final int BYTES = 9 << 20;

  private Cache cache;
  private byte[] content;
  private ObjectId id;

  @BeforeEach
  void repositoryOfOneLargeFile() throws IOException {
    cache = new Cache();
    content = new byte[BYTES];
    new Random(7).nextBytes(content);
    cache.origin.commit(new Snapshot().file("large", content));
    id = cache.id("HEAD:large");
  }

  @AfterEach
  void delete() {
    cache.close();
  }

  @Test
  void itIsReadAtAnyOffset() throws Exception {
    try (var store = cache.open();
        var blob = store.blob(id);
        var arena = Arena.ofConfined()) {
      assertThat(blob.size()).isEqualTo(BYTES);
      MemorySegment piece = arena.allocate(100_000);
      for (int offset : new int[] {0, 1, 4095, 5_000_001, BYTES - 7}) {
        int expected = Math.min(100_000, BYTES - offset);
        assertThat(blob.read(offset, piece)).isEqualTo(expected);
        assertThat(piece.asSlice(0, expected).toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(Arrays.copyOfRange(content, offset, offset + expected));
      }
      assertThat(blob.read(BYTES, piece)).isZero();
      assertThat(blob.read(Long.MAX_VALUE, piece)).isZero();
    }
  }

  @Test
  void itIsInflatedAsItComesAndNotAgain() throws Exception {
    try (var store = cache.open()) {
      readBy20(store);
      assertThat(store.statistics().diskHits()).isZero();
      assertThat(spooled()).hasSize(1);
    }
    assertThat(spooled()).isEmpty();
    assertThat(cache.remote.fetches).hasSize(1);
  }

  @Test
  void itIsInflatedOnceForAllWhoReadItLater() throws Exception {
    try (var store = cache.open()) {
      store.blob(id).close();
    }
    try (var store = cache.open()) {
      readBy20(store);
      assertThat(store.statistics().diskHits()).isEqualTo(1);
      assertThat(spooled()).hasSize(1);
    }
    assertThat(spooled()).isEmpty();
    assertThat(cache.remote.fetches).hasSize(1);
  }

  private void readBy20(ObjectStore store) throws Exception {
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Callable<byte[]>>();
      for (int i = 0; i < 20; i++) {
        reads.add(() -> Cache.read(store.blob(id)));
      }
      for (var read : readers.invokeAll(reads)) {
        assertThat(Arrays.equals(read.get(), content)).isTrue();
      }
    }
  }

  @Test
  void anInterruptedReaderSpoilsItForNobody() throws Exception {
    try (var store = cache.open();
        var blob = store.blob(id)) {
      Thread.currentThread().interrupt();
      MemorySegment piece = MemorySegment.ofArray(new byte[1000]);
      assertThat(blob.read(5000, piece)).isEqualTo(1000);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(blob.read(5000, piece)).isEqualTo(1000);
      assertThat(piece.toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(Arrays.copyOfRange(content, 5000, 6000));
    }
  }

  @Test
  void itStaysReadableWhileOpenAndIsDroppedWhenTheSpoolIsFull() throws Exception {
    var options = new StoreOptions(cache.directory, 96 << 20, BYTES);
    try (var store = ObjectStore.open(cache.remote, options)) {
      Blob blob = store.blob(id);
      assertThat(spooled()).hasSize(1);
      assertThat(blob.read(0, MemorySegment.ofArray(new byte[10]))).isEqualTo(10);
      blob.close();
      blob.close();
      assertThat(spooled()).isEmpty();
    }
  }

  @Test
  void blobsUpToTheBoundAreHeldInMemoryWithinIt() throws Exception {
    var options = new StoreOptions(cache.directory, 1 << 20, 10L << 30);
    var snapshot = new Snapshot();
    for (int i = 0; i < 40; i++) {
      snapshot.file("f" + i, Arrays.copyOfRange(content, i, i + 100_000));
    }
    cache.origin.commit(snapshot);
    List<ObjectId> files =
        cache.origin.git("ls-tree", "HEAD").lines().stream()
            .map(line -> ObjectId.fromString(line.substring(12, 52)))
            .toList();
    try (var store = ObjectStore.open(cache.remote, options)) {
      for (ObjectId each : files) {
        assertThat(Cache.read(store.blob(each))).hasSize(100_000);
      }
      long hits = store.statistics().memoryHits();
      for (ObjectId each : files) {
        store.blob(each).close();
      }
      assertThat(store.statistics().memoryHits() - hits).isLessThanOrEqualTo(10);
    }
  }

  private Path[] spooled() throws IOException {
    try (var files = Files.walk(cache.repository().resolve("git-fs/sessions"))) {
      return files
          .filter(file -> file.getParent().endsWith("spool"))
          .filter(Files::isRegularFile)
          .toArray(Path[]::new);
    }
  }
}
