package dev.gitfs.mount;

import static dev.gitfs.testkit.RequestKind.FETCH;
import static dev.gitfs.testkit.RequestKind.INFO_REFS;
import static dev.gitfs.testkit.RequestKind.LS_REFS;
import static dev.gitfs.testkit.RequestKind.OBJECT_INFO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each thing a user does costs in round trips. */
final class RequestCountTest {
  private static final int FILES = 200;

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private String url;

  @BeforeEach
  void makeRepository() {
    var snapshot = new Snapshot().file("README", "hello\n").file("a/b/c/deep", "deep\n");
    var random = RandomGenerator.of("L64X128MixRandom");
    for (var i = 0; i < FILES; i++) {
      snapshot.file("many/%03d".formatted(i), "file %d %x\n".formatted(i, random.nextLong()));
    }
    var repository = repositories.create("some.git");
    repository.commit(snapshot);
    url = server.url(repository);
  }

  @AfterEach
  void closeServer() {
    server.close();
    repositories.close();
  }

  @Test
  void aMountIsReadyAfterThreeRequests() throws Exception {
    try (var mount = TestMount.of(url)) {
      Processes.command("ls").in(mount.directory()).run().orFail();
      assertThat(server.kinds()).containsExactly(INFO_REFS, LS_REFS, FETCH);
    }
  }

  @Test
  void enteringADirectoryBringsAllDirectoriesBelow() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.forgetRequests();
      Processes.command("find", "a").in(mount.directory()).run().orFail();
      assertThat(server.kinds()).containsExactly(FETCH);
    }
  }

  @Test
  void theFirstFileAtTheTopTakesItsSizeAndItsBytes() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.forgetRequests();
      assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
      assertThat(server.kinds()).containsExactly(OBJECT_INFO, FETCH);
    }
  }

  @Test
  void theFirstFileFarBelowTakesItsDirectoriesTooInOneRequest() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.forgetRequests();
      assertThat(mount.reading("a/b/c/deep").run().orFail().text()).isEqualTo("deep\n");
      assertThat(server.kinds()).containsExactly(FETCH, OBJECT_INFO, FETCH);
    }
  }

  @Test
  void aListingWithSizesTakesOneRequest() throws Exception {
    try (var mount = TestMount.of(url)) {
      Processes.command("ls", "many").in(mount.directory()).run().orFail();
      server.forgetRequests();
      var listing = Processes.command("ls", "-l", "many").in(mount.directory()).run().orFail();
      assertThat(listing.lines()).hasSize(FILES + 1);
      assertThat(server.kinds()).containsExactly(OBJECT_INFO);
    }
  }

  @Test
  void aSecondLookTakesNone() throws Exception {
    try (var mount = TestMount.of(url)) {
      var everything = Processes.command("sh", "-c", "ls -lR . && cat README");
      everything.in(mount.directory()).run().orFail();
      server.forgetRequests();
      everything.in(mount.directory()).run().orFail();
      mount.dropKernelCaches();
      everything.in(mount.directory()).run().orFail();
      assertThat(server.kinds()).isEmpty();
    }
  }

  @Test
  void twoHundredReadersOfOneFileCauseOneFetch() throws Exception {
    try (var mount = TestMount.of(url)) {
      Processes.command("ls", "many").in(mount.directory()).run().orFail();
      server.forgetRequests();
      atOnce(mount, "many/000");
      assertThat(server.requests(FETCH)).hasSize(1);
      assertThat(server.requests(OBJECT_INFO)).hasSize(1);
    }
  }

  @Test
  void twoHundredReadersOfOneDirectoryCauseAFewFetches() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.forgetRequests();
      atOnce(mount, "many/%03d");
      // Whoever comes while one request is under way waits for the next: a handful, not 200.
      assertThat(server.requests(FETCH).size()).isBetween(1, 20);
      assertThat(server.requests(OBJECT_INFO).size()).isBetween(1, 2);
    }
  }

  /** 200 processes wait for one start signal, then each reads its file; all must succeed. */
  private static void atOnce(TestMount mount, String pattern) {
    Processes.perl(
            """
            my ($pattern, $count) = @ARGV;
            pipe(my $start, my $signal);
            my @children;
            for my $i (0 .. $count - 1) {
              my $child = fork();
              if (!$child) {
                close($signal);
                sysread($start, my $nothing, 1);
                open(my $file, '<', sprintf($pattern, $i)) or exit(1);
                my $content = join('', <$file>);
                exit($content =~ /^file \\d+ [0-9a-f]+\\n$/ ? 0 : 2);
              }
              push @children, $child;
            }
            close($signal);
            my $failed = 0;
            for my $child (@children) {
              waitpid($child, 0);
              $failed++ if $?;
            }
            exit($failed);
            """,
            pattern,
            FILES)
        .in(mount.directory())
        .run()
        .orFail();
  }
}
