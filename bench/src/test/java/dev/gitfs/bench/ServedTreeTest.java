package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Git;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServedTreeTest {
  private static final Network NEAR = new Network(Duration.ZERO, 0);

  @TempDir private Path directory;

  @Test
  void theSyntheticTreeIsTheSameEverywhere() throws IOException {
    try (var served = new ServedTree(new BenchTree.Synthetic(), NEAR)) {
      var tip = Git.run(directory, "ls-remote", served.url(), "refs/heads/main").text();
      assertThat(tip).startsWith("0b88b2c5630dba5d32448f916e8eb321fd62e285\t");
    }
  }

  @Test
  void aCloneIsCountedAndHasTheFilesThatAreListed() throws IOException {
    try (var served = new ServedTree(new BenchTree.Synthetic(), NEAR)) {
      var before = served.traffic();
      Git.run(directory, "clone", "-q", "--depth", "1", served.url(), "clone");
      var cost = served.traffic().since(before);
      assertThat(cost.requests()).isEqualTo(3);
      // Three requests on one connection.
      assertThat(cost.roundTrips()).isEqualTo(4);
      assertThat(cost.mebibytes()).isBetween(5.0, 50.0);

      var files = served.files();
      assertThat(files).hasSize(6_001);
      var deep = MountBenchmark.deepFile(files);
      assertThat(deep.depth()).isGreaterThanOrEqualTo(5);
      assertThat(directory.resolve("clone").resolve(deep.path())).hasSize(deep.size());
    }
  }

  @Test
  void anExistingRepositoryIsServedWithoutBeingTouched() throws IOException {
    Git.run(directory, "init", "-q", "--bare", "bare.git");
    var bare = directory.resolve("bare.git");
    var empty = Git.run(bare, "hash-object", "-t", "tree", "-w", "/dev/null").text().strip();
    var commit = Git.run(bare, "commit-tree", "-m", "commit", empty).text().strip();
    Git.run(bare, "update-ref", "HEAD", commit);
    try (var served = new ServedTree(new BenchTree.Existing(bare), NEAR)) {
      assertThat(Git.run(directory, "ls-remote", served.url(), "HEAD").text()).startsWith(commit);
    }
    assertThat(Git.run(bare, "config", "--list").text()).doesNotContain("uploadpack");
  }
}
