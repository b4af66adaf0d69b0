package dev.gitfs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestRepositoryTest {
  @TempDir Path directory;
  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("some.git");

  @AfterEach
  void deleteRepositories() {
    repositories.close();
  }

  @Test
  void aSnapshotIsCheckedOutAsItIs() {
    repository.commit(
        new Snapshot()
            .file("a b", "x")
            .file("deep/er/file", new byte[0])
            .executable("run", "#!/bin/sh\n")
            .link("link", "../out\nside")
            .submodule("sub", "1".repeat(40))
            .put(new byte[] {(byte) 0xff, '\n', '"'}, new Snapshot.File(new byte[] {1}, false)));
    assertThat(TreeFingerprint.ofCheckout(repository.checkout(directory)).lines())
        .containsExactly(
            "a%20b 100644 1 11f6ad8ec52a2984abaafd7c3b516503785c2072",
            "deep 040755",
            "deep/er 040755",
            "deep/er/file 100644 0 da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "link 120777 11 -> ../out%0aside",
            "run 100755 10 bd971bec88149956458a10fc9c5ecb3eb99dd452",
            "sub 040755",
            "%ff%0a\" 100644 1 bf8b4530d8d246dd74ac53a13471bba17941dff7");
  }

  @Test
  void aFingerprintSeesEveryDifference() {
    repository.commit(new Snapshot().file("f", "1").link("l", "f"));
    var before = TreeFingerprint.ofCheckout(repository.checkout(directory.resolve("a")));
    assertThat(TreeFingerprint.ofCheckout(repository.checkout(directory.resolve("b"))))
        .isEqualTo(before);
    for (var change : List.of("echo -n 2 >f", "chmod +x f", "ln -sf g l", "touch new", "rm l")) {
      var copy = directory.resolve(change.replaceAll("\\W", ""));
      Processes.command("cp", "-a", directory.resolve("b").toString(), copy.toString())
          .run()
          .orFail();
      assertThat(TreeFingerprint.ofCheckout(copy)).isEqualTo(before);
      Processes.command("sh", "-c", change).in(copy).run().orFail();
      assertThat(TreeFingerprint.ofCheckout(copy)).isNotEqualTo(before);
    }
  }

  @Test
  void historyHasMergesTagsAndBranches() {
    var base = repository.commit(new Snapshot().file("f", "1"));
    var left = repository.commit("refs/heads/topic/left", new Snapshot().file("f", "2"), base);
    var right = repository.commit("refs/heads/main", new Snapshot().file("f", "3"), base);
    var merge = repository.commit("refs/heads/main", new Snapshot().file("f", "4"), right, left);
    repository.tag("light", base);
    var tag = repository.annotatedTag("v1", merge);
    assertThat(repository.id("HEAD")).isEqualTo(merge);
    assertThat(repository.id("HEAD^2")).isEqualTo(left);
    assertThat(repository.id("v1")).isEqualTo(tag);
    assertThat(repository.id("v1^{commit}")).isEqualTo(merge);
  }

  @Test
  void aHugeBlobIsOneThatGitAccepts() {
    var id =
        repository.hugeBlob(20_000_001, Map.of(0L, new byte[] {1}, 20_000_000L, new byte[] {2}));
    assertThat(repository.git("cat-file", "-s", id).text()).isEqualTo("20000001\n");
    var content = repository.git("cat-file", "blob", id).out();
    assertThat(content[0]).isEqualTo((byte) 1);
    assertThat(content[1]).isZero();
    assertThat(content[20_000_000]).isEqualTo((byte) 2);
    repository.git("fsck", "--full");
  }

  @Test
  void aHostileTreeIsStoredUnchecked() {
    var blob = repository.blob("x".getBytes(StandardCharsets.UTF_8));
    var tree =
        repository.rawTree(
            List.of(
                new TestRepository.RawEntry("100644", ".git", blob),
                new TestRepository.RawEntry("100644", "..", blob),
                new TestRepository.RawEntry("100644", "a/b", blob),
                new TestRepository.RawEntry("100644", "twice", blob),
                new TestRepository.RawEntry("100644", "twice", blob)));
    repository.commitTree("refs/heads/main", tree);
    assertThat(repository.git("ls-tree", "--name-only", "HEAD").lines())
        .containsExactly(".git", "..", "a/b", "twice", "twice");
  }
}
