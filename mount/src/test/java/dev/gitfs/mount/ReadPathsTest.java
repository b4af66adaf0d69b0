package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every way a program can read a file gives the same bytes. */
final class ReadPathsTest {
  /** Neither a multiple of a page nor small enough for one read. */
  private static final int SIZE = 5_000_011;

  @TempDir Path directory;
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final byte[] content = new byte[SIZE];
  private TestMount mount;
  private String sha1;

  @BeforeEach
  void mount() throws Exception {
    new Random(7).nextBytes(content);
    sha1 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(content));
    var repository = repositories.create("some.git");
    repository.commit(new Snapshot().file("large", content).file("empty", ""));
    mount = TestMount.of(server.url(repository));
  }

  @AfterEach
  void unmount() throws Exception {
    mount.close();
    server.close();
    repositories.close();
  }

  @Test
  void byOffset() throws Exception {
    var reference = Files.write(directory.resolve("reference"), content);
    assertThat(Probe.run("anywhere", mount.path("large"), reference)).isEqualTo("same");
  }

  @Test
  void mmap() {
    assertThat(Probe.run("mmap", mount.path("large"))).isEqualTo(sha1);
  }

  @Test
  void sendfile() {
    assertThat(Probe.run("sendfile", mount.path("large"))).isEqualTo(sha1);
  }

  @Test
  void direct() {
    assertThat(shell("dd if=large iflag=direct bs=64K 2>/dev/null | sha1sum")).startsWith(sha1);
    assertThat(shell("dd if=large iflag=direct bs=4K skip=100 count=2 2>/dev/null | wc -c").strip())
        .isEqualTo("8192");
  }

  @Test
  void copied() {
    shell("cp large " + directory.resolve("copy") + " && cmp large " + directory.resolve("copy"));
    shell("cat large | cmp - large");
    shell("cat large >" + directory.resolve("cat") + " && cmp large " + directory.resolve("cat"));
  }

  @Test
  void anEmptyFileIsEmpty() {
    assertThat(shell("stat -c %s empty; cat empty; dd if=empty iflag=direct bs=4K 2>/dev/null"))
        .isEqualTo("0\n");
    assertThat(Probe.run("at", mount.path("empty"), 0, 10)).isEmpty();
  }

  @Test
  void anOpenFileSurvivesDroppedCaches() {
    assertThat(
            shell(
                """
                exec 3<large
                head -c 1000 <&3 | sha1sum
                echo 3 >/proc/sys/vm/drop_caches
                sha1sum <large
                """))
        .contains(sha1);
  }

  private String shell(String script) {
    return Processes.command("sh", "-e", "-c", script).in(mount.directory()).run().orFail().text();
  }
}
