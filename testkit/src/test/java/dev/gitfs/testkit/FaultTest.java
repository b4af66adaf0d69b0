package dev.gitfs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault is seen by stock git as what it says it is. */
final class FaultTest {
  @TempDir Path directory;
  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private TestRepository repository;

  @BeforeEach
  void makeRepository() {
    repository = repositories.create("some.git");
    var noise = new byte[200_000];
    new Random(1).nextBytes(noise);
    repository.commit(new Snapshot().file("noise", noise));
  }

  @AfterEach
  void closeServer() {
    server.close();
    repositories.close();
  }

  @Test
  void aDelayedAnswerComes() {
    server.inject(RequestKind.FETCH, new Fault.Delay(Duration.ofMillis(700)));
    var result = cloneIt().run().orFail();
    assertThat(result.took()).isGreaterThan(Duration.ofMillis(700));
  }

  @Test
  void aStalledAnswerNeverComes() {
    for (var after : List.of(-1L, 0L, 100_000L)) {
      server.inject(RequestKind.FETCH, new Fault.Stall(after));
      assertThat(cloneIt().timeout(Duration.ofSeconds(1)).run().timedOut()).isTrue();
      server.heal();
      Processes.command("rm", "-rf", "clone").in(directory).run().orFail();
    }
    cloneIt().run().orFail();
  }

  @Test
  void aResetIsAReset() {
    server.inject(RequestKind.FETCH, new Fault.Reset(100_000));
    assertThat(cloneIt().run().errors()).containsIgnoringCase("reset by peer");
  }

  @Test
  void aTruncatedPackIsTruncated() {
    server.inject(RequestKind.FETCH, new Fault.Truncate(100_000));
    assertThat(cloneIt().run().errors()).containsAnyOf("early EOF", "unexpected disconnect");
  }

  @Test
  void aCorruptPackIsCorrupt() {
    server.inject(RequestKind.FETCH, new Fault.Corrupt(100_000));
    var result = cloneIt().run();
    assertThat(result.exit()).isNotZero();
    assertThat(result.errors()).containsAnyOf("inflate", "corrupt", "mismatch", "invalid");
  }

  @Test
  void aStatusIsAnsweredAsOftenAsAsked() {
    server.inject(RequestKind.INFO_REFS, new Fault.Answer(500), 2);
    assertThat(cloneIt().run().errors()).contains("500");
    assertThat(cloneIt().run().errors()).contains("500");
    cloneIt().run().orFail();
  }

  @Test
  void credentialsAreRequired() {
    server.requireBasicAuth("ada", "secret");
    assertThat(cloneIt().run().errors()).contains("could not read Username");
    var url = server.url(repository).replace("//", "//ada:secret@");
    Git.command(List.of("clone", "-q", url, "clone")).in(directory).run().orFail();
  }

  @Test
  void aRedirectLeadsElsewhere() {
    try (var elsewhere = new HttpBackendServer(repositories)) {
      server.inject(new Fault.Redirect(301, elsewhere.url("").replaceFirst("/$", "")));
      cloneIt().run().orFail();
      assertThat(server.kinds()).containsExactly(RequestKind.INFO_REFS);
      assertThat(elsewhere.kinds())
          .containsExactly(RequestKind.INFO_REFS, RequestKind.LS_REFS, RequestKind.FETCH);
    }
  }

  private Processes cloneIt() {
    return Git.command(List.of("clone", "-q", server.url(repository), "clone")).in(directory);
  }
}
