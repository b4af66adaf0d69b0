package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Fault;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.RequestKind;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that take long to begin, and those that are not there. */
class SilenceTest {

  /** Some {@link Setting#IDLE}. */
  private static final Duration LONG = Duration.ofMillis(1800);

  @TempDir Path home;
  private GitRepositories repositories;
  private HttpBackendServer server;
  private TestRepository repository;
  private Setting setting;
  private String blob;

  @BeforeEach
  void serve() {
    repositories = new GitRepositories();
    server = new HttpBackendServer(repositories);
    repository = repositories.create("repo.git");
    repository.commit(new Snapshot().file("blob", "content"));
    blob = repository.id("HEAD:blob");
    setting = new Setting(home).impatient();
  }

  @AfterEach
  void stop() {
    server.close();
    repositories.close();
  }

  @Test
  void anAnswerThatTakesLongToBeginIsAskedForOnce() throws Exception {
    server.inject(request -> request.kind() != RequestKind.INFO_REFS, new Fault.Delay(LONG));
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      var received = new Received();
      remote.fetch(Setting.objects(blob), received);

      assertThat(received.has(blob)).isTrue();
      assertThat(server.requests(RequestKind.LS_REFS)).hasSize(1);
      assertThat(server.requests(RequestKind.FETCH)).hasSize(1);
      assertThat(remote.statistics().retries()).isZero();
      assertThat(remote.outage()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0})
  void anAnswerWhoseBodyTakesLongToBeginIsWaitedFor(long after) throws Exception {
    server.inject(RequestKind.FETCH, new Fault.Stall(after), 1);
    try (var remote = setting.open(server.url(repository))) {
      var reading =
          Thread.startVirtualThread(() -> {
            try {
              remote.fetch(Setting.objects(blob), new Received());
            } catch (RemoteException | InterruptedException e) {
              // How it ends is not at stake.
            }
          });
      assertThat(reading.join(LONG)).isFalse();
      assertThat(server.requests(RequestKind.FETCH)).hasSize(1);
    }
  }

  @Test
  void aGreetingThatTakesLongIsWaitedFor() throws Exception {
    server.inject(RequestKind.INFO_REFS, new Fault.Delay(LONG));
    try (var remote = setting.open(server.url(repository))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aServerThatAnswersNoGreetingEitherIsOutOfReach() throws Exception {
    try (var remote = setting.open(server.url(repository))) {
      remote.capabilities();
      server.inject(new Fault.Stall(-1));

      var failure =
          Failing.with(Kind.TIMED_OUT, () -> remote.fetch(Setting.objects(blob), new Received()));

      assertThat(failure).hasMessageContaining("800 ms").hasMessageContaining("no other request");
      assertThat(server.requests(RequestKind.FETCH)).hasSize(1);
      assertThat(remote.outage()).isPresent();
    }
  }

  @Test
  void aLimitOfTheUsersIsNamed() throws Exception {
    setting.config("[http]\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 1\n");
    server.inject(RequestKind.FETCH, new Fault.Delay(Duration.ofSeconds(20)));
    try (var remote = setting.open(server.url(repository))) {
      var failure =
          Failing.with(Kind.TIMED_OUT, () -> remote.fetch(Setting.objects(blob), new Received()));

      assertThat(failure).hasMessageContaining("http.lowSpeedTime");
      assertThat(server.requests(RequestKind.FETCH)).hasSize(1);
    }
  }

  /** Lines as in proc(5), of a connection from 10.0.0.5 to 10.0.0.1:80. */
  @ParameterizedTest
  @CsvSource({
    "01, 00000000:00000000, 00000000, 4711, false",
    // Sent, and on its way for the first time.
    "01, 00000200:00000000, 00000000, 4711, false",
    "01, 00000200:00000000, 00000007, 4711, true",
    // Another process's.
    "01, 00000200:00000000, 00000007, 4712, false",
    // Not connected yet, or closed.
    "02, 00000200:00000000, 00000007, 4711, false",
  })
  void aConnectionIsDeadWhereNobodyTakesWhatIsSent(
      String state, String queues, String repeated, String inode, boolean lost) throws Exception {
    var here = inTable("10.0.0.5");
    String line =
        "  1: 0500000A:C350 0100000A:0050 %s %s 01:00000014 %s  1000        0 %s 2 0 20 4 30 10 -1"
            .formatted(state, queues, repeated, inode);

    assertThat(TcpSockets.isLost(line, Set.of("0100000A:0050"), Set.of("4711"), here))
        .isEqualTo(lost);
  }

  @Test
  void aConnectionIsDeadWhereItsAddressIsGone() throws Exception {
    String line =
        "  1: 0500000A:C350 0100000A:0050 01 00000000:00000000 00:00000000 00000000 0 0 4711 2 0";

    assertThat(TcpSockets.isLost(line, Set.of("0100000A:0050"), Set.of("4711"), inTable("::1")))
        .isTrue();
    assertThat(TcpSockets.isLost(line, Set.of("0200000A:0050"), Set.of("4711"), inTable("::1")))
        .isFalse();
  }

  @Test
  void noConnectionIsLostThatIsInUse() throws Exception {
    try (var remote = setting.open(server.url(repository))) {
      remote.capabilities();

      assertThat(TcpSockets.isOneLost("127.0.0.1", server.port())).isFalse();
    }
  }

  private static Set<String> inTable(String address) throws Exception {
    return Set.copyOf(
        Stream.of(InetAddress.getByName(address).getAddress())
            .flatMap(TcpSockets::inTable)
            .toList());
  }
}
