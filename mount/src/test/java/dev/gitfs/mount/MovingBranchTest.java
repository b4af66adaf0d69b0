package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import dev.gitfs.testkit.TreeFingerprint;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mount goes with its branch: what changed is new, what did not is as it was. */
final class MovingBranchTest {
  private static final String MAIN = "refs/heads/main";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private final TestRepository repository = repositories.create("some.git");
  private TestMount mount;

  @TempDir private Path directory;

  @BeforeEach
  void mount() throws Exception {
    repository.commit(before());
    mount = TestMount.of(server.url(repository));
  }

  @AfterEach
  void unmount() throws Exception {
    mount.close();
    server.close();
    repositories.close();
  }

  private static Snapshot before() {
    return new Snapshot()
        .file("README", "old\n")
        .file("same", "same\n")
        .file("gone", "gone\n")
        .file("dir/changed", "old\n")
        .file("dir/same", "same\n")
        .file("dir/deep/er/changed", "old\n")
        .file("quiet/same", "same\n")
        .file("old-name/file", "renamed\n")
        .file("becomes-directory", "file\n")
        .file("becomes-file/inside", "inside\n")
        .file("becomes-link", "target\n")
        .file("becomes-executable", "#!/bin/sh\n");
  }

  private static Snapshot after() {
    return new Snapshot()
        .file("README", "new and longer\n")
        .file("same", "same\n")
        .file("added", "added\n")
        .file("dir/changed", "new\n")
        .file("dir/same", "same\n")
        .file("dir/added", "added\n")
        .file("dir/deep/er/changed", "new\n")
        .file("quiet/same", "same\n")
        .file("new-name/file", "renamed\n")
        .file("becomes-directory/inside", "inside\n")
        .file("becomes-file", "file\n")
        .link("becomes-link", "same")
        .executable("becomes-executable", "#!/bin/sh\n")
        .file("new/directory/file", "new\n");
  }

  @Test
  void everythingIsAsInTheNewCommit() throws Exception {
    TreeFingerprint.of(mount.directory());
    moveTo(after());
    assertThat(TreeFingerprint.of(mount.directory()))
        .isEqualTo(TreeFingerprint.ofCheckout(repository.checkout(directory.resolve("clone"))));
  }

  @Test
  void aMountThatWasNeverLookedIntoIsAsInTheNewCommit() throws Exception {
    moveTo(after());
    assertThat(TreeFingerprint.of(mount.directory()))
        .isEqualTo(TreeFingerprint.ofCheckout(repository.checkout(directory.resolve("clone"))));
  }

  @Test
  void whatIsUnchangedKeepsItsInodeAndTimes() throws Exception {
    TreeFingerprint.of(mount.directory());
    var unchanged = "stat -c '%n %i %Y' same dir/same quiet quiet/same";
    var directories = "stat -c '%n %i' . dir dir/deep dir/deep/er";
    var was = shell(unchanged);
    var were = shell(directories);
    moveTo(after());
    assertThat(shell(unchanged)).isEqualTo(was);
    assertThat(shell(directories)).isEqualTo(were);
    mount.dropKernelCaches();
    assertThat(shell(unchanged)).isEqualTo(was);
    assertThat(shell(directories)).isEqualTo(were);
  }

  @Test
  void whatChangedHasAnotherInodeAndTheTimeOfTheNewCommit() throws Exception {
    TreeFingerprint.of(mount.directory());
    var changed = List.of("README", "dir/changed", "becomes-link", "becomes-executable");
    var were = numbers(changed);
    moveTo(after());
    assertThat(numbers(changed)).doesNotContainAnyElementsOf(were);
    var time = repository.git("log", "-1", "--format=%ct").text().strip();
    assertThat(
            shell("stat -c %Y README dir dir/changed dir/deep/er added new new/directory/file .")
                .lines())
        .hasSize(8)
        .containsOnly(time);
  }

  @Test
  void aNameThatWasAbsentIsFoundOnceItIsThere() throws Exception {
    assertThat(shell("cat added dir/added new/directory/file 2>&1 || true"))
        .contains("No such file");
    moveTo(after());
    assertThat(shell("cat added dir/added new/directory/file")).isEqualTo("added\nadded\nnew\n");
  }

  @Test
  void whatIsUnchangedIsServedFromTheKernelsPages() throws Exception {
    shell("cat same dir/same quiet/same; ls -lR quiet");
    moveTo(after());
    // The times of directories that have changed.
    shell("stat . dir");
    server.forgetRequests();
    var served = mount.store().statistics();
    assertThat(shell("cat same dir/same quiet/same")).isEqualTo("same\nsame\nsame\n");
    assertThat(server.kinds()).isEmpty();
    // Not even git-fs has heard of it.
    assertThat(mount.store().statistics().memoryHits()).isEqualTo(served.memoryHits());
    assertThat(mount.store().statistics().diskHits()).isEqualTo(served.diskHits());
  }

  @Test
  void theRootTellsTheNewCommit() throws Exception {
    var commit = moveTo(after());
    assertThat(shell("getfattr --only-values -n user.git.commit .")).isEqualTo(commit);
    assertThat(shell("getfattr --only-values -n user.git.oid dir"))
        .isEqualTo(repository.id("HEAD:dir"));
  }

  @Test
  void whatIsOpenStaysWhatItWas() throws Exception {
    var script =
        """
        open(my $changed, '<:raw', 'README') or die;
        open(my $gone, '<:raw', 'gone') or die;
        open(my $deep, '<:raw', 'dir/deep/er/changed') or die;
        chdir('old-name') or die;
        wait_for_move();
        print readline($changed), readline($gone), readline($deep);
        opendir(my $here, '.') or die "here: $!";
        print join(' ', grep { !/^\\./ } readdir($here)), "\n";
        open(my $renamed, '<:raw', 'file') or die "file: $!";
        print readline($renamed);
        """;
    assertThat(across(script, after())).isEqualTo("old\ngone\nold\nfile\nrenamed\n");
  }

  @Test
  void whatIsMappedStaysWhatItWas() throws Exception {
    var large = "old contents of a large file\n".repeat(100_000);
    moveTo(before().file("large", large));
    var go = directory.resolve("go");
    try (var reader = Probe.start("mmap-across", mount.path("large"), go)) {
      Eventually.holds("a mapping", () -> reader.textSoFar().contains("mapped"));
      moveTo(before().file("large", "new"));
      Files.createFile(go);
      assertThat(reader.await(PATIENCE).orFail().text()).contains(sha1(large));
    }
  }

  @Test
  void aListingUnderWayGoesOnInTheCommitInWhichItBegan() throws Exception {
    var old = new Snapshot();
    var names = new StringBuilder();
    for (var i = 0; i < 5000; i++) {
      old.file("many/%04d-with-a-long-name".formatted(i), "x");
      names.append("%04d-with-a-long-name\n".formatted(i));
    }
    moveTo(old);
    var script =
        """
        opendir(my $many, 'many') or die;
        my @names;
        while (@names < 10) { push @names, readdir($many) }
        wait_for_move();
        push @names, readdir($many);
        print map { "$_\n" } grep { !/^\\./ } @names;
        """;
    assertThat(across(script, new Snapshot().file("many/a", "x").file("many/z", "x")))
        .isEqualTo(names.toString());
    assertThat(shell("ls many")).isEqualTo("a\nz\n");
  }

  @Test
  void aMoveThereAndBackShowsWhatWasThere() throws Exception {
    var fingerprint = TreeFingerprint.of(mount.directory());
    for (var i = 0; i < 12; i++) {
      moveTo(i % 2 == 0 ? after() : before());
      shell("ls -lR . >/dev/null; cat README dir/changed");
    }
    assertThat(TreeFingerprint.of(mount.directory())).isEqualTo(fingerprint);
  }

  /**
   * Has a child run a script that calls {@code wait_for_move} once, while the branch moves. Returns
   * what it printed after that.
   */
  private String across(String script, Snapshot to) throws Exception {
    var go = directory.resolve("go");
    var prelude =
        """
        use strict;
        my $go = shift;
        sub wait_for_move {
          $| = 1;
          print "ready\n";
          for (1 .. 2000) { -e $go and return; select(undef, undef, undef, 0.01) }
          die 'no move';
        }
        """;
    try (var child = Processes.perl(prelude + script, go).in(mount.directory()).start()) {
      Eventually.holds("readiness", () -> child.textSoFar().contains("ready"));
      moveTo(to);
      Files.createFile(go);
      return child.await(PATIENCE).orFail().text().replaceFirst("^ready\n", "");
    }
  }

  private String moveTo(Snapshot to) throws Exception {
    var commit = repository.commit(MAIN, to, repository.id(MAIN));
    mount.mount().tree().moveTo(mount.store().resolve(Optional.empty()));
    return commit;
  }

  private static String sha1(String text) throws Exception {
    var digest = MessageDigest.getInstance("SHA-1");
    return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> numbers(List<String> paths) {
    return shell("stat -c %i " + String.join(" ", paths)).lines().toList();
  }

  private String shell(String script) {
    return Processes.command("sh", "-c", script).in(mount.directory()).run().orFail().text();
  }
}
