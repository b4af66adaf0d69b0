package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the policy makes of searches by several threads through 20,330 files in 1,534 directories,
 * however the threads fall over one another. Bounds are a fifth above the worst of a hundred such.
 */
final class ParallelSearchTest {

  private static RecordedTree tree;

  @BeforeAll
  static void read() throws IOException {
    tree = RecordedTree.recorded();
  }

  @ParameterizedTest(name = "{0} threads, pauses after {1} of a thousand steps")
  @CsvSource({
    // threads, pauses, requests
    "2,         0,      63",
    "2,         10,     63",
    "4,         0,      92",
    "4,         10,     92",
    "16,        0,      300",
    "16,        10,     300",
  })
  void findsItsFilesThere(int threads, int pauses, int requests) {
    for (var objectInfo : new boolean[] {true, false}) {
      for (var shared : new boolean[] {true, false}) {
        var mount = new SimulatedMount(tree, PrefetchMode.ADAPTIVE, objectInfo);
        mount.play(new ParallelSearch(tree, threads, shared, pauses, 1).threads());
        assertThat(mount.requests()).as("requests: %s", mount).isLessThanOrEqualTo(requests);
        assertThat(mount.unread()).as("unread: %s", mount).isLessThanOrEqualTo(200);
      }
    }
  }

  /**
   * Where sizes come with contents: on the average of twelve searches. Taken for one who looks, as
   * long as it is not known that he reads, two took 29 and four 64; with windows that know of no
   * other reader 26 and 58.
   */
  @ParameterizedTest(name = "{0} threads, one stack: {1}")
  @CsvSource({
    // threads, shared, requests
    "2,         true,   25",
    "4,         false,  45",
  })
  void whoReadsWhatHeLooksAtIsFollowedAsAReader(int threads, boolean shared, double requests) {
    var average =
        IntStream.rangeClosed(1, 12)
            .map(seed -> {
              var mount = new SimulatedMount(tree, PrefetchMode.ADAPTIVE, false);
              var search = new ParallelSearch(tree, threads, shared, seed % 2 * 5, seed);
              return mount.play(search.threads()).requests();
            })
            .average()
            .orElseThrow();
    assertThat(average).isLessThanOrEqualTo(requests);
  }

  /** Without those that follow, 78 single files are waited for. */
  @Test
  void whoWaitsWhileAllRequestsAreBusyGetsWhatFollowsAsWell() {
    var mount = new SimulatedMount(tree, PrefetchMode.ADAPTIVE, true);
    mount.play(new ParallelSearch(tree, 4, false, 0, 1).threads());
    assertThat(mount.demands()).as("%s", mount).isLessThanOrEqualTo(40);
  }
}
