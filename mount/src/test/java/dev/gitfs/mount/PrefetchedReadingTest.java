package dev.gitfs.mount;

import static dev.gitfs.testkit.RequestKind.FETCH;
import static dev.gitfs.testkit.RequestKind.OBJECT_INFO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What real programs cost on a mount that fetches ahead, in requests and bytes; that nobody waits
 * for what is fetched ahead; and when that ends.
 */
@Timeout(120)
final class PrefetchedReadingTest {
  private static final int DIRECTORIES = 300;
  private static final int FILES_IN_EACH = 12;
  private static final int FILES_IN_LARGE = 112;
  private static final int FILES = DIRECTORIES * FILES_IN_EACH + FILES_IN_LARGE + 1;

  /** Half of it random digits: deflated to about 2.5 KB. */
  private static final int FILE_BYTES = 4_000;

  /** Long enough that readers do wait, and windows are ahead of them. */
  private static final Duration ROUND_TRIP = Duration.ofMillis(20);

  private static final String WORD = "everywhere";

  private static GitRepositories repositories;
  private static TestRepository repository;

  private HttpBackendServer server;
  private SlowLink link;

  @BeforeAll
  static void makeRepository() {
    var random = new Random(7);
    var snapshot = new Snapshot().file("README", WORD + "\n");
    for (var directory = 0; directory < DIRECTORIES; directory++) {
      for (var file = 0; file < FILES_IN_EACH; file++) {
        snapshot.file(path(directory, file), text(random));
      }
    }
    for (var file = 0; file < FILES_IN_LARGE; file++) {
      snapshot.file("large/file%03d.c".formatted(file), text(random));
    }
    repositories = new GitRepositories();
    repository = repositories.create("some.git");
    repository.commit(snapshot);
    repository.repack();
  }

  @AfterAll
  static void deleteRepository() {
    repositories.close();
  }

  @BeforeEach
  void serve() {
    server = new HttpBackendServer(repositories);
    link = new SlowLink(server, ROUND_TRIP, SlowLink.UNLIMITED);
  }

  @AfterEach
  void close() {
    link.close();
    server.close();
  }

  /** Three levels, the files in the lowest one. */
  private static String path(int directory, int file) {
    return "src/d%d/d%02d/file%02d.c".formatted(directory / 30, directory % 30, file);
  }

  private static String text(Random random) {
    var bytes = new byte[FILE_BYTES / 2];
    random.nextBytes(bytes);
    return WORD + HexFormat.of().formatHex(bytes) + "\n";
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aListingWithAttributesOfAColdDirectoryIsOneRequest(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      var directory = objectInfo ? "large" : "src/d0/d00";
      var listing = Processes.command("ls", "-l", directory).in(mount.directory()).run().orFail();
      mount.awaitPrefetched();
      assertThat(listing.lines()).hasSize((objectInfo ? FILES_IN_LARGE : FILES_IN_EACH) + 1);
      assertThat(server.kinds()).containsExactly(objectInfo ? OBJECT_INFO : FETCH);
    }
  }

  @Test
  void aLargeOneIsTwoWhereSizesComeWithContents() throws Exception {
    try (var mount = adaptive(false)) {
      var listing = Processes.command("ls", "-l", "large").in(mount.directory()).run().orFail();
      mount.awaitPrefetched();
      assertThat(listing.lines()).hasSize(FILES_IN_LARGE + 1);
      assertThat(server.kinds()).containsExactly(FETCH, FETCH);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aListingOfNamesWaitsForNothing(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      server.inject(new Fault.Stall(-1));
      for (var command : new String[] {"ls large", "find ."}) {
        var names = Processes.command("sh", "-c", command).in(mount.directory()).run().orFail();
        assertThat(names.lines()).hasSizeGreaterThanOrEqualTo(FILES_IN_LARGE);
        assertThat(names.took()).isLessThan(Duration.ofSeconds(5));
      }
      Eventually.holds("the sizes being asked for", () -> !server.requests().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readingADirectoryIsThreeRequestsAtMost(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      var bytes = shell(mount, "cd large && cat * | wc -c");
      mount.awaitPrefetched();
      assertThat(bytes)
          .isEqualTo(String.valueOf(FILES_IN_LARGE * (WORD.length() + FILE_BYTES + 1)));
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aListingOfEverythingIsAFewRequests(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      assertThat(shell(mount, "ls -lR | grep -c '^-'")).isEqualTo(String.valueOf(FILES));
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(objectInfo ? 8 : 15);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSearchByOneReaderIsAFewRequests(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      assertThat(shell(mount, "grep -rl " + WORD + " . | wc -l")).isEqualTo(String.valueOf(FILES));
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(25);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSearchByManyReadersIsAFewRequests(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      assertThat(shell(mount, "rg --no-config -j 4 -l " + WORD + " . | wc -l"))
          .isEqualTo(String.valueOf(FILES));
      // Four who do not know of each other: on a busy machine they lose each other's windows.
      assertThat(server.requests()).hasSizeLessThanOrEqualTo(DIRECTORIES / 2);
    }
  }

  @Test
  void whereLinksLeadComesTogetherIfAReaderIsBoundToCome() throws Exception {
    int links = 30;
    var snapshot = new Snapshot();
    for (var directory = 0; directory < DIRECTORIES; directory++) {
      for (var file = 0; file < FILES_IN_EACH; file++) {
        snapshot.file("d%03d/%02d".formatted(directory, file), directory + " " + file + "\n");
      }
    }
    for (var i = 10; i < 10 + links; i++) {
      snapshot
          .file("m/targets/" + i, "target " + i + "\n")
          .link("d005-links/" + i, "../m/targets/" + i);
    }
    var linked = repositories.create("links.git");
    linked.commit(snapshot);
    server.offerObjectInfo(false);
    try (var mount = TestMount.of(link.url(server.url(linked)), PrefetchMode.ADAPTIVE)) {
      shell(mount, "cat d00[0-5]/* >/dev/null");
      server.forgetRequests();
      assertThat(shell(mount, "stat -L -c %s d005-links/* | grep -cx 10"))
          .isEqualTo(String.valueOf(links));
      // The links themselves, and a window or two of the reader's.
      assertThat(server.requests()).hasSizeLessThan(8);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneWhoHopsAboutBringsLittle(boolean objectInfo) throws Exception {
    try (var mount = adaptive(objectInfo)) {
      var before = link.bytesDown();
      var random = new Random(3);
      var files =
          IntStream.range(0, 40)
              .mapToObj(_ -> path(random.nextInt(DIRECTORIES), random.nextInt(FILES_IN_EACH)))
              .collect(Collectors.joining(" "));
      shell(mount, "cat " + files + " >/dev/null");
      mount.awaitPrefetched();
      assertThat(link.bytesDown() - before).isLessThan(3L * 40 * FILE_BYTES);
    }
  }

  @Test
  void everythingComesWhenEverythingIsAskedFor() throws Exception {
    try (var mount = TestMount.of(server.url(repository), PrefetchMode.ALL)) {
      mount.awaitPrefetched();
      server.forgetRequests();
      assertThat(shell(mount, "grep -rl " + WORD + " . | wc -l")).isEqualTo(String.valueOf(FILES));
      assertThat(server.requests(FETCH)).isEmpty();
    }
  }

  @Test
  void demandGoesAheadOfWhatIsFetchedForNobody() throws Exception {
    // Everything takes ten seconds, the last file of it is asked for at once.
    var slow = 8L * FILES * 2_500 / 10;
    try (var link = new SlowLink(server, Duration.ofMillis(20), slow);
        var mount = TestMount.of(link.url(server.url(repository)), PrefetchMode.ALL)) {
      Eventually.holds(
          "files that come for nobody",
          () -> mount.store().statistics().prefetch().objects() > 500);
      var last = mount.reading(path(DIRECTORIES - 1, FILES_IN_EACH - 1)).run().orFail();
      assertThat(last.text()).startsWith(WORD);
      assertThat(last.took()).isLessThan(Duration.ofSeconds(2));
      assertThat(mount.store().statistics().prefetch().running()).isPositive();
    }
  }

  @Test
  void nothingIsAskedForWhenTheReaderHasGone() throws Exception {
    var slow = 8L * FILES * 2_500 / 20;
    try (var link = new SlowLink(server, Duration.ofMillis(20), slow);
        var mount = TestMount.of(link.url(server.url(repository)), PrefetchMode.ADAPTIVE)) {
      mount.awaitPrefetched();
      try (var grep =
          Processes.command("grep", "-r", "no such word", ".").in(mount.directory()).start()) {
        Eventually.holds(
            "a reader who is followed",
            () -> mount.store().statistics().prefetch().objects() > 100);
        grep.signal("KILL");
      }
      mount.awaitPrefetched();
      var asked = server.requestsReceived();
      var came = link.bytesDown();
      Thread.sleep(1_000);
      assertThat(server.requestsReceived()).isEqualTo(asked);
      assertThat(link.bytesDown()).isEqualTo(came);
      assertThat(mount.store().statistics().prefetch().objects()).isLessThan(FILES / 2);
    }
  }

  @Test
  void unmountingEndsWhatIsFetchedForNobody() throws Exception {
    var slow = 8L * FILES * 2_500 / 20;
    try (var link = new SlowLink(server, Duration.ofMillis(20), slow);
        var mount = TestMount.of(link.url(server.url(repository)), PrefetchMode.ALL)) {
      Eventually.holds(
          "files that come for nobody",
          () -> mount.store().statistics().prefetch().objects() > 100);
      mount.mount().close();
      Eventually.holds(
          "the end of prefetching", () -> mount.store().statistics().prefetch().running() == 0);
      // What was under way on the link when it was closed.
      Thread.sleep(500);
      var came = link.bytesDown();
      Thread.sleep(1_000);
      assertThat(link.bytesDown()).isEqualTo(came);
      assertThat(mount.store().statistics().prefetch().objects()).isLessThan(FILES / 2);
    }
  }

  @Test
  void serversThatStallWhenAskedForMuchHurtNobody() throws Exception {
    readsInSpiteOf(new Fault.Stall(1_000));
  }

  @Test
  void serversThatFailWhenAskedForMuchHurtNobody() throws Exception {
    readsInSpiteOf(new Fault.Answer(500));
  }

  @Test
  void packsThatBreakOffHurtNobody() throws Exception {
    readsInSpiteOf(new Fault.Reset(20_000));
  }

  @Test
  void packsThatAreSpoiltHurtNobody() throws Exception {
    readsInSpiteOf(new Fault.Corrupt(20_000));
  }

  /** Every request for more than one file suffers; whoever reads, one by one, does not. */
  private void readsInSpiteOf(Fault fault) throws Exception {
    try (var mount =
        TestMount.of(
            server.url(repository), Map.of(), TestMount.IMPATIENT, PrefetchMode.ADAPTIVE)) {
      mount.awaitPrefetched();
      server.forgetRequests();
      server.inject(request -> request.wants() > 1, fault);
      var read = Processes.command("sh", "-c", "cat large/file00* src/d0/d00/*");
      var took = read.in(mount.directory()).run().orFail();
      assertThat(took.out()).hasSize((10 + FILES_IN_EACH) * (WORD.length() + FILE_BYTES + 1));
      assertThat(took.took()).isLessThan(Duration.ofSeconds(30));
      assertThat(server.requests(FETCH)).anyMatch(request -> request.wants() > 1);
    }
  }

  private TestMount adaptive(boolean objectInfo) throws Exception {
    server.offerObjectInfo(objectInfo);
    var mount = TestMount.of(link.url(server.url(repository)), PrefetchMode.ADAPTIVE);
    mount.awaitPrefetched();
    server.forgetRequests();
    return mount;
  }

  private static String shell(TestMount mount, String script) {
    return Processes.command("sh", "-c", script)
        .in(mount.directory())
        .run()
        .orFail()
        .text()
        .strip();
  }
}
