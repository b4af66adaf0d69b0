package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.GitServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.TestRepository.RawEntry;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A file beyond 4 GiB, where 32 bits end. */
final class HugeFileTest {
  private static final long FOUR_GIB = 1L << 32;
  private static final long SIZE = FOUR_GIB + 5_000_001;

  @Test
  void everyPartOfAHugeFileCanBeRead() throws Exception {
    try (var repositories = new GitRepositories()) {
      var repository = repositories.create("huge.git");
      var marks =
          Map.of(
              0L,
              mark("first"),
              FOUR_GIB - 5,
              mark("below"),
              FOUR_GIB,
              mark("above"),
              SIZE - 4,
              mark("last"));
      var blob = repository.hugeBlob(SIZE, marks);
      repository.commitTree(
          "refs/heads/main", repository.rawTree(List.of(new RawEntry("100644", "huge", blob))));
      try (var mount = TestMount.of(GitServer.localPath(repositories).url(repository))) {
        var stat = Processes.command("stat", "-c", "%s %b", "huge").in(mount.directory());
        assertThat(stat.run().orFail().text().strip()).isEqualTo(SIZE + " " + (SIZE + 511) / 512);
        assertThat(at(mount, SIZE - 4, 10)).isEqualTo("last");
        assertThat(at(mount, 0, 6)).isEqualTo("first\0");
        assertThat(at(mount, FOUR_GIB - 6, 12)).isEqualTo("\0belowabove\0");
        assertThat(at(mount, SIZE, 10)).isEmpty();
      }
    }
  }

  private static String at(TestMount mount, long offset, int length) {
    var hex = Probe.run("at", mount.path("huge"), offset, length);
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.US_ASCII);
  }

  private static byte[] mark(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
