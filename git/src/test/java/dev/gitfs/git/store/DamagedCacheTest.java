package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.CapturedLog;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever becomes of a file in the cache, a mount shows the right bytes, and the cache is whole
 * again afterwards.
 */
@Timeout(240)
final class DamagedCacheTest {

  /** What may become of a file. */
  enum Damage {
    EMPTY,
    HALVED,
    HEADER_FLIPPED,
    MIDDLE_FLIPPED,
    TRAILER_FLIPPED,
    BEGINNING_LOST,
    REST_LOST,
    ANOTHERS,
    DELETED,
    DIRECTORY,
    LINK_TO_NOTHING;

    void of(Path file) throws IOException {
      byte[] content = Files.readAllBytes(file);
      switch (this) {
        case EMPTY -> Files.write(file, new byte[0]);
        case HALVED -> {
          try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.truncate(content.length / 2);
          }
        }
        case HEADER_FLIPPED -> flip(file, content, 4, 9);
        case MIDDLE_FLIPPED ->
            flip(file, content, content.length / 3, content.length / 3 + content.length / 8 + 1);
        case TRAILER_FLIPPED -> flip(file, content, content.length - 6, content.length);
        // Zeros, as a loss of power leaves them.
        case BEGINNING_LOST -> lose(file, content, 0, content.length / 2);
        case REST_LOST -> lose(file, content, 12, content.length - 20);
        case ANOTHERS -> {
          Path other = another(file);
          Files.write(file, other.equals(file) ? new byte[777] : Files.readAllBytes(other));
        }
        case DELETED -> Files.delete(file);
        case DIRECTORY -> {
          Files.delete(file);
          Files.createDirectories(file.resolve("something"));
        }
        case LINK_TO_NOTHING -> {
          Files.delete(file);
          Files.createSymbolicLink(file, Path.of("nowhere"));
        }
      }
    }

    private static void flip(Path file, byte[] content, int from, int to) throws IOException {
      for (int i = Math.max(from, 0); i < Math.min(to, content.length); i++) {
        content[i] ^= 0x55;
      }
      Files.write(file, content);
    }

    private static void lose(Path file, byte[] content, int from, int to) throws IOException {
      if (from < to) {
        Arrays.fill(content, from, to, (byte) 0);
      }
      Files.write(file, content);
    }

    private static Path another(Path file) throws IOException {
      String name = file.getFileName().toString();
      String extension = name.substring(Math.max(0, name.lastIndexOf('.')));
      try (var siblings = Files.list(file.getParent())) {
        return siblings
            .filter(Files::isRegularFile)
            .filter(other -> !other.equals(file) && other.toString().endsWith(extension))
            .sorted()
            .findFirst()
            .orElse(file);
      }
    }
  }

  /** Few, for each is fetched by itself when its pack is damaged. */
  private static final int FILES = 4;

  private static final Map<String, byte[]> CONTENTS = new TreeMap<>();

  private static Cache cache;

  /** As git-fs leaves it. */
  private static Path plain;

  /** The same, after stock git was at it. */
  private static Path maintained;

  @BeforeAll
  static void cachesThatWereUsed() throws Exception {
    cache = new Cache();
    var random = new Random(11);
    var snapshot = new Snapshot();
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[3_000];
      random.nextBytes(content);
      content(snapshot, "d" + i % 2 + "/deep/random" + i, content);
      content(
          snapshot, "d" + i % 2 + "/text" + i, ("text " + i + "\n").repeat(400).getBytes(US_ASCII));
    }
    cache.origin.commit(snapshot);
    plain = cache.directory.resolve("plain");
    try (var store = open(plain)) {
      Cache.head(store);
      var blobs =
          cache.origin.git("ls-tree", "-r", "HEAD").lines().stream()
              .map(line -> ObjectId.fromString(line.substring(12, 52)))
              .toList();
      store.prefetch(new PrefetchRequest.Blobs(blobs, 1 << 20)).await(Duration.ofSeconds(30));
      readAll(store);
    }
    maintained = copy(plain, "maintained");
    Path repository = repository(maintained);
    Git.run(repository, "-c", "pack.writeReverseIndex=true", "gc", "-q");
    Git.run(repository, "pack-refs", "--all");
    Git.run(repository, "commit-graph", "write", "--reachable");
    Git.run(repository, "multi-pack-index", "write");
  }

  @AfterAll
  static void delete() {
    cache.close();
  }

  @ParameterizedTest
  @EnumSource
  void damagedWhileNobodyUsesIt(Damage damage) throws Exception {
    var softly = new SoftAssertions();
    for (Path used : List.of(plain, maintained)) {
      for (Path file : files(used)) {
        String what = used.relativize(file) + " " + damage;
        Path copy = copy(used, "damaged");
        damage.of(copy.resolve(used.relativize(file)));
        try {
          try (var store = (GitStore) open(copy)) {
            softly.assertThat(readAll(store)).as(what).isEmpty();
            store.tidy();
          }
          // What was intact in a damaged pack, and read before that was found, is fetched now.
          try (var store = open(copy)) {
            softly.assertThat(readAll(store)).as(what + ", afterwards").isEmpty();
            int fetches = cache.remote.fetches.size();
            softly.assertThat(readAll(store)).as(what + ", once more").isEmpty();
            softly.assertThat(cache.remote.fetches.size()).as(what).isEqualTo(fetches);
          }
        } catch (Exception | Error e) {
          softly.fail(what, e);
        }
      }
    }
    softly.assertAll();
  }

  @ParameterizedTest
  @EnumSource
  void damagedWhileItIsInUse(Damage damage) throws Exception {
    var softly = new SoftAssertions();
    for (Path file : files(plain)) {
      String what = plain.relativize(file) + " " + damage;
      Path copy = copy(plain, "damaged");
      try {
        try (var store = open(copy)) {
          store.blob(cache.id("HEAD:d0/text0")).close();
          readTree(store, Cache.head(store).tree(), "d1/", new HashMap<>());
          damage.of(copy.resolve(plain.relativize(file)));
          softly.assertThat(readAll(store)).as(what).isEmpty();
        }
        try (var store = open(copy)) {
          softly.assertThat(readAll(store)).as(what + ", afterwards").isEmpty();
        }
      } catch (Exception | Error e) {
        softly.fail(what, e);
      }
    }
    softly.assertAll();
  }

  /** What a user might do by hand, or a script for all repositories that it finds. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gc",
        "gc --aggressive --prune=now",
        "repack -ad",
        "repack -A -d",
        "pack-refs --all",
        "prune",
        "prune-packed",
        "multi-pack-index write",
        "commit-graph write --reachable",
        "maintenance run",
        "maintenance run --task=incremental-repack",
        "reflog expire --all --expire=now",
        "fsck"
      })
  void maintenanceByStockGitDoesNoHarm(String command) throws Exception {
    Path copy = copy(plain, "maintained-by-hand");
    try (var store = open(copy)) {
      store.blob(cache.id("HEAD:d0/text0")).close();
      Git.run(repository(copy), command.split(" "));
      int fetches = cache.remote.fetches.size();
      assertThat(readAll(store)).isEmpty();
      assertThat(cache.remote.fetches).as("all of it was here").hasSize(fetches);
    }
    Git.run(repository(copy), command.split(" "));
    cache.remote.unreachable = true;
    try (var store = (GitStore) open(copy)) {
      assertThat(Cache.head(store).ref()).isEqualTo("refs/heads/main");
      assertThat(readAll(store)).isEmpty();
      store.tidy();
      assertThat(readAll(store)).isEmpty();
    } finally {
      cache.remote.unreachable = false;
    }
    assertThat(Git.run(repository(copy), "fsck", "--full").errors()).doesNotContain("error");
  }

  @Test
  void aDamagedPackIsSetAsideAndSaidOnce() throws Exception {
    Path copy = copy(plain, "said-once");
    try (var packs = Files.newDirectoryStream(repository(copy).resolve("objects/pack"), "*.pack")) {
      for (Path pack : packs) {
        Damage.EMPTY.of(pack);
      }
    }
    try (var log = new CapturedLog()) {
      try (var store = open(copy)) {
        assertThat(readAll(store)).isEmpty();
        assertThat(readAll(store)).isEmpty();
      }
      Path aside = repository(copy).resolve("damaged");
      try (var files = Files.newDirectoryStream(aside, "*.pack")) {
        for (Path file : files) {
          assertThat(log.messages(Level.WARN))
              .filteredOn(line -> line.contains(file.getFileName().toString()))
              .singleElement()
              .asString()
              .contains("truncated", "set aside in " + aside);
        }
      }
    }
  }

  @Test
  void withoutItsServerWhatIsDamagedIsAnErrorAndTheRestIsThere() throws Exception {
    Path copy = copy(maintained, "offline");
    Files.delete(repository(copy).resolve("packed-refs"));
    cache.remote.unreachable = true;
    try (var store = open(copy)) {
      assertThatThrownBy(() -> Cache.head(store)).isInstanceOf(RemoteException.class);
      assertThat(store.resolve(Optional.of(cache.id("HEAD").name())).tree())
          .isEqualTo(cache.id("HEAD^{tree}"));
      assertThat(readAll(store, cache.id("HEAD^{tree}"))).isEmpty();
    } finally {
      cache.remote.unreachable = false;
    }
  }

  private static ObjectStore open(Path directory) throws IOException {
    return ObjectStore.open(cache.remote, new StoreOptions(directory, 32 << 20, 10L << 30));
  }

  /** The paths whose content or size is not what it should be. */
  private static List<String> readAll(ObjectStore store) throws Exception {
    return readAll(store, Cache.head(store).tree());
  }

  private static List<String> readAll(ObjectStore store, ObjectId root) throws Exception {
    var read = new HashMap<String, byte[]>();
    readTree(store, root, "", read);
    var wrong = new ArrayList<String>();
    for (var expected : CONTENTS.entrySet()) {
      if (!Arrays.equals(expected.getValue(), read.remove(expected.getKey()))) {
        wrong.add(expected.getKey());
      }
    }
    wrong.addAll(read.keySet());
    return wrong;
  }

  private static void readTree(
      ObjectStore store, ObjectId id, String path, Map<String, byte[]> read) throws Exception {
    Tree tree = store.tree(id);
    var files = new ArrayList<ObjectId>();
    for (int i = 0; i < tree.size(); i++) {
      if (tree.mode(i) != FileMode.TREE) {
        files.add(tree.id(i));
      }
    }
    store.fetchSizes(files);
    for (int i = 0; i < tree.size(); i++) {
      String name = path + new String(tree.name(i), US_ASCII);
      if (tree.mode(i) == FileMode.TREE) {
        readTree(store, tree.id(i), name + "/", read);
      } else {
        byte[] content = Cache.read(store.blob(tree.id(i)));
        assertThat(store.sizeIfLocal(tree.id(i))).as(name).hasValue(content.length);
        store.wasRead(tree.id(i));
        read.put(name, content);
      }
    }
  }

  private static void content(Snapshot snapshot, String path, byte[] content) {
    snapshot.file(path, content);
    CONTENTS.put(path, content);
  }

  private static Path repository(Path directory) throws IOException {
    try (var entries = Files.newDirectoryStream(directory, "*.git")) {
      return entries.iterator().next();
    }
  }

  /** Of each kind of file the smallest and the largest: of packs, a commit's and that of blobs. */
  private static List<Path> files(Path directory) throws IOException {
    Map<String, List<Path>> byKind;
    try (var files = Files.walk(directory)) {
      byKind =
          files
              .filter(Files::isRegularFile)
              .sorted(Comparator.comparingLong(file -> file.toFile().length()))
              .collect(Collectors.groupingBy(DamagedCacheTest::kind));
    }
    return byKind.values().stream()
        .flatMap(alike -> Stream.of(alike.getFirst(), alike.getLast()).distinct())
        .sorted()
        .toList();
  }

  private static String kind(Path file) {
    String name = file.getFileName().toString();
    return file.getParent() + (name.contains(".") ? name.substring(name.lastIndexOf('.')) : name);
  }

  private static Path copy(Path directory, String name) throws IOException {
    Path copy = directory.resolveSibling(name);
    FileTrees.delete(copy);
    try (var files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        Files.copy(
            file, copy.resolve(directory.relativize(file).toString()), LinkOption.NOFOLLOW_LINKS);
      }
    }
    return copy;
  }
}
