package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stock git packed is read without JGit as git reads it; what is damaged is left to JGit. */
@Timeout(120)
final class ShelvedPacksTest {

  /** Each at the place that is its {@code Constants.OBJ_…}. */
  private static final List<String> TYPES = List.of("", "commit", "tree", "blob");

  private static GitRepositories origins;
  private static TestRepository origin;

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("some.git");
  private final DeltaBases bases = new DeltaBases(1 << 20);
  private final ShelvedPacks shelved = new ShelvedPacks(bases);

  @BeforeAll
  static void commitManyVersions() {
    origins = new GitRepositories();
    origin = origins.create("origin.git");
    var random = new Random(7);
    var text = new StringBuilder();
    byte[] noise = new byte[300_000];
    random.nextBytes(noise);
    for (int version = 0; version < 40; version++) {
      text.append(random.nextLong()).append(" line of version ").append(version).append('\n');
      noise[version * 5_000] ^= 1;
      origin.commit(
          new Snapshot()
              .file("growing", text.toString())
              .file("empty", new byte[0])
              .file("noise", noise)
              .file("zeros", new byte[(1 << 20) + 100 * version])
              .file("d/small", "version " + version + "\n"));
    }
  }

  @AfterAll
  static void deleteOrigin() {
    origins.close();
  }

  @BeforeEach
  void fetchAll() {
    repository.git("fetch", "-q", origin.directory().toString(), "main:main");
  }

  @AfterEach
  void close() {
    shelved.close();
    repositories.close();
  }

  private Pack pack(String... options) throws IOException {
    var command = new ArrayList<>(List.of("repack", "-a", "-d", "-f", "-q"));
    command.addAll(List.of(options));
    repository.git(command.toArray(String[]::new));
    try (ObjectDirectory objects = objects()) {
      return objects.getPacks().iterator().next();
    }
  }

  private ObjectDirectory objects() throws IOException {
    return LocalObjects.objectsIn(repository.directory().resolve("objects"));
  }

  private List<ObjectId> ids(Pack pack) throws IOException {
    var ids = new ArrayList<ObjectId>();
    for (PackIndex.MutableEntry entry : pack.getIndex()) {
      ids.add(entry.toObjectId());
    }
    return ids;
  }

  private List<String> allObjects() {
    return repository
        .git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
        .lines();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--window=0", "--window=20 --depth=50", "--window=50 --depth=4095"})
  void everyObjectIsWhatGitSaysItIs(String options) throws Exception {
    Pack pack = pack(options.split(" "));
    int read = 0;
    for (String line : allObjects()) {
      String[] parts = line.split(" ");
      ObjectId id = ObjectId.fromString(parts[0]);
      int type = TYPES.indexOf(parts[1]);
      byte[] content = shelved.bytes(pack, id, type).orElseThrow();
      assertThat(new ObjectInserter.Formatter().idFor(type, content)).isEqualTo(id);
      read++;
    }
    assertThat(read).isGreaterThan(150);
  }

  @Test
  void basesThatAreNamedByTheirIdsAreFound() throws Exception {
    repository.git("config", "repack.useDeltaBaseOffset", "false");
    Pack pack = pack("--window=20", "--depth=50");
    for (String version : List.of("HEAD", "HEAD~17", "HEAD~39")) {
      ObjectId id = ObjectId.fromString(repository.id(version + ":growing"));
      byte[] expected = repository.git("cat-file", "blob", id.name()).out();
      assertThat(shelved.bytes(pack, id, Constants.OBJ_BLOB)).hasValue(expected);
    }
  }

  @Test
  void anObjectOfAnotherTypeIsLeftToJGit() throws Exception {
    Pack pack = pack();
    ObjectId tree = ObjectId.fromString(repository.id("HEAD^{tree}"));
    assertThat(shelved.bytes(pack, tree, Constants.OBJ_BLOB)).isEmpty();
    assertThat(shelved.bytes(pack, ObjectId.zeroId(), Constants.OBJ_BLOB)).isEmpty();
  }

  @Test
  void whatIsDamagedIsLeftToJGit() throws Exception {
    Pack pack = pack("--window=0");
    ObjectId noise = ObjectId.fromString(repository.id("HEAD:noise"));
    Path file = pack.getPackFile().toPath();
    byte[] intact = Files.readAllBytes(file);
    byte[] damaged = intact.clone();
    damaged[(int) pack.getIndex().findOffset(noise) + 1_000] ^= 1;
    overwrite(file, damaged);
    assertThat(shelved.bytes(pack, noise, Constants.OBJ_BLOB)).isEmpty();
    overwrite(file, new byte[0]);
    assertThat(shelved.bytes(pack, noise, Constants.OBJ_BLOB)).isEmpty();
  }

  private static void overwrite(Path file, byte[] content) throws IOException {
    Files.delete(file);
    Files.write(file, content);
  }

  /** Neither an exception nor an endless loop, whatever the bytes say. */
  @Test
  void nonsenseIsLeftToJGit() throws Exception {
    Pack pack = pack("--window=20", "--depth=50");
    Path file = pack.getPackFile().toPath();
    byte[] intact = Files.readAllBytes(file);
    var random = new Random(3);
    List<ObjectId> ids = ids(pack);
    for (int round = 0; round < 300; round++) {
      byte[] damaged = intact.clone();
      ObjectId id = ids.get(random.nextInt(ids.size()));
      int at = (int) pack.getIndex().findOffset(id);
      for (int i = 0; i < 6; i++) {
        damaged[Math.min(at + i, damaged.length - 1)] = (byte) random.nextInt();
      }
      overwrite(file, damaged);
      try (var fresh = new ShelvedPacks(new DeltaBases(1 << 20))) {
        fresh.bytes(pack, id, Constants.OBJ_BLOB);
      }
    }
  }

  @Test
  void aPackThatIsGoneIsReadOnUntilThatIsKnown() throws Exception {
    Pack pack = pack();
    ObjectId id = ObjectId.fromString(repository.id("HEAD:growing"));
    byte[] expected = repository.git("cat-file", "blob", id.name()).out();
    assertThat(shelved.bytes(pack, id, Constants.OBJ_BLOB)).hasValue(expected);
    Files.delete(pack.getPackFile().toPath());
    assertThat(shelved.bytes(pack, id, Constants.OBJ_BLOB)).hasValue(expected);
    assertThat(openFiles(pack)).isEqualTo(1);
    shelved.retain(List.of());
    assertThat(openFiles(pack)).isZero();
    assertThat(shelved.bytes(pack, id, Constants.OBJ_BLOB)).isEmpty();
  }

  private static long openFiles(Pack pack) throws IOException {
    long open = 0;
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          if (Files.readSymbolicLink(descriptor)
              .toString()
              .startsWith(pack.getPackFile().getPath())) {
            open++;
          }
        } catch (NoSuchFileException e) {
          // Closed meanwhile, by whoever had it.
        }
      }
    }
    return open;
  }
}
