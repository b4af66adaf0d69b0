package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitDaemonServer;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.SlowLink;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Byte-stream connections that are kept, shared, broken and stalled, over git://. */
class GitDaemonTest {

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private GitDaemonServer daemon;
  private SlowLink link;
  private String blob;
  private Remote remote;

  @BeforeEach
  void serve() throws Exception {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    var content = new byte[4 << 20];
    new Random(1).nextBytes(content);
    repository.commit(new Snapshot().file("blob", content));
    blob = repository.id("HEAD:blob");
    daemon = new GitDaemonServer(repositories);
    link = new SlowLink(daemon, Duration.ofMillis(2), SlowLink.UNLIMITED);
    remote = new Setting(home).impatient().open(link.url(daemon.url(repository)));
  }

  @AfterEach
  void stop() {
    remote.close();
    link.close();
    daemon.close();
    repositories.close();
  }

  @Test
  void oneConnectionServesManyCommands() throws Exception {
    for (int i = 0; i < 5; i++) {
      remote.listRefs(List.of("HEAD"));
      remote.fetch(Setting.objects(blob), new Received());
    }

    assertThat(link.connections()).isEqualTo(1);
    // Besides the eleven requests there is only the connection's own greeting, which is the first.
    assertThat(link.roundTrips()).isEqualTo(11);
  }

  @Test
  void aConnectionResetWhileIdleIsReplacedUnnoticed() throws Exception {
    // Not the impatient one: on a busy machine it tries again for a reason of its own.
    try (var patient = new Setting(home).open(link.url(daemon.url(repository)))) {
      patient.listRefs(List.of("HEAD"));
      link.resetAll();

      patient.fetch(Setting.objects(blob), new Received());

      assertThat(patient.statistics().retries()).isZero();
      assertThat(link.connections()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionResetWithinAPackIsTriedAgain() throws Exception {
    remote.capabilities();
    var received = new Received();
    remote.fetch(
        Setting.objects(blob),
        pack -> {
          if (received.calls() == 0) {
            pack.readNBytes(1000);
            link.resetAll();
          }
          received.receive(pack);
        });

    assertThat(received.has(blob)).isTrue();
    assertThat(remote.statistics().retries()).isEqualTo(1);
  }

  @Test
  void aBranchIsWhereItIsNowHoweverOftenThatIsAsked() throws Exception {
    for (int i = 0; i < 3; i++) {
      var tip = repository.commit(new Snapshot().file("count", Integer.toString(i)));
      var refs = remote.listRefs(List.of("refs/heads/main"));
      assertThat(refs.getFirst().id().orElseThrow().name()).isEqualTo(tip);
      assertThat(remote.listRefs(List.of("HEAD")).getFirst().id().orElseThrow().name())
          .isEqualTo(tip);
    }
  }

  @Test
  void aStalledConnectionTimesOutAndIsReplaced() throws Exception {
    remote.capabilities();
    link.stall();

    Failing.with(Kind.TIMED_OUT, () -> remote.listRefs(List.of("HEAD")));
    link.resume();

    Eventually.holds("the server is found again", () -> remote.outage().isEmpty());
    assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
  }

  @Test
  void questionsDoNotQueueBehindFetches() throws Exception {
    remote.capabilities();
    var reading = new CountDownLatch(4);
    var asked = new CountDownLatch(1);
    for (int i = 0; i < 6; i++) {
      Thread.startVirtualThread(() -> {
        try {
          remote.fetch(
              Setting.objects(blob),
              pack -> {
                reading.countDown();
                try {
                  asked.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                pack.readAllBytes();
              });
        } catch (RemoteException | InterruptedException e) {
          // How these end is not at stake.
        }
      });
    }
    reading.await();

    assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    asked.countDown();
  }

  @Test
  void anInterruptedReaderLeavesNoConnectionBehind() throws Exception {
    remote.capabilities();
    link.stall();
    var reader =
        Thread.startVirtualThread(() -> {
          try {
            remote.fetch(Setting.objects(blob), new Received());
          } catch (RemoteException | InterruptedException e) {
            // Expected.
          }
        });
    Thread.sleep(50);
    reader.interrupt();
    assertThat(reader.join(Setting.IDLE)).isTrue();
    link.resume();

    assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    assertThat(link.connections()).isEqualTo(2);
  }
}
