package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.Remotes;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that share a cache, die in the middle of their work, or find the disk full. */
@Timeout(240)
final class ManyProcessesTest {

  private static final int FILES = 80;

  private Cache cache;

  @BeforeEach
  void repository() throws IOException {
    cache = new Cache();
    var random = new Random(3);
    var snapshot = new Snapshot();
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[5_000];
      random.nextBytes(content);
      snapshot.file("d" + i % 4 + "/f" + i, content);
    }
    cache.origin.commit(snapshot);
  }

  @AfterEach
  void delete() {
    cache.close();
  }

  @Test
  void aKilledProcessLeavesAStoreTheNextOneUses() throws Exception {
    for (int delay : new int[] {900, 1100, 1300, 1500, 1700}) {
      try (var loop = loop(1L << 30, 0)) {
        Thread.sleep(delay);
        loop.signal("KILL");
        loop.await(Duration.ofSeconds(10));
      }
    }
    try (var store = ObjectStore.open(Remotes.open(cache.remote.url()), cache.options())) {
      assertThat(FetchLoop.readAll(store, Cache.head(store).tree())).isEqualTo(FILES);
      try (var sessions = Files.list(cache.repository().resolve("git-fs/sessions"))) {
        assertThat(sessions).as("only this session's lock and directory").hasSize(2);
      }
    }
    assertThat(Git.run(cache.repository(), "fsck", "--full").errors()).isEmpty();
  }

  @Test
  void processesShareACacheEvenWhileEachMergesAndDrops() throws Exception {
    try (var one = loop(300_000, 3);
        var other = loop(300_000, 3)) {
      var oneEnded = one.await(Duration.ofSeconds(120));
      assertThat(oneEnded.exit()).as(oneEnded.toString()).isZero();
      var otherEnded = other.await(Duration.ofSeconds(120));
      assertThat(otherEnded.exit()).as(otherEnded.toString()).isZero();
    }
    assertThat(Git.run(cache.repository(), "fsck", "--full").errors()).doesNotContain("error");
  }

  @Test
  void aFullDiskIsSaidAndLeavesNothingHalfWritten() throws Exception {
    Path small = Files.createDirectory(cache.directory.resolve("small"));
    Processes.command("mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small.toString())
        .run()
        .orFail();
    try {
      var options = new StoreOptions(small, 1 << 20, 1L << 30);
      try (var store = ObjectStore.open(Remotes.open(cache.remote.url()), options)) {
        var tree = Cache.head(store).tree();
        assertThatThrownBy(() -> FetchLoop.readAll(store, tree))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("disk of the cache is full");
        try (var files = Files.walk(small)) {
          assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("incoming-"));
        }
      }
      Path repository;
      try (var files = Files.list(small)) {
        repository = files.filter(file -> file.toString().endsWith(".git")).findFirst().get();
      }
      assertThat(Git.run(repository, "fsck", "--full").errors()).isEmpty();
    } finally {
      Processes.command("umount", "-l", small.toString()).run().orFail();
    }
  }

  private Processes.Running loop(long diskBytes, int rounds) {
    return Processes.command(
            ProcessHandle.current().info().command().orElseThrow(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            FetchLoop.class.getName(),
            cache.remote.url(),
            cache.directory.toString(),
            Long.toString(diskBytes),
            Integer.toString(rounds))
        .start();
  }
}
