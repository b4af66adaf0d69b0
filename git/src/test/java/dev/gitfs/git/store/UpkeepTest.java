package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.Capabilities;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packs stay few, the disk bound is kept, damage is mended. */
final class UpkeepTest {

  private static final int FILES = 60;
  private static final int FILE_BYTES = 10_000;

  private final Map<Integer, ObjectId> files = new HashMap<>();
  private Cache cache;

  @BeforeEach
  void repositoryOfManyFiles() throws IOException {
    cache = new Cache();
    var random = new Random(1);
    var snapshot = new Snapshot();
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[FILE_BYTES];
      random.nextBytes(content);
      snapshot.file("dir" + i % 3 + "/file" + i, content);
    }
    cache.origin.commit(snapshot);
    for (String line : cache.origin.git("ls-tree", "-r", "HEAD").lines()) {
      int number = Integer.parseInt(line.substring(line.lastIndexOf("file") + 4));
      files.put(number, ObjectId.fromString(line.substring(12, 52)));
    }
  }

  @AfterEach
  void delete() {
    cache.close();
  }

  @Test
  void manySmallPacksBecomeFewAndEveryObjectIsStillThere() throws Exception {
    try (var store = (GitStore) cache.open()) {
      Cache.head(store);
      fetchEachFile(store);
      store.tidy();
      assertThat(cache.packs()).hasSizeLessThanOrEqualTo(Consolidation.MOST_PACKS);
    }
    assertThat(Git.run(cache.repository(), "fsck", "--full").errors()).isEmpty();
    try (var store = cache.open()) {
      for (int i = 0; i < FILES; i++) {
        assertThat(Cache.read(store.blobIfLocal(file(i)).orElseThrow())).hasSize(FILE_BYTES);
      }
    }
  }

  @Test
  void packsAreMergedInTheBackgroundWithoutBeingAsked() throws Exception {
    try (var store = cache.open()) {
      Cache.head(store);
      fetchEachFile(store);
      for (int i = 0; i < 300 && cache.packs().size() > Consolidation.MOST_PACKS; i++) {
        Thread.sleep(100);
      }
      assertThat(cache.packs()).hasSizeLessThanOrEqualTo(Consolidation.MOST_PACKS);
    }
  }

  @Test
  void overTheBoundTheLeastRecentlyUsedPacksGoFirst() throws Exception {
    var options = new StoreOptions(cache.directory, 96 << 20, 30 * FILE_BYTES);
    try (var store = (GitStore) ObjectStore.open(cache.remote, options)) {
      Cache.head(store);
      for (int batch = 0; batch < 6; batch++) {
        fetchSizesByContent(store, batch * 10, batch * 10 + 10);
        agePacks(batch == 0 ? 100 : 10);
      }
      Files.setLastModifiedTime(promisorOf(cache.packs().getFirst()), FileTime.from(Instant.now()));
      store.tidy();
      assertThat(bytesIn(cache.directory)).isLessThan(options.diskBytes());
      // Dropped and wanted again, it is fetched again.
      for (int i = 0; i < FILES; i++) {
        assertThat(Cache.read(store.blob(file(i)))).hasSize(FILE_BYTES);
      }
    }
  }

  @Test
  void aLookAtAllFilesCountsForAllStoresWhileTheyTellWhatComes() throws Exception {
    long bytes = 100_000;
    Path held = cache.directory.resolve("bytes-held");
    assertThat(new DiskBound(cache.directory, bytes).enforce()).isTrue();
    Files.write(cache.directory.resolve("large"), new byte[2 * (int) bytes]);
    var bound = new DiskBound(cache.directory, bytes);
    assertThat(bound.enforce()).as("nobody has looked again").isTrue();
    bound.packArrived(2 * bytes);
    assertThat(bound.enforce()).as("what was told is more than may be").isFalse();
    for (String note : new String[] {"0 0", Long.MAX_VALUE + " 0", "?", ""}) {
      Files.writeString(held, note);
      assertThat(bound.enforce()).as("a note that counts for nothing: %s", note).isFalse();
    }
  }

  @Test
  void whatALiveMountShowsIsNeverDropped() throws Exception {
    var options = new StoreOptions(cache.directory, 96 << 20, 20_000);
    try (var store = (GitStore) ObjectStore.open(cache.remote, options)) {
      Revision head = Cache.head(store);
      for (String directory : new String[] {"dir0", "dir1", "dir2"}) {
        store.tree(cache.id("HEAD:" + directory));
      }
      fetchSizesByContent(store, 0, FILES);
      agePacks(1000);
      store.tidy();
      assertThat(store.isLocal(file(5))).isFalse();
      assertThat(store.sizeIfLocal(file(5))).as("its size stays known").hasValue(FILE_BYTES);
    }
    int fetches = cache.remote.fetches.size();
    try (var store = cache.open()) {
      assertThat(store.treeIfLocal(cache.id("HEAD^{tree}"))).isPresent();
      assertThat(store.treeIfLocal(cache.id("HEAD:dir1"))).isPresent();
      Cache.head(store);
    }
    assertThat(cache.remote.fetches).hasSize(fetches);
  }

  @Test
  void anEvictedCommitLeavesARepositoryThatStockGitAccepts() throws Exception {
    var options = new StoreOptions(cache.directory, 96 << 20, 1);
    try (var store = cache.open()) {
      Cache.head(store);
    }
    agePacks(1000);
    new DiskBound(cache.directory, options.diskBytes()).enforce();
    assertThat(cache.packs()).isEmpty();
    Git.run(cache.repository(), "fsck", "--full");
    try (var store = cache.open()) {
      assertThat(Cache.head(store).commit()).isEqualTo(cache.id("HEAD"));
    }
  }

  @Test
  void aDamagedPackIsDroppedAndItsObjectsAreFetchedAgain() throws Exception {
    ObjectId id = file(3);
    try (var store = cache.open()) {
      store.blob(id).close();
    }
    Path pack = cache.packs().getFirst();
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 2] ^= 0x10;
    pack.toFile().setWritable(true);
    Files.write(pack, bytes);
    try (var store = (GitStore) cache.open()) {
      assertThat(Cache.read(store.blob(id))).hasSize(FILE_BYTES);
      store.tidy();
      assertThat(cache.packs()).hasSize(1);
      Cache.head(store);
    }
    assertThat(Git.run(cache.repository(), "fsck", "--full").errors()).isEmpty();
  }

  @Test
  void aPackTornByALossOfPowerIsDropped() throws Exception {
    ObjectId id = file(3);
    try (var store = cache.open()) {
      store.blob(id).close();
      store.blob(file(4)).close();
    }
    Path index = cache.packs().getFirst();
    index = index.resolveSibling(PackShelf.withoutExtension(index) + ".idx");
    long length = Files.size(index);
    Files.delete(index);
    Files.write(index, new byte[(int) length]);
    try (var store = (GitStore) cache.open()) {
      store.tidy();
      assertThat(cache.packs()).hasSize(1);
      assertThat(Cache.read(store.blob(id))).hasSize(FILE_BYTES);
      assertThat(Cache.read(store.blob(file(4)))).hasSize(FILE_BYTES);
    }
  }

  @Test
  void aPackThatAnotherProcessDropsIsFetchedAgain() throws Exception {
    ObjectId id = file(3);
    try (var fetching = cache.open()) {
      fetching.blob(id).close();
    }
    try (var store = cache.open();
        var other = cache.open()) {
      assertThat(store.sizeIfLocal(id)).hasValue(FILE_BYTES);
      assertThat(other.sizeIfLocal(id)).hasValue(FILE_BYTES);
      var shelf = new PackShelf(cache.repository().resolve("objects/pack"));
      for (var pack : shelf.list()) {
        shelf.drop(pack.name());
      }
      assertThat(Cache.read(store.blob(id))).hasSize(FILE_BYTES);
      assertThat(Cache.read(other.blob(id))).hasSize(FILE_BYTES);
    }
  }

  private void fetchEachFile(ObjectStore store) throws Exception {
    for (int i = 0; i < FILES; i++) {
      store.blob(file(i)).close();
    }
  }

  /** In one pack for all of them. */
  private void fetchSizesByContent(ObjectStore store, int from, int to) throws Exception {
    cache.remote.capabilities = new Capabilities(2, true, false, true, "no object-info");
    var ids = new ArrayList<ObjectId>();
    for (int i = from; i < to; i++) {
      ids.add(file(i));
    }
    store.fetchSizes(ids);
    ((GitStore) store).tidy();
  }

  /** Makes packs that were used just now look as if that was {@code minutes} ago. */
  private void agePacks(int minutes) throws IOException {
    Instant then = Instant.now().minusSeconds(60L * minutes);
    for (Path pack : cache.packs()) {
      Path promisor = promisorOf(pack);
      if (Files.getLastModifiedTime(promisor).toInstant().isAfter(then)) {
        Files.setLastModifiedTime(promisor, FileTime.from(then));
      }
    }
  }

  private static Path promisorOf(Path pack) {
    return pack.resolveSibling(PackShelf.withoutExtension(pack) + ".promisor");
  }

  private static long bytesIn(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private ObjectId file(int i) {
    return files.get(i);
  }
}
