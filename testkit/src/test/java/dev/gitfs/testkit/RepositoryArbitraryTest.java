package dev.gitfs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

final class RepositoryArbitraryTest {

  @Provide
  Arbitrary<GeneratedRepository> repositories() {
    return RepositoryArbitrary.repositories();
  }

  /** So that a mount which differs from a checkout differs from what was asked for. */
  @Property(tries = 20, shrinking = ShrinkingMode.OFF)
  void gitChecksOutEveryPathThatWasGenerated(@ForAll("repositories") GeneratedRepository generated)
      throws IOException {
    var directory = Files.createTempDirectory("gitfs-arbitrary");
    try (var repositories = new GitRepositories()) {
      var repository = repositories.create("generated.git");
      generated.writeTo(repository);
      var seen = TreeFingerprint.ofCheckout(repository.checkout(directory));
      var leaves = seen.lines().stream().filter(line -> !line.contains(" 040755")).toList();
      var expected =
          generated.commits().getLast().entries().values().stream()
              .filter(entry -> !(entry instanceof Snapshot.Submodule))
              .count();
      assertThat((long) leaves.size()).isEqualTo(expected);
    } finally {
      TemporaryFiles.delete(directory);
    }
  }

  @Property(tries = 200)
  void namesAreShortEnough(@ForAll("names") byte[] name) {
    assertThat(name.length).isBetween(1, 255);
    assertThat(new String(name, StandardCharsets.ISO_8859_1)).doesNotContain("/", "\0");
  }

  @Provide
  Arbitrary<byte[]> names() {
    return RepositoryArbitrary.names();
  }
}
