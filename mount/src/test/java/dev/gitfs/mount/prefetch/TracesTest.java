package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the policy makes of what real programs did to 20,330 files in 1,534 directories, at 50 ms
 * and 200 Mbit/s: requests, those of the mount itself included, and files brought in vain. Bounds
 * are what was measured, or a little above.
 */
final class TracesTest {

  private static RecordedTree tree;

  @BeforeAll
  static void read() throws IOException {
    tree = RecordedTree.recorded();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // program,    requests, unread, seconds
    "ls,           8,        0,      1",
    "find,         8,        0,      1",
    "grep,         24,       90,     4",
    "tar,          24,       90,     4",
    "grep-include, 36,       2500,   3",
    "rg,           48,       110,    4",
    "rg-4-threads, 68,       110,    4",
    "make,         55,       750,    3",
    "ide,          95,       2400,   4",
    "agent,        45,       220,    3",
  })
  void withObjectInfo(String program, int requests, int unread, int seconds) throws IOException {
    check(play(program, true), requests, unread, seconds);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ls,           17,       20330,  3",
    "find,         8,        100,    1",
    "grep,         20,       90,     4",
    "tar,          20,       90,     4",
    "grep-include, 24,       13000,  3",
    "rg,           34,       110,    4",
    "rg-4-threads, 80,       110,    4",
    "make,         45,       650,    3",
    "ide,          73,       3200,   3",
    "agent,        33,       350,    2",
  })
  void withSizesThatComeWithContents(String program, int requests, int unread, int seconds)
      throws IOException {
    check(play(program, false), requests, unread, seconds);
  }

  private static SimulatedMount play(String program, boolean objectInfo) throws IOException {
    return new SimulatedMount(tree, PrefetchMode.ADAPTIVE, objectInfo)
        .play(Trace.recorded(program, tree));
  }

  private static void check(SimulatedMount mount, int requests, int unread, int seconds) {
    assertThat(mount.requests()).as("requests: %s", mount).isLessThanOrEqualTo(requests);
    assertThat(mount.unread()).as("unread: %s", mount).isLessThanOrEqualTo(unread);
    assertThat(mount.seconds()).as("seconds: %s", mount).isLessThanOrEqualTo(seconds);
  }
}
