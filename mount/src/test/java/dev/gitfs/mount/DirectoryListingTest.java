package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.GitServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.TestRepository.RawEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A directory of 100,000 entries, listed in every way there is. */
final class DirectoryListingTest {
  private static final int ENTRIES = 100_000;

  private static final GitRepositories repositories = new GitRepositories();
  private static TestMount mount;

  @BeforeAll
  static void mountLargeDirectory() throws Exception {
    var repository = repositories.create("large.git");
    var blob = repository.blob("x".getBytes(StandardCharsets.US_ASCII));
    var entries = new ArrayList<RawEntry>();
    for (var i = 0; i < ENTRIES; i++) {
      entries.add(new RawEntry("100644", "entry-%05d".formatted(i), blob));
    }
    var large = repository.rawTree(entries);
    repository.commitTree(
        "refs/heads/main", repository.rawTree(List.of(new RawEntry("40000", "large", large))));
    mount = TestMount.of(GitServer.localPath(repositories).url(repository));
  }

  @AfterAll
  static void unmount() throws Exception {
    mount.close();
    repositories.close();
  }

  @Test
  void everyNameIsListedOnceAndInOrder() {
    assertThat(
            perl("opendir(my $d, 'large'); print \"$_\\n\" for grep { !/^\\.\\.?$/ } readdir($d);"))
        .isEqualTo(names());
  }

  @Test
  void readersThatInterleaveEachSeeEverything() {
    // Two handles in each of two processes, each handle at its own pace.
    assertThat(
            perl(
                """
                my $pid = fork();
                my @handles;
                for my $i (0 .. 1) { opendir($handles[$i], 'large') or die }
                my @seen = (0, 0);
                my @open = (1, 1);
                while ($open[0] || $open[1]) {
                  for my $i (0 .. 1) {
                    for (1 .. ($i ? 7 : 1001)) {
                      $open[$i] or last;
                      my $name = readdir($handles[$i]);
                      if (!defined $name) { $open[$i] = 0; last }
                      $name =~ /^\\.\\.?$/ and next;
                      $name eq sprintf('entry-%05d', $seen[$i]) or die "$name at $seen[$i]";
                      $seen[$i]++;
                    }
                  }
                }
                if ($pid) { waitpid($pid, 0); $? == 0 or die 'the other process' }
                print "@seen\\n" if $pid;
                """))
        .isEqualTo("100000 100000\n");
  }

  @Test
  void seekdirReturnsToWhereTelldirWas() {
    assertThat(
            perl(
                """
                opendir(my $d, 'large') or die;
                my (@position, @name);
                while (1) {
                  my $position = telldir($d);
                  my $name = readdir($d);
                  defined $name or last;
                  push @position, $position;
                  push @name, $name;
                }
                @name == 100002 or die scalar(@name);
                srand(1);
                for (1 .. 300) {
                  my $i = int(rand(@name - 3));
                  seekdir($d, $position[$i]);
                  for my $j ($i .. $i + 2) {
                    my $name = readdir($d);
                    $name eq $name[$j] or die "$name instead of $name[$j]";
                  }
                }
                rewinddir($d);
                readdir($d) eq $name[0] or die 'rewinddir';
                print "right\\n";
                """))
        .isEqualTo("right\n");
  }

  @Test
  void inodeNumbersAscendInListingOrderAndAreThoseOfStat() {
    var numbers =
        Processes.command("sh", "-c", "ls -fi large | awk '$2 ~ /^entry/ {print $1}'")
            .in(mount.directory())
            .run()
            .orFail()
            .lines()
            .stream()
            .map(Long::valueOf)
            .toList();
    assertThat(numbers).hasSize(ENTRIES).isSorted().doesNotHaveDuplicates();
    var byStat =
        Processes.command("stat", "-c", "%i", "large/entry-00000", "large/entry-99999")
            .in(mount.directory())
            .run()
            .orFail()
            .lines();
    assertThat(byStat).containsExactly(numbers.getFirst().toString(), numbers.getLast().toString());
  }

  @Test
  void everyEntryCanBeLookedAt() {
    var listing = Processes.command("ls", "-lU", "large").in(mount.directory()).run().orFail();
    assertThat(listing.lines().stream().filter(line -> line.startsWith("-rw-r--r--")))
        .hasSize(ENTRIES);
  }

  private static String perl(String script) {
    return Processes.perl("use strict; " + script).in(mount.directory()).run().orFail().text();
  }

  private static String names() {
    var names = new StringBuilder();
    for (var i = 0; i < ENTRIES; i++) {
      names.append("entry-%05d\n".formatted(i));
    }
    return names.toString();
  }
}
