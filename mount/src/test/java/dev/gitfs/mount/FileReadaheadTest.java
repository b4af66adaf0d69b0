package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.mount.prefetch.PathPattern;
import dev.gitfs.mount.prefetch.PathRequest;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose pages the kernel has before anybody reads them: util-linux's fincore tells. */
@Timeout(60)
final class FileReadaheadTest {

  private static final int FILES = 40;

  private static final int UNLISTED = 6;

  /** Files in each of those. */
  private static final int FEW = 5;

  /** As many as are put there at a time. */
  private static final int MOST = 32;

  /** Of a file that is no larger all comes with its beginning. */
  private static final int REST = 256 << 10;

  private static final int PAGE = 4 << 10;

  private static final String BOUNDED = "parts/bounded";
  private static final String BEYOND = "parts/beyond";

  /** Files with a directory among them. */
  private static final String MIXED = "mixed";

  private static final int AMONG = 4;

  private static final String INSIDE = name(MIXED, AMONG, "d");

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("some.git");
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TreeMap<String, String> contents = new TreeMap<>();
  private TestMount mount;

  @BeforeEach
  void mountWithAllContentsInMemory() throws Exception {
    for (var directory : List.of("d", "e")) {
      for (int i = 0; i < FILES; i++) {
        contents.put(name(directory, i, "c"), text(directory, i));
      }
      contents.put(name(directory, 3, "h"), "a header\n");
      contents.put(name(directory, 6, "h"), "too large to be stored ahead\n".repeat(40_000));
      contents.put(name(directory, 9, "h"), "another header\n");
    }
    for (int i = 1; i <= UNLISTED; i++) {
      for (int file = 0; file < FEW; file++) {
        contents.put(name(unlisted(i), file, "c"), text(unlisted(i), file));
      }
    }
    for (int file = 0; file < FILES; file++) {
      if (file != AMONG) {
        contents.put(name(MIXED, file, "c"), text(MIXED, file));
      }
    }
    contents.put(INSIDE + "/inside.h", "a header below\n");
    contents.put(BOUNDED, "0123456789abcdef".repeat(REST / 16));
    contents.put(BEYOND, "0123456789abcdef".repeat(REST / 16) + "\n");
    var snapshot = new Snapshot();
    contents.forEach(snapshot::file);
    repository.commit(snapshot);
    mount = TestMount.of(server.url(repository), PrefetchMode.ATTRIBUTES);
    var everything = new PathRequest.Named(Optional.empty(), PathPattern.parse("**"));
    var request =
        new PathRequest(List.of(everything), true, PathRequest.ALL_LEVELS, PathRequest.ALL_BYTES);
    assertThat(mount.mount().bring(request).await(Duration.ofSeconds(30))).isTrue();
    // The kernel knows a file once its attributes were looked at.
    Processes.command("ls", "-lR", "d", "e").in(mount.directory()).run().orFail();
  }

  @AfterEach
  void close() throws Exception {
    mount.close();
    server.close();
    repositories.close();
  }

  /** A directory that nobody has listed yet. */
  private static String unlisted(int number) {
    return "unlisted" + number;
  }

  private static String name(String directory, int number, String kind) {
    return "%s/f%02d.%s".formatted(directory, number, kind);
  }

  private static String text(String directory, int number) {
    return (directory + number + "\n").repeat(1 + number * 97);
  }

  private void read(String... names) {
    for (var name : names) {
      assertThat(mount.reading(name).run().orFail().text()).isEqualTo(contents.get(name));
    }
  }

  private List<String> inThePageCache() {
    return pages().entrySet().stream()
        .filter(file -> file.getValue() > 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** How many pages of each file the kernel has. */
  private TreeMap<String, Integer> pages() {
    var command = new ArrayList<>(List.of("fincore", "-n", "-r", "-o", "PAGES,FILE"));
    command.addAll(contents.keySet());
    var pages = new TreeMap<String, Integer>();
    for (var line : Processes.command(command).in(mount.directory()).run().orFail().lines()) {
      var fields = line.strip().split(" +", 2);
      pages.put(fields[1], Integer.parseInt(fields[0]));
    }
    return pages;
  }

  private static List<String> files(String directory, int from, int to) {
    var names = new ArrayList<String>();
    for (int i = from; i <= to; i++) {
      names.add(name(directory, i, "c"));
    }
    return names;
  }

  @Test
  void whatIsBehindADirectoryIsThereOnlyOnceThatIsListed() {
    Processes.command("ls", "-l", MIXED).in(mount.directory()).run().orFail();
    read("mixed/f00.c", "mixed/f01.c", "mixed/f03.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files(MIXED, 0, 3));
    Processes.command("ls", INSIDE).in(mount.directory()).run().orFail();
    read("mixed/f05.c");
    assertThat(inThePageCache())
        .containsExactlyElementsOf(
            Stream.concat(files(MIXED, 0, 3).stream(), files(MIXED, 5, 9).stream()).toList());
  }

  @Test
  void whoReadsOneAfterTheOtherFindsOneThenTwoThenFourThere() {
    read("d/f00.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 0, 0));
    read("d/f01.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 0, 2));
    read("d/f02.c", "d/f03.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 0, 5));
    read("d/f04.c", "d/f05.c", "d/f06.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 0, 10));
  }

  @Test
  void whoReadsTheBeginningOfAFileFindsTheRestThere() {
    for (var name : List.of(BOUNDED, BEYOND)) {
      Processes.command("head", "-c", "16", name).in(mount.directory()).run().orFail();
    }
    assertThat(pages()).containsEntry(BOUNDED, REST / PAGE);
    assertThat(pages().get(BEYOND)).isLessThan(REST / PAGE);
    read(BOUNDED, BEYOND);
  }

  @Test
  void backwardsAsWell() {
    read("d/f30.c", "d/f29.c", "d/f28.c", "d/f27.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 25, 30));
  }

  @Test
  void whoAsksOutOfTurnIsFollowedOnceHeIsOnHisWay() {
    read("d/f00.c", "d/f01.c", "d/f04.c", "d/f03.c");
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 0, 6));
    read("d/f08.c", "d/f07.c");
    assertThat(inThePageCache()).containsAll(files("d", 7, 12)).doesNotContain("d/f13.c");
  }

  @Test
  void manyWhoShareOneWayReadWhatIsThere() {
    var script =
        """
        import glob, queue, threading
        paths = queue.LifoQueue()
        for path in sorted(glob.glob('[de]/*.c')):
            paths.put(path)
        sound = []
        def walk():
            try:
                while True:
                    path = paths.get_nowait()
                    number = int(path[3:5])
                    line = path[0] + str(number) + chr(10)
                    if open(path).read() == line * (1 + number * 97):
                        sound.append(path)
            except queue.Empty:
                pass
        walkers = [threading.Thread(target=walk) for _ in range(4)]
        for walker in walkers:
            walker.start()
        for walker in walkers:
            walker.join()
        print(len(sound))
        """;
    var sound = Processes.command("python3", "-c", script).in(mount.directory()).run().orFail();
    assertThat(sound.text().strip()).isEqualTo(Integer.toString(2 * FILES));
  }

  @Test
  void whoHopsFindsNothing() {
    read("d/f07.c", "d/f20.c", "d/f11.c", "e/f30.c");
    assertThat(inThePageCache()).containsExactly("d/f07.c", "d/f11.c", "d/f20.c", "e/f30.c");
  }

  @Test
  void ofAKindThatNobodyReadsThereIsNothing() {
    read(files("d", 0, FILES - 1).toArray(String[]::new));
    assertThat(inThePageCache()).containsExactlyElementsOf(files("d", 0, FILES - 1));
  }

  @Test
  void whatWasPassedOverComesWithTheFirstOfItsKind() {
    read(files("d", 0, 12).toArray(String[]::new));
    assertThat(inThePageCache()).doesNotContain("d/f03.h", "d/f09.h");
    read("d/f03.h");
    assertThat(inThePageCache()).contains("d/f03.h", "d/f09.h");
  }

  @Test
  void whoGoesOnToTheNextDirectoryKeepsHisWindow() {
    read(files("d", 0, FILES - 1).toArray(String[]::new));
    read("e/f00.c");
    assertThat(inThePageCache())
        .containsAll(files("e", 0, MOST))
        .doesNotContain(name("e", MOST + 1, "c"));
  }

  @Test
  void theLastOfADirectoryIsThereWhereOthersWereAskedFor() {
    read(files("d", 0, FILES - 2).toArray(String[]::new));
    assertThat(inThePageCache()).contains(name("d", FILES - 1, "c"));
  }

  /** All in one process, which reads nothing of what it lists in the end. */
  private void readAllOfOneAndListOthers() {
    var script = "for f in d/*.c; do mapfile lines <$f; done; : unlisted1/* unlisted2/*";
    for (int i = 3; i <= UNLISTED; i++) {
      script += " " + unlisted(i) + "/*";
    }
    Processes.command("bash", "-c", script).in(mount.directory()).run().orFail();
  }

  @Test
  void whoListsTheNextDirectoryFindsItsFilesThere() {
    readAllOfOneAndListOthers();
    assertThat(inThePageCache()).containsAll(files(unlisted(1), 0, FEW - 1));
  }

  @Test
  void whoDoesNotReadThemIsSoonFoundOut() {
    readAllOfOneAndListOthers();
    assertThat(inThePageCache())
        .containsAll(files(unlisted(4), 0, FEW - 2))
        .doesNotContain(name(unlisted(4), FEW - 1, "c"))
        .doesNotContainAnyElementsOf(files(unlisted(5), 0, FEW - 1));
  }

  @Test
  void whoGoesThroughManyFindsNearlyAllThere() {
    var script = "for d in d unlisted*; do for f in $d/*.c; do mapfile lines <$f; done; done";
    Processes.command("bash", "-c", script).in(mount.directory()).run().orFail();
    assertThat(inThePageCache())
        .containsAll(files(unlisted(UNLISTED), 0, FEW - 1))
        .containsAll(files(unlisted(1), 0, FEW - 1));
  }

  @Test
  void allOfItIsWhatAGrepReads() {
    var mixed = "mixed/f0[0-3].c mixed/f04.d/* mixed/f0[5-9].c mixed/f[1-3]*";
    var found =
        Processes.command("sh", "-c", "cat d/* e/* " + mixed + " parts/* unlisted?/* | cksum")
            .in(mount.directory())
            .run()
            .orFail();
    var expected =
        Processes.command("sh", "-c", "git archive HEAD | tar -xO | cksum")
            .in(repository.directory())
            .run()
            .orFail();
    assertThat(found.text()).isEqualTo(expected.text());
    assertThat(mount.store().statistics().prefetch().usedObjects())
        .isEqualTo(Set.copyOf(contents.values()).size());
  }
}
