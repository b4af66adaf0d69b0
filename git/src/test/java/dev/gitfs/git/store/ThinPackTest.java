package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.lib.Constants;
import org.junit.jupiter.api.Test;

/** A thin pack takes no more work than its bytes are worth. */
final class ThinPackTest {

  private final InMemoryRepository here =
      new InMemoryRepository(new DfsRepositoryDescription("here"));

  @Test
  void anObjectThatInflatesToMoreThanItClaimsIsRefusedThere() {
    var pack = pack(1);
    pack.write(0x33);
    pack.writeBytes(deflate(new byte[1_000_000]));
    assertThatThrownBy(() -> complete(pack))
        .isInstanceOf(CorruptPackException.class)
        .rootCause()
        .hasMessageContaining("longer than it claims");
  }

  @Test
  void aSizeBeyondAnyIsRefused() {
    var pack = pack(1);
    pack.writeBytes(new byte[] {(byte) 0xb0, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
    pack.writeBytes(deflate(new byte[3]));
    assertThatThrownBy(() -> complete(pack))
        .isInstanceOf(CorruptPackException.class)
        .hasMessageContaining("larger than any");
  }

  @Test
  void aPackThatLeansOnMoreThanIsHeldIsHadWhole() throws Exception {
    var random = new Random(1);
    var pack = pack(4);
    try (var inserter = here.newObjectInserter()) {
      for (int i = 0; i < 4; i++) {
        var base = new byte[6 << 20];
        random.nextBytes(base);
        pack.write(Constants.OBJ_REF_DELTA << 4 | 3);
        var id = new byte[Sha1.BYTES];
        inserter.insert(Constants.OBJ_BLOB, base).copyRawTo(id, 0);
        pack.writeBytes(id);
        pack.writeBytes(deflate(new byte[3]));
      }
      inserter.flush();
    }
    assertThatThrownBy(() -> complete(pack)).isInstanceOf(ThinPack.NotHereException.class);
  }

  private void complete(ByteArrayOutputStream pack) throws IOException {
    pack.writeBytes(Sha1.digest().digest(pack.toByteArray()));
    try (var reader = here.newObjectReader()) {
      ThinPack.completed(new ByteArrayInputStream(pack.toByteArray()), reader);
    }
  }

  private static ByteArrayOutputStream pack(int count) {
    var pack = new ByteArrayOutputStream();
    pack.writeBytes(new byte[] {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, (byte) count});
    return pack;
  }

  private static byte[] deflate(byte[] content) {
    var deflated = new ByteArrayOutputStream();
    try (var out = new DeflaterOutputStream(deflated)) {
      out.write(content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return deflated.toByteArray();
  }
}
