package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while its branch moves: mounted again, one commit is there, whole. */
final class KilledMoveTest {

  private static final String MAIN = "refs/heads/main";
  private static final Duration POLL = Duration.ofMillis(50);

  @TempDir Path directory;
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository repository = repositories.create("some.git");
  private String url;
  private Path cache;

  @BeforeEach
  void makeRepository() {
    repository.commit(MAIN, side("a"));
    url = server.url(repository);
    cache = directory.resolve("cache");
  }

  @AfterEach
  void closeServer() {
    server.close();
    repositories.close();
  }

  /** Every directory of one side differs from that of the other, in a name and in contents. */
  private static Snapshot side(String name) {
    var snapshot = new Snapshot().file("same", "same");
    for (int i = 0; i < 40; i++) {
      snapshot.file("d%02d/c/f%d".formatted(i % 10, i), name + i);
      snapshot.file("d%02d/%s%d".formatted(i % 10, name, i), name);
    }
    return snapshot;
  }

  private TreeFingerprint checkout(String commit) {
    return TreeFingerprint.ofCheckout(repository.checkout(directory.resolve(commit), commit));
  }

  private static void isShown(TreeFingerprint expected, ServingProcess serving) {
    assertThat(TreeFingerprint.of(serving.directory()).lines())
        .containsExactlyElementsOf(expected.lines());
  }

  @Test
  void beforeTheDifferenceHasCome() throws Exception {
    var before = checkout(repository.id(MAIN));
    try (var killed = ServingProcess.following(url, cache, POLL)) {
      isShown(before, killed);
      server.inject(RequestKind.FETCH, new Fault.Stall(400));
      server.forgetRequests();
      repository.commit(MAIN, side("b"));
      Eventually.holds("the move", () -> !server.requests(RequestKind.FETCH).isEmpty());
      Thread.sleep(100);
      killed.kill();
    }
    server.heal();
    server.inject(new Fault.Reset(-1));
    try (var offline = ServingProcess.start(url, cache)) {
      isShown(before, offline);
    }
    server.heal();
    try (var next = ServingProcess.start(url, cache)) {
      isShown(checkout(repository.id(MAIN)), next);
    }
  }

  @Test
  void atAnyMoment() throws Exception {
    var random = new Random(11);
    var sides = new String[] {repository.id(MAIN), repository.commit(MAIN, side("b"))};
    for (int round = 0; round < 3; round++) {
      try (var killed = ServingProcess.following(url, cache, POLL)) {
        names(killed);
        long end = System.nanoTime() + Duration.ofMillis(200 + random.nextInt(500)).toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
          repository.branch("main", sides[i % 2]);
        }
        killed.kill();
      }
    }
    server.inject(new Fault.Reset(-1));
    try (var offline = ServingProcess.start(url, cache)) {
      assertThat(names(offline)).isIn(names(sides[0]), names(sides[1]));
    }
    server.heal();
    try (var next = ServingProcess.start(url, cache)) {
      isShown(checkout(repository.id(MAIN)), next);
    }
  }

  private static String names(ServingProcess serving) {
    return Processes.command("sh", "-c", "find . -type f | LC_ALL=C sort")
        .in(serving.directory())
        .run()
        .orFail()
        .text();
  }

  private String names(String commit) {
    var listed = repository.git("ls-tree", "-r", "--name-only", commit).text();
    return listed.lines().map(name -> "./" + name + "\n").sorted().reduce("", String::concat);
  }
}
