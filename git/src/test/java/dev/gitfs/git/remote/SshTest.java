package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Eventually;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.SshServer;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reaching a server with the user's ssh. */
class SshTest {

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private String head;
  private Setting setting;

  @BeforeEach
  void aRepository() {
    repositories = new GitRepositories();
    repository = repositories.create("it's a repo!.git");
    head = repository.commit(new Snapshot().file("a", "a"));
    setting = new Setting(home);
  }

  @AfterEach
  void deleteIt() {
    repositories.close();
  }

  /** A script in ssh's place, which writes down its arguments and serves locally. */
  private Path fakeSsh(String name, String body) throws IOException {
    var script = home.resolve(name);
    Files.writeString(
        script, "#!/bin/sh\nprintf '%s\\n' \"$@\" >> \"$HOME/arguments\"\n" + body + "\n");
    script.toFile().setExecutable(true);
    return script;
  }

  private List<String> arguments() throws IOException {
    return Files.readAllLines(home.resolve("arguments"));
  }

  private static final String SERVE = "for last; do :; done; exec sh -c \"$last\"";

  private String url(String authority) {
    return "ssh://" + authority + repository.directory().toString().replace(" ", "%20");
  }

  @Test
  void oneLoginServesManyCommands() throws Exception {
    try (var sshd = new SshServer(repositories)) {
      setting.env("GIT_SSH_COMMAND", sshd.sshCommand());
      try (var remote = setting.open(sshd.url(repository).replace(" ", "%20"))) {
        remote.capabilities();
        for (int i = 0; i < 10; i++) {
          remote.listRefs(List.of("HEAD"));
          remote.fetch(Setting.objects(head), new Received());
        }
        assertThat(remote.statistics().requests()).isEqualTo(21);
        assertThat(sshd.logins()).isEqualTo(1);
      }
    }
  }

  @Test
  void withoutProtocolTwoItStillWorks() throws Exception {
    try (var sshd = new SshServer(repositories, false);
        var log = new CapturedLog()) {
      repository.plain();
      setting.env("GIT_SSH_COMMAND", sshd.sshCommand());
      try (var remote = setting.open(sshd.url(repository).replace(" ", "%20"))) {
        assertThat(remote.capabilities().version()).isZero();
        assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
        var received = new Received();
        remote.fetch(Setting.commit(head, Optional.empty()), received);
        remote.fetch(Setting.commit(head, Optional.empty()), received);
        assertThat(received.objects()).isEqualTo(6);
        assertThat(remote.statistics().requests()).isEqualTo(3);
      }
      assertThat(log.messages(Level.WARN)).singleElement().asString().contains("version 0");
    }
  }

  @Test
  void aKeyThatIsRefusedIsUnauthenticated() throws Exception {
    try (var sshd = new SshServer(repositories)) {
      setting.env("GIT_SSH_COMMAND", sshd.sshCommand().replaceFirst("-i \\S+", "-i /dev/null"));
      try (var remote = setting.open(sshd.url(repository).replace(" ", "%20"))) {
        Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
        assertThat(remote.statistics().retries()).isZero();
      }
    }
  }

  @Test
  void anAgentThatIsGoneIsNamed() throws Exception {
    String ssh =
        fakeSsh("ssh", "echo 'me@host: Permission denied (publickey).' >&2; exit 255").toString();
    setting.env("GIT_SSH", ssh).env("SSH_AUTH_SOCK", home + "/agent");
    try (var remote = setting.open(url("me@host"))) {
      var failure = Failing.with(Kind.UNAUTHENTICATED, remote::capabilities);
      assertThat(failure).hasMessageContaining("the ssh agent at " + home + "/agent");
    }
  }

  @Test
  void anUnknownHostKeyIsRefusedWithAdvice() throws Exception {
    try (var sshd = new SshServer(repositories)) {
      setting.env(
          "GIT_SSH_COMMAND",
          sshd.sshCommand()
              .replaceFirst("UserKnownHostsFile=\\S+", "UserKnownHostsFile=/dev/null"));
      try (var remote = setting.open(sshd.url(repository).replace(" ", "%20"))) {
        var failure = Failing.with(Kind.UNREACHABLE, remote::capabilities);
        assertThat(failure).hasMessageContaining("by hand");
      }
    }
  }

  @Test
  void aServerThatIsNotThereIsReportedAtOnce() throws Exception {
    try (var remote = setting.open("ssh://me@127.0.0.1:1/x")) {
      Failing.with(Kind.UNREACHABLE, remote::capabilities);
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @Test
  void sshIsStartedAsGitStartsIt() throws Exception {
    setting.env("GIT_SSH", fakeSsh("ssh", SERVE).toString());
    try (var remote = setting.open(url("me@host:2222"))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
    assertThat(arguments())
        .containsExactly(
            "-o",
            "SendEnv=GIT_PROTOCOL",
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=5",
            "-p",
            "2222",
            "me@host",
            "git-upload-pack '" + repositories.root() + "/it'\\''s a repo'\\!'.git'");
  }

  @Test
  void theConfiguredCommandIsAShellCommand() throws Exception {
    setting.config("[core]\n\tsshCommand = X=1 " + fakeSsh("ssh", SERVE) + " -v\n");
    setting.config("[ssh]\n\tvariant = ssh\n");
    try (var remote = setting.open(url("host"))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
    assertThat(arguments()).startsWith("-v", "-o").contains("host");
  }

  @Test
  void theEnvironmentGoesBeforeTheConfiguration() throws Exception {
    setting.config("[core]\n\tsshCommand = /bin/false\n");
    setting.env("GIT_SSH_COMMAND", fakeSsh("ssh", SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      assertThat(remote.capabilities().version()).isEqualTo(2);
    }
  }

  @Test
  void aProgramThatTakesNoOptionsGetsNone() throws Exception {
    setting.env("GIT_SSH", fakeSsh("wrapper", "test \"$1\" = -G && exit 1\n" + SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
    assertThat(arguments()).hasSize(4).startsWith("-G", "host", "host");
  }

  @Test
  void plinkTakesItsPortOtherwise() throws Exception {
    setting.env("GIT_SSH", fakeSsh("plink", SERVE).toString());
    try (var remote = setting.open(url("host:2222"))) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
    assertThat(arguments()).startsWith("-batch", "-P", "2222", "host");
  }

  @Test
  void aLoginThatPrintsIsNamedAndNotTriedAgain() throws Exception {
    setting.env("GIT_SSH", fakeSsh("ssh", "echo 'Welcome to db7!'\n" + SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      var failure = Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      assertThat(failure).hasMessageContaining("\"Welcome to db7!").hasMessageContaining(".bashrc");
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bash: line 1: git-upload-pack: command not found",
        "sh: 1: git-upload-pack: not found",
        "zsh:1: command not found: git-upload-pack",
        "fish: Unknown command: git-upload-pack",
      })
  void aServerWithoutGitIsNoMissingRepository(String words) throws Exception {
    setting.env("GIT_SSH", fakeSsh("ssh", "echo '" + words + "' >&2; exit 127").toString());
    try (var remote = setting.open(url("host"))) {
      var failure = Failing.with(Kind.UNSUPPORTED, remote::capabilities);
      assertThat(failure).hasMessageContaining("PATH").hasMessageContaining(words);
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @Test
  void pollsThatEachNeedALoginLeaveOneConnectionOpen() throws Exception {
    setting.env("GIT_SSH", fakeSsh("ssh", "echo $$ >> \"$HOME/pids\"\n" + SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      for (int i = 0; i < 4; i++) {
        remote.listRefs(List.of("refs/heads/main"));
      }
      var pids = Files.readAllLines(home.resolve("pids"));
      assertThat(pids).hasSize(4);
      Eventually.holds(
          "the others are closed",
          () ->
              pids.stream().flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream()).count()
                  == 1);
    }
  }

  @Test
  void anIdleConnectionIsClosedInTheEnd() throws Exception {
    setting
        .keeping(Duration.ofMillis(50))
        .env("GIT_SSH", fakeSsh("ssh", "echo $$ > \"$HOME/pid\"\n" + SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      remote.capabilities();
      var child = ProcessHandle.of(Long.parseLong(Files.readString(home.resolve("pid")).strip()));
      child.ifPresent(process -> process.onExit().orTimeout(10, TimeUnit.SECONDS).join());

      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  @Test
  void aChildThatDiesWhileIdleIsReplacedUnnoticed() throws Exception {
    setting.env("GIT_SSH", fakeSsh("ssh", "echo $$ > \"$HOME/pid\"\n" + SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      remote.capabilities();
      long pid = Long.parseLong(Files.readString(home.resolve("pid")).strip());
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();

      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
      assertThat(remote.statistics().retries()).isZero();
    }
  }

  @Test
  void closingTheRemoteEndsItsChildren() throws Exception {
    setting.env("GIT_SSH", fakeSsh("ssh", "echo $$ > \"$HOME/pid\"\n" + SERVE).toString());
    try (var remote = setting.open(url("host"))) {
      remote.capabilities();
    }
    long pid = Long.parseLong(Files.readString(home.resolve("pid")).strip());
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::onExit).stream())
        .allSatisfy(exit -> assertThat(exit).succeedsWithin(Duration.ofSeconds(10)));
  }
}
