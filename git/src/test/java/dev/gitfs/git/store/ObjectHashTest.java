package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.CorruptPackException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.Test;

/** Ids are git's, and a forged collision, of which two are known to everybody, has none. */
final class ObjectHashTest {

  /** The first 320 bytes of the two files of the SHAttered attack (Stevens and others, 2017). */
  private static final String SHATTERED =
      """
      255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033\
      203020522f547970652034203020522f537562747970652035203020522f46696c7465722036203020522f436f6c6f72\
      53706163652037203020522f4c656e6774682038203020522f42697473506572436f6d706f6e656e7420383e3e0a7374\
      7265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01\
      """;

  private static final List<String> TWINS =
      List.of(
          """
          7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3\
          dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500\
          eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1\
          """,
          """
          7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb7\
          6038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514\
          e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1\
          """);

  private static final List<Sha1Chain> CHAINS = List.of(new JdkSha1Chain(), new PlainSha1Chain());

  @Property(tries = 200)
  void idsAreThoseOfGit(@ForAll long seed, @ForAll @IntRange(max = 100_000) int size)
      throws Exception {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    ObjectId id = new ObjectInserter.Formatter().idFor(Constants.OBJ_BLOB, content);
    for (Sha1Chain chain : CHAINS) {
      var hash = new ObjectHash(chain);
      assertThat(hash.of(Constants.OBJ_BLOB, content)).isEqualTo(id);
      hash.begin(Constants.OBJ_BLOB, size);
      for (int at = 0, part = 1; at < size; at += part, part = part * 3 % 5000 + 1) {
        part = Math.min(part, size - at);
        hash.update(content, at, part);
      }
      assertThat(hash.id()).as("in parts").isEqualTo(id);
    }
  }

  @Test
  void everyLengthAroundABlocksAndTheBuffersEndIsPaddedRight() throws Exception {
    var formatter = new ObjectInserter.Formatter();
    for (Sha1Chain chain : CHAINS) {
      var hash = new ObjectHash(chain);
      for (int size = 0; size < 200; size++) {
        for (int base : new int[] {0, 16_384 - 100, 2 * 16_384 - 100}) {
          byte[] content = new byte[base + size];
          assertThat(hash.of(Constants.OBJ_BLOB, content))
              .isEqualTo(formatter.idFor(Constants.OBJ_BLOB, content));
        }
      }
    }
  }

  @Test
  void bothTwinsOfAForgedCollisionAreRefused() throws Exception {
    for (Sha1Chain chain : CHAINS) {
      var hash = new ObjectHash(chain);
      for (String twin : TWINS) {
        byte[] whole = HexFormat.of().parseHex(SHATTERED + twin);
        hash.begin();
        hash.update(whole, 0, whole.length);
        assertThatThrownBy(hash::id)
            .isInstanceOf(CorruptPackException.class)
            .hasMessage(
                "f92d74e3874587aaf443d1db961d4e26dde13e9c is an attempt at a collision of SHA-1"
                    + " hashes");
        // What is no collision by itself is none: the first block of the two.
        hash.begin();
        hash.update(whole, 0, whole.length - 64);
        assertThat(hash.id()).isNotNull();
      }
    }
  }

  @Test
  void aForgedCollisionIsFoundWhereverItStands() {
    // Blocks before it change its chain; those after it do not.
    var hash = new ObjectHash();
    byte[] rest = new byte[64];
    byte[] whole = HexFormat.of().parseHex(SHATTERED + TWINS.getFirst());
    hash.begin();
    hash.update(whole, 0, whole.length);
    for (int blocks = 0; blocks < 1000; blocks++) {
      hash.update(rest, 0, rest.length);
    }
    assertThatThrownBy(hash::id).isInstanceOf(CorruptPackException.class);
  }

  /** JGit's own search, of which only the results are public: one mask for each block. */
  @Test
  void theSameBlocksAreSuspectAsToJGit() throws Exception {
    Method check = inJGit("UbcCheck").getDeclaredMethod("check", int[].class);
    check.setAccessible(true);
    var suspects = new SuspectBlocks();
    var random = new Random(1);
    byte[] blocks = new byte[SuspectBlocks.MOST * Sha1Block.BYTES];
    int[] words = new int[Sha1Block.WORDS];
    int found = 0;
    for (int round = 0; round < 400; round++) {
      random.nextBytes(blocks);
      int[] vectors = suspects.vectors(blocks, SuspectBlocks.MOST);
      for (int i = 0; i < SuspectBlocks.MOST; i++) {
        Sha1Block.expand(blocks, i * Sha1Block.BYTES, words);
        assertThat(vectors[i]).isEqualTo(check.invoke(null, (Object) words));
        found |= vectors[i];
      }
    }
    assertThat(found).as("every vector was met").isEqualTo(-1);
  }

  @Test
  void theVectorsAreThoseOfJGit() throws Exception {
    Field all = inJGit("UbcCheck").getDeclaredField("DV");
    all.setAccessible(true);
    Object[] theirs = (Object[]) all.get(null);
    assertThat(DisturbanceVector.ALL).hasSameSizeAs(theirs);
    int[] zeros = new int[Sha1Block.WORDS];
    for (int i = 0; i < theirs.length; i++) {
      var ours = DisturbanceVector.ALL.get(i);
      assertThat(ours.step()).isEqualTo(field(theirs[i], "testt"));
      int[] twin = new int[Sha1Block.WORDS];
      ours.twin(zeros, twin);
      assertThat(twin).isEqualTo(field(theirs[i], "dm"));
    }
  }

  private static Class<?> inJGit(String name) throws ClassNotFoundException {
    return Class.forName("org.eclipse.jgit.util.sha1." + name);
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }
}
