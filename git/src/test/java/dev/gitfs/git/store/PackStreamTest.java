package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.CorruptPackException;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.zip.Deflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pack read as it comes is what git makes of it, or is refused. */
@Timeout(120)
final class PackStreamTest {

  private static GitRepositories repositories;
  private static TestRepository origin;
  private static byte[] everything;

  /** What git says that each object holds. */
  private static Map<ObjectId, byte[]> contents;

  @BeforeAll
  @BeforeContainer
  static void repositoryOfAllTypes() {
    if (repositories != null) {
      return;
    }
    repositories = new GitRepositories();
    origin = repositories.create("origin.git");
    var random = new Random(7);
    var text = new StringBuilder();
    for (int version = 0; version < 60; version++) {
      text.append(random.nextLong()).append(" line of version ").append(version).append('\n');
      var snapshot = new Snapshot().file("growing", text.toString()).file("empty", new byte[0]);
      for (int i = 0; i < 10; i++) {
        snapshot.file("dir" + i % 3 + "/" + i, "file " + i + " of " + version / 10 + "\n");
      }
      origin.commit(snapshot);
    }
    origin.annotatedTag("v1", "HEAD");
    everything = pack(allObjects(), "--delta-base-offset");
    contents = contents();
  }

  @AfterAll
  @AfterContainer
  static void deleteRepository() {
    if (repositories != null) {
      repositories.close();
      repositories = null;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--window=0",
        "--delta-base-offset --window=50 --depth=4095",
        "--window=50 --depth=200",
        "--delta-base-offset --window=10 --depth=3 --compression=0",
      })
  void itMakesOfAPackWhatGitMakesOfIt(String options) throws Exception {
    byte[] pack = pack(allObjects(), options.split(" "));
    assertThat(LibDeflate.isInstalled()).isTrue();
    isWhatGitMakesOfIt(pack, LibDeflate.open());
    isWhatGitMakesOfIt(pack, Optional.empty());
  }

  private void isWhatGitMakesOfIt(byte[] pack, Optional<LibDeflate> libDeflate) throws Exception {
    try (var received = new Received(new ByteArrayInputStream(pack), bytes -> false, libDeflate)) {
      assertThat(received.outcome.complete()).isTrue();
      assertThat(Files.readAllBytes(received.file)).isEqualTo(pack);
      assertThat(Files.readAllBytes(received.index())).isEqualTo(gitsIndex(received.file));
      assertThat(received.contents).hasSize(allObjects().size());
      for (var object : received.contents.entrySet()) {
        assertThat(object.getValue()).isEqualTo(contents.get(object.getKey()));
      }
      var bases = new DeltaBases(1 << 20);
      for (PackEntry entry : received.outcome.entries()) {
        assertThat(StagedPack.contents(entry, bases)).isEqualTo(contents.get(entry.toObjectId()));
      }
    }
  }

  @Test
  void stockGitAcceptsPackAndIndex() throws Exception {
    byte[] pack = everything;
    TestRepository fresh = repositories.create("fresh.git");
    try (var received = new Received(pack, bytes -> false)) {
      Path shelf = fresh.directory().resolve("objects/pack");
      Files.copy(received.file, shelf.resolve("pack-1.pack"));
      Files.copy(received.index(), shelf.resolve("pack-1.idx"));
    }
    fresh.git("verify-pack", "objects/pack/pack-1.idx");
    fresh.git("update-ref", "refs/heads/main", origin.id("HEAD"));
    assertThat(fresh.git("fsck", "--full", "--strict").errors()).isEmpty();
  }

  @Test
  void anObjectIsDeliveredWhenItsLastByteHasCome() throws Exception {
    byte[] pack = pack(allObjects(), "--window=0");
    var delivered = new ArrayList<Integer>();
    Path directory = Files.createTempDirectory("stream");
    try {
      var counted = new ArrayList<PackEntry>();
      InputStream slow =
          new FilterInputStream(inPieces(pack)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
              delivered.add(counted.size());
              return super.read(target, offset, length);
            }
          };
      Path file = Files.createFile(directory.resolve("a.pack"));
      try (var staged = new StagedPack(file);
          var stream = new PackStream(slow, staged, bytes -> false, collect(counted))) {
        stream.read();
      }
      for (PackEntry entry : counted) {
        if (entry.getOffset() + 200 < pack.length) {
          int reads = (int) (entry.getOffset() / 100);
          assertThat(delivered.get(reads)).isLessThanOrEqualTo(counted.indexOf(entry));
        }
      }
      assertThat(delivered.get(delivered.size() / 2)).isBetween(20, counted.size() - 20);
    } finally {
      FileTrees.delete(directory);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--window=10", "--window=10 --depth=1"})
  void largeObjectsAndTheirDeltasAreReadWithoutBeingHeld(String options) throws Exception {
    TestRepository large = repositories.create("large" + options.length() + ".git");
    byte[] content = new byte[PackEntry.MOST_HELD + 1_000_000];
    new Random(3).nextBytes(content);
    var ids = new ArrayList<ObjectId>();
    for (int version = 0; version < 4; version++) {
      content[content.length / (version + 2)] ^= 1;
      ids.add(ObjectId.fromString(large.blob(content)));
      content = Arrays.copyOf(content, content.length + 100);
    }
    byte[] pack = pack(large, ids, ("--delta-base-offset " + options).split(" "));
    assertThat(pack.length).isLessThan(2 * content.length);
    try (var received = new Received(pack, bytes -> false)) {
      assertThat(received.large).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(received.contents).isEmpty();
      assertThat(Files.readAllBytes(received.index())).isEqualTo(gitsIndex(received.file));
      assertThat(received.leftovers()).isEmpty();
    }
  }

  /** Whose base is too large, or that are too large themselves, or both. */
  @Test
  void objectsAboutAsLargeAsIsHeldAreRead() throws Exception {
    TestRepository large = repositories.create("larger.git");
    byte[] content = new byte[PackEntry.MOST_HELD - 50_000];
    new Random(4).nextBytes(content);
    var ids = new ArrayList<ObjectId>();
    for (int version = 0; version < 6; version++) {
      ids.add(ObjectId.fromString(large.blob(content)));
      content = Arrays.copyOf(content, content.length + 20_000);
    }
    byte[] pack = pack(large, ids, "--delta-base-offset", "--window=10", "--depth=2");
    assertThat(pack.length).isLessThan(2 * content.length);
    try (var received = new Received(pack, bytes -> false)) {
      var all = new ArrayList<>(received.large);
      all.addAll(received.contents.keySet());
      assertThat(all).containsExactlyInAnyOrderElementsOf(ids);
      assertThat(received.leftovers()).isEmpty();
    }
  }

  @Test
  void aPackCutAnywhereIsAPackOfWhatHasCome() throws Exception {
    byte[] pack = everything;
    int objects = -1;
    for (int bound = 0; bound < pack.length - 100; bound += pack.length / 15) {
      int enough = bound;
      try (var received = new Received(inPieces(pack), bytes -> bytes > enough)) {
        assertThat(received.outcome.complete()).isFalse();
        assertThat(received.outcome.failure()).isEmpty();
        int held = received.outcome.entries().size();
        assertThat(held).isGreaterThanOrEqualTo(objects);
        objects = held;
        if (held > 0) {
          assertThat(Files.readAllBytes(received.index())).isEqualTo(gitsIndex(received.file));
        }
      }
    }
    assertThat(objects).isGreaterThan(allObjects().size() / 2);
  }

  @Test
  void whatCameBeforeTheConnectionBrokeIsKept() throws Exception {
    byte[] pack = everything;
    var broken = new IOException("reset by peer");
    InputStream stream =
        new InputStream() {
          private final InputStream half = new ByteArrayInputStream(pack, 0, pack.length / 2);

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            int count = half.read(target, offset, Math.min(length, 1000));
            if (count < 0) {
              throw broken;
            }
            return count;
          }
        };
    try (var received = new Received(stream, bytes -> false)) {
      assertThat(received.outcome.failure()).containsSame(broken);
      assertThat(received.outcome.entries()).hasSizeGreaterThan(10);
      assertThat(Files.readAllBytes(received.index())).isEqualTo(gitsIndex(received.file));
    }
  }

  @Test
  void aTruncatedPackIsRefusedWhereverItEnds() throws Exception {
    byte[] pack = smallPack();
    for (int length = 0; length < pack.length; length++) {
      assertRefused(Arrays.copyOf(pack, length));
    }
    assertRefused(Arrays.copyOf(pack, pack.length + 1));
  }

  @Test
  void aPackWithOneBitFlippedIsRefusedWhereverItIs() throws Exception {
    byte[] pack = smallPack();
    for (int position = 0; position < pack.length; position++) {
      byte bit = (byte) (1 << position % 8);
      pack[position] ^= bit;
      assertRefused(pack);
      pack[position] ^= bit;
    }
  }

  /** The checksum is right: what is inside has to be looked at. */
  @Property(tries = 300)
  void damageUnderARightChecksumIsRefusedOrHarmless(
      @ForAll @IntRange(max = 1_000_000) int where, @ForAll @Size(4) byte[] damage)
      throws Exception {
    byte[] pack = everything.clone();
    int position = 12 + where % (pack.length - 36);
    System.arraycopy(damage, 0, pack, position, damage.length);
    byte[] sealed = seal(Arrays.copyOf(pack, pack.length - 20));
    try (var received = new Received(sealed, bytes -> false)) {
      for (var object : received.contents.entrySet()) {
        assertThat(object.getKey()).isEqualTo(hash(object.getValue(), received, object.getKey()));
      }
    } catch (CorruptPackException e) {
      assertThat(e).hasMessageNotContaining("checksum");
    }
  }

  @Test
  void claimsOfSizeAreNotBelieved() throws Exception {
    // A blob of 2^57 bytes, and one of 7 MiB, of which there are three.
    assertRefused(seal(header(1), new byte[] {(byte) 0xb0, -1, -1, -1, -1, -1, -1, -1, 1}));
    assertRefused(seal(header(1), new byte[] {(byte) 0xb0, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}));
    assertRefused(seal(header(1), entry(Constants.OBJ_BLOB, 7 << 20), deflate(new byte[3])));
    // One of three bytes, of which there are 100 MB.
    assertRefused(seal(header(1), entry(Constants.OBJ_BLOB, 3), deflate(new byte[100_000_000])));
    // Four billion objects.
    assertRefused(seal(header(-1), entry(Constants.OBJ_BLOB, 3), deflate(new byte[3])));
  }

  @Test
  void deltasThatAreNoneAreRefused() throws Exception {
    assertDeltaRefused();
    assertDeltaRefused(100);
    assertDeltaRefused(99, 3, 3, 1, 2, 3);
    assertDeltaRefused(100, 3, 0);
    assertDeltaRefused(100, 3, 3, 1, 2);
    assertDeltaRefused(100, 3, 2, 1, 2);
    assertDeltaRefused(100, 3, 4, 1, 2, 3, 4);
    assertDeltaRefused(100, 3, 0x91, 98, 3);
    assertDeltaRefused(100, 3, 0x80 | 8 | 16, 0xff, 3);
    assertDeltaRefused(100, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x91, 0, 3);
    assertDeltaRefused(100, 3, 0x91, 0);
    assertDeltaRefused(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    byte[] fine = deltaPack(100, 3, 0x91, 97, 3);
    try (var received = new Received(fine, bytes -> false)) {
      assertThat(received.contents).hasSize(2);
    }
  }

  @Test
  void aChainOfTenThousandDeltasIsRead() throws Exception {
    int length = 10_000;
    var random = new Random(1);
    var chain = new ByteArrayOutputStream();
    chain.writeBytes(header(length + 1));
    byte[] last = concatenate(entry(Constants.OBJ_BLOB, 100), deflate(new byte[100]));
    for (int i = 0; i < length; i++) {
      chain.writeBytes(last);
      // All of its base but the first byte, and another one.
      byte[] delta = deflate(bytes(100, 100, 0x91, 1, 99, 1, random.nextInt(256)));
      last = concatenate(entry(Constants.OBJ_OFS_DELTA, 7), bytes(last.length), delta);
    }
    try (var received = new Received(seal(chain.toByteArray(), last), bytes -> false)) {
      var end = Collections.max(received.outcome.entries(), Comparator.comparing(PackEntry::end));
      assertThat(received.contents).hasSize(length + 1);
      assertThat(StagedPack.contents(end, new DeltaBases(1)))
          .isEqualTo(received.contents.get(end.toObjectId()));
    }
  }

  @Test
  void aDeltaWithoutItsBaseIsRefused() throws Exception {
    byte[] delta = deflate(bytes(100, 3, 0x91, 97, 3));
    assertRefused(seal(header(1), entry(Constants.OBJ_OFS_DELTA, 5), bytes(12), delta));
    assertRefused(seal(header(1), entry(Constants.OBJ_OFS_DELTA, 5), bytes(0), delta));
    assertRefused(seal(header(1), entry(Constants.OBJ_OFS_DELTA, 5), bytes(0xff, 0x7f), delta));
    assertRefused(seal(header(1), entry(Constants.OBJ_REF_DELTA, 5), new byte[20], delta));
  }

  private static void assertDeltaRefused(int... delta) throws Exception {
    assertRefused(deltaPack(delta));
  }

  /** A blob of a hundred bytes, and what a delta makes of it. */
  private static byte[] deltaPack(int... delta) throws Exception {
    byte[] base = concatenate(entry(Constants.OBJ_BLOB, 100), deflate(new byte[100]));
    return seal(
        header(2),
        base,
        entry(Constants.OBJ_OFS_DELTA, delta.length),
        bytes(base.length),
        deflate(bytes(delta)));
  }

  private static void assertRefused(byte[] pack) throws IOException {
    try (var received = new Received(pack, bytes -> false)) {
      throw new AssertionError("accepted with " + received.outcome.entries().size() + " objects");
    } catch (CorruptPackException e) {
      assertThat(e).hasMessageNotContaining("null");
    }
  }

  private static byte[] smallPack() {
    List<ObjectId> few =
        List.of(
            ObjectId.fromString(origin.id("HEAD:growing")),
            ObjectId.fromString(origin.id("HEAD~1:growing")),
            ObjectId.fromString(origin.id("HEAD:empty")),
            ObjectId.fromString(origin.id("HEAD:dir0")),
            ObjectId.fromString(origin.id("v1")));
    return pack(few, "--delta-base-offset");
  }

  private static List<ObjectId> allObjects() {
    return origin
        .git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        .lines()
        .stream()
        .map(ObjectId::fromString)
        .toList();
  }

  /** From {@code git cat-file --batch}: a line with an object's id, type and size, then that. */
  private static Map<ObjectId, byte[]> contents() {
    var all = ByteBuffer.wrap(origin.git("cat-file", "--batch-all-objects", "--batch").out());
    var contents = new HashMap<ObjectId, byte[]>();
    while (all.hasRemaining()) {
      var header = new StringBuilder();
      for (char next; (next = (char) all.get()) != '\n'; ) {
        header.append(next);
      }
      String[] words = header.toString().split(" ");
      byte[] content = new byte[Integer.parseInt(words[2])];
      all.get(content).get();
      contents.put(ObjectId.fromString(words[0]), content);
    }
    return contents;
  }

  private static byte[] pack(List<ObjectId> ids, String... options) {
    return pack(origin, ids, options);
  }

  private static byte[] pack(TestRepository repository, List<ObjectId> ids, String... options) {
    var command =
        new ArrayList<>(
            List.of("-C", repository.directory().toString(), "pack-objects", "--stdout", "-q"));
    command.addAll(List.of(options));
    var input = new StringBuilder();
    ids.forEach(id -> input.append(id.name()).append('\n'));
    return Git.command(command).input(input.toString().getBytes(UTF_8)).run().orFail().out();
  }

  /** As a slow network brings it. */
  private static InputStream inPieces(byte[] pack) {
    return new ByteArrayInputStream(pack) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, 100));
      }
    };
  }

  private static byte[] gitsIndex(Path pack) throws IOException {
    Path index = pack.resolveSibling("git.idx");
    Git.run(
        pack.getParent(), "index-pack", "--no-rev-index", "-o", index.toString(), pack.toString());
    byte[] bytes = Files.readAllBytes(index);
    Files.delete(index);
    return bytes;
  }

  private static ObjectId hash(byte[] content, Received received, ObjectId id) throws Exception {
    MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
    int type =
        received.outcome.entries().stream()
            .filter(entry -> entry.equals(id))
            .findAny()
            .orElseThrow()
            .type();
    sha1.update((Constants.typeString(type) + " " + content.length + "\0").getBytes(UTF_8));
    return ObjectId.fromRaw(sha1.digest(content));
  }

  private static byte[] header(int count) {
    return ByteBuffer.allocate(12).put("PACK".getBytes(UTF_8)).putInt(2).putInt(count).array();
  }

  private static byte[] entry(int type, int size) {
    var bytes = new ByteArrayOutputStream();
    int next = type << 4 | size & 15;
    for (int rest = size >>> 4; rest > 0; rest >>>= 7) {
      bytes.write(next | 0x80);
      next = rest & 0x7f;
    }
    bytes.write(next);
    return bytes.toByteArray();
  }

  private static byte[] deflate(byte[] content) {
    var deflater = new Deflater();
    deflater.setInput(content);
    deflater.finish();
    var out = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    while (!deflater.finished()) {
      out.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return out.toByteArray();
  }

  private static byte[] seal(byte[]... parts) throws Exception {
    byte[] pack = concatenate(parts);
    return concatenate(pack, MessageDigest.getInstance("SHA-1").digest(pack));
  }

  private static byte[] concatenate(byte[]... parts) {
    var whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static PackStream.Listener collect(List<PackEntry> entries) {
    return new PackStream.Listener() {
      @Override
      public void announced(long size, boolean isDelta) {}

      @Override
      public void arrived(PackEntry entry, byte[] content) {
        entries.add(entry);
      }

      @Override
      public void arrivedLarge(PackEntry entry, Optional<Path> content) {
        entries.add(entry);
      }
    };
  }

  /** A pack that was read. */
  private static final class Received implements AutoCloseable, PackStream.Listener {

    private final Path directory = Files.createTempDirectory("stream");
    final Path file = Files.createFile(directory.resolve("received.pack"));
    final StagedPack staged = new StagedPack(file);
    final Map<ObjectId, byte[]> contents = new HashMap<>();
    final List<ObjectId> large = new ArrayList<>();
    final PackStream.Outcome outcome;

    Received(byte[] pack, LongPredicate enough) throws IOException {
      this(new ByteArrayInputStream(pack), enough);
    }

    Received(InputStream pack, LongPredicate enough) throws IOException {
      this(pack, enough, LibDeflate.open());
    }

    Received(InputStream pack, LongPredicate enough, Optional<LibDeflate> libDeflate)
        throws IOException {
      try (var stream = new PackStream(pack, staged, enough, this, libDeflate)) {
        outcome = stream.read();
      } catch (IOException | RuntimeException | Error e) {
        close();
        throw e;
      }
    }

    Path index() {
      return directory.resolve("received.idx");
    }

    List<Path> leftovers() throws IOException {
      try (var files = Files.list(directory)) {
        return files.filter(each -> !each.equals(file) && !each.equals(index())).toList();
      }
    }

    @Override
    public void announced(long size, boolean isDelta) {}

    @Override
    public void arrived(PackEntry entry, byte[] content) {
      contents.put(entry.toObjectId(), Arrays.copyOf(content, (int) entry.size()));
    }

    @Override
    public void arrivedLarge(PackEntry entry, Optional<Path> content) throws IOException {
      large.add(entry.toObjectId());
      byte[] whole = Files.readAllBytes(content.orElseThrow());
      assertThat(new ObjectInserter.Formatter().idFor(entry.type(), whole)).isEqualTo(entry);
    }

    @Override
    public void close() throws IOException {
      staged.close();
      FileTrees.delete(directory);
    }
  }
}
