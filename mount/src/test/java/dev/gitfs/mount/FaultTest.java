package dev.gitfs.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers and links that fail: the reader sees an error or the right bytes, and others nothing. */
final class FaultTest {
  private static final int EIO = 5;
  private static final int EACCES = 13;
  private static final int ETIMEDOUT = 110;

  private final GitRepositories repositories = new GitRepositories();
  private final HttpBackendServer server = new HttpBackendServer(repositories);
  private TestRepository repository;
  private String url;

  @BeforeEach
  void makeRepository() {
    var noise = new byte[300_000];
    new Random(1).nextBytes(noise);
    var snapshot = new Snapshot().file("README", "hello\n").file("noise", noise);
    for (var i = 0; i < 64; i++) {
      snapshot.file("cold/%02d".formatted(i), "cold " + i);
    }
    for (var i = 0; i < 1000; i++) {
      snapshot.file("warm/%03d".formatted(i), "warm " + i % 10);
    }
    repository = repositories.create("some.git");
    repository.commit(snapshot);
    url = server.url(repository);
  }

  @AfterEach
  void closeServer() {
    server.close();
    repositories.close();
  }

  @Test
  void aStalledReadTimesOutAndTheNextTriesAgain() throws Exception {
    try (var mount = TestMount.of(url, Map.of(), TestMount.IMPATIENT)) {
      server.inject(RequestKind.FETCH, new Fault.Stall(100_000));
      var stalled = mount.reading("noise").run();
      assertThat(stalled.exit()).isEqualTo(ETIMEDOUT);
      // Three tries of two seconds each; the kernel's second question costs no more.
      assertThat(stalled.took()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(9));
      server.heal();
      assertThat(mount.reading("noise").run().orFail().out()).hasSize(300_000);
    }
  }

  @Test
  void anInterruptedReaderOfAStalledFileReturnsAtOnce() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.inject(RequestKind.FETCH, new Fault.Stall(-1));
      server.forgetRequests();
      // Whoever runs the tests in the background has them ignore SIGINT, and their children too.
      var restored = "$SIG{INT} = 'DEFAULT'; exec @ARGV";
      try (var cat = Processes.perl(restored, "cat", mount.path("noise")).start()) {
        Eventually.holds("a fetch", () -> !server.requests(RequestKind.FETCH).isEmpty());
        cat.signal("INT");
        var result = cat.await(Duration.ofSeconds(5));
        assertThat(result.exit()).isEqualTo(128 + 2);
      }
    }
  }

  @Test
  void aResetInThePackIsRepaired() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.inject(RequestKind.FETCH, new Fault.Reset(100_000), 1);
      assertThat(mount.reading("noise").run().orFail().out()).hasSize(300_000);
    }
  }

  @Test
  void aTruncatedPackIsRepaired() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.inject(RequestKind.FETCH, new Fault.Truncate(100_000), 1);
      assertThat(mount.reading("noise").run().orFail().out()).hasSize(300_000);
    }
  }

  @Test
  void aCorruptPackIsNeverServed() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.inject(RequestKind.FETCH, new Fault.Corrupt(100_000));
      assertThat(mount.reading("noise").run().exit()).isEqualTo(EIO);
      server.heal();
      server.inject(RequestKind.FETCH, new Fault.Corrupt(100_000), 1);
      assertThat(mount.reading("noise").run().orFail().out()).hasSize(300_000);
    }
  }

  @Test
  void aServerErrorIsTriedAgain() throws Exception {
    server.inject(RequestKind.INFO_REFS, new Fault.Answer(500), 1);
    server.inject(RequestKind.LS_REFS, new Fault.Answer(503, Map.of("Retry-After", "0")), 1);
    try (var mount = TestMount.of(url)) {
      server.inject(RequestKind.FETCH, new Fault.Answer(429, Map.of("Retry-After", "1")), 1);
      assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void aServerErrorThatStaysIsAnErrorOfThatOperationOnly() throws Exception {
    try (var mount = TestMount.of(url)) {
      Processes.command("ls", "warm").in(mount.directory()).run().orFail();
      server.inject(RequestKind.FETCH, new Fault.Answer(500));
      assertThat(mount.reading("README").run().exit()).isEqualTo(EIO);
      Processes.command("ls", "-l", "warm").in(mount.directory()).run().orFail();
      server.heal();
      assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void refusedCredentialsAreEacces() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.inject(
          RequestKind.FETCH,
          new Fault.Answer(401, Map.of("WWW-Authenticate", "Basic realm=\"git\"")));
      assertThat(mount.reading("README").run().exit()).isEqualTo(EACCES);
    }
  }

  @Test
  void credentialsComeFromTheUsersHelper() throws Exception {
    server.requireBasicAuth("ada", "secret");
    var helper = "!f() { echo username=ada; echo password=secret; }; f";
    var configured =
        Map.of(
            "GIT_CONFIG_COUNT",
            "1",
            "GIT_CONFIG_KEY_0",
            "credential.helper",
            "GIT_CONFIG_VALUE_0",
            helper);
    try (var mount = TestMount.of(url, configured)) {
      assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void missingCredentialsAreSaidToBeMissing() {
    server.requireBasicAuth("ada", "secret");
    assertThatThrownBy(() -> TestMount.of(url).close())
        .isInstanceOfSatisfying(
            RemoteException.class,
            e -> assertThat(e.kind()).isEqualTo(RemoteException.Kind.UNAUTHENTICATED));
  }

  @Test
  void aRedirectIsFollowed() throws Exception {
    try (var elsewhere = new HttpBackendServer(repositories)) {
      server.inject(new Fault.Redirect(301, "http://127.0.0.1:" + elsewhere.port()));
      try (var mount = TestMount.of(url)) {
        assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
      }
    }
  }

  @Test
  void aServerThatClosesIdleConnectionsIsNoTrouble() throws Exception {
    try (var mount = TestMount.of(url)) {
      server.dropConnections();
      assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
    }
  }

  @Test
  void sixtyFourStalledReadersDelayNobody() throws Exception {
    try (var mount = TestMount.of(url)) {
      var list = Processes.command("ls", "-l", "warm").in(mount.directory());
      list.run().orFail();
      mount.reading("README").run().orFail();
      Processes.command("ls", "-l", "cold").in(mount.directory()).run().orFail();
      server.inject(RequestKind.FETCH, new Fault.Stall(-1));
      server.forgetRequests();
      var readers = new ArrayList<Processes.Running>();
      try {
        for (var i = 0; i < 64; i++) {
          readers.add(mount.reading("cold/%02d".formatted(i)).start());
        }
        Eventually.holds("a fetch", () -> !server.requests(RequestKind.FETCH).isEmpty());
        Thread.sleep(500);
        for (var kernelCaches : List.of("kept", "dropped")) {
          if (kernelCaches.equals("dropped")) {
            mount.dropKernelCaches();
          }
          var listing = list.timeout(Duration.ofSeconds(10)).run().orFail();
          assertThat(listing.lines()).hasSize(1001);
          assertThat(listing.took()).isLessThan(Duration.ofSeconds(1));
          assertThat(mount.reading("README").run().orFail().text()).isEqualTo("hello\n");
        }
        assertThat(readers).allMatch(Processes.Running::isAlive);
        server.heal();
        for (var reader : readers) {
          assertThat(reader.await(Duration.ofSeconds(30)).orFail().text()).startsWith("cold ");
        }
      } finally {
        readers.forEach(Processes.Running::close);
      }
    }
  }
}
