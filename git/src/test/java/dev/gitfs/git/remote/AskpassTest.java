package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Askpass programs are the last source of credentials, run as stock git runs them. */
class AskpassTest {

  private static final String SECRET = "s3cr3t-Pa%ss";

  @TempDir Path home;
  private GitRepositories repositories;
  private TestRepository repository;
  private HttpBackendServer server;
  private Setting setting;
  private CapturedLog log;

  @BeforeEach
  void serve() {
    repositories = new GitRepositories();
    repository = repositories.create("repo.git");
    repository.commit(new Snapshot().file("a", "a"));
    server = new HttpBackendServer(repositories).requireBasicAuth("me", SECRET);
    setting = new Setting(home);
    log = new CapturedLog();
  }

  @AfterEach
  void nothingWasRevealed() {
    log.close();
    server.close();
    repositories.close();
    assertThat(log.text()).doesNotContain(SECRET);
  }

  /** A program that writes down its prompts, as continuous integration servers write it. */
  private String askpass(String password) throws IOException {
    return script(
        "askpass-" + password.length() + ".sh",
        """
        echo "$1" >> "$HOME/prompts"
        case "$1" in
          Username*) echo me ;;
          Password*) echo '%s' ;;
        esac
        """
            .formatted(password));
  }

  private String script(String name, String body) throws IOException {
    var file = home.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + body);
    file.toFile().setExecutable(true);
    return file.toString();
  }

  private List<String> prompts() throws IOException {
    var file = home.resolve("prompts");
    var lines = Files.exists(file) ? Files.readAllLines(file) : List.<String>of();
    Files.deleteIfExists(file);
    return lines;
  }

  private List<String> authorizations() {
    return server.requests().stream()
        .map(request -> request.headers().getOrDefault("authorization", "-"))
        .distinct()
        .toList();
  }

  private void isServed(String url) throws Exception {
    try (var remote = setting.open(url)) {
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  private String refusal(String url) throws Exception {
    try (var remote = setting.open(url)) {
      return CapturedLog.text(Failing.with(Kind.UNAUTHENTICATED, remote::capabilities));
    }
  }

  private String urlWithUser() {
    return server.url(repository).replace("http://", "http://me@");
  }

  @Test
  void theProgramIsAskedWhatStockGitAsksIt() throws Exception {
    String program = askpass(SECRET);
    setting.env("GIT_ASKPASS", program).env("GIT_TERMINAL_PROMPT", "0");
    for (String url : List.of(server.url(repository), urlWithUser())) {
      Processes.command("git", "ls-remote", url)
          .env("HOME", home.toString())
          .env("GIT_ASKPASS", program)
          .env("GIT_TERMINAL_PROMPT", "0")
          .run()
          .orFail();
      var asked = prompts();
      isServed(url);

      assertThat(asked).isNotEmpty();
      assertThat(prompts()).isEqualTo(asked);
    }
    assertThat(authorizations()).contains("-", new Credential("me", SECRET).basic());
  }

  @Test
  void theFirstOfVariableSettingAndThatOfSshIsAsked() throws Exception {
    String right = askpass(SECRET);
    setting.env("SSH_ASKPASS", right);
    isServed(server.url(repository));
    setting.config("[core]\n\taskPass = " + right + "\n").env("SSH_ASKPASS", "/nonexistent");
    isServed(server.url(repository));
    setting.env("GIT_ASKPASS", "");
    assertThat(refusal(server.url(repository))).contains("neither ~/.netrc nor");
  }

  @Test
  void theProgramOfSshIsNotAskedWhereItCouldOpenAWindow() throws Exception {
    setting.env("SSH_ASKPASS", askpass(SECRET)).env("DISPLAY", ":0");
    assertThat(refusal(server.url(repository))).contains("neither ~/.netrc nor");
    assertThat(prompts()).isEmpty();
  }

  @Test
  void helpersGoBeforeItAndStoreWhatItGave() throws Exception {
    setting.config("[credential]\n\thelper = store\n").env("GIT_ASKPASS", askpass(SECRET));
    isServed(server.url(repository));
    assertThat(prompts()).hasSize(2);
    assertThat(home.resolve(".git-credentials")).exists();

    isServed(server.url(repository));
    assertThat(prompts()).isEmpty();
  }

  @Test
  void aHelperThatIsWrongDoesNotKeepItFromBeingAsked() throws Exception {
    String helper = script("helper.sh", "test $1 = get && printf 'username=me\\npassword=no\\n'\n");
    setting.config("[credential \"" + server.url("") + "\"]\n\thelper = " + helper + "\n");
    setting.env("GIT_ASKPASS", askpass(SECRET));
    isServed(server.url(repository));
  }

  @Test
  void whatItSaysNowIsAskedForWhenWhatItSaidStopsWorking() throws Exception {
    setting.env("GIT_ASKPASS", askpass(SECRET));
    try (var remote = setting.open(server.url(repository))) {
      remote.listRefs(List.of("HEAD"));
      server.requireBasicAuth("me", SECRET.toUpperCase());
      askpass(SECRET.toUpperCase());
      assertThat(remote.listRefs(List.of("HEAD"))).hasSize(1);
    }
  }

  @Test
  void aRefusalNamesTheProgramAndNothingThatItSaid() throws Exception {
    String wrong = askpass("wrong-" + SECRET);
    setting.env("GIT_ASKPASS", wrong);
    assertThat(refusal(server.url(repository)))
        .contains("refused the credentials from the askpass program " + wrong + " (GIT_ASKPASS)")
        .doesNotContain(SECRET);
    setting.env("GIT_ASKPASS", home + "/gone");
    assertThat(refusal(server.url(repository)))
        .contains("the askpass program " + home + "/gone (GIT_ASKPASS) gave no answer: cannot run");
    String failing = script("failing.sh", "set -x\necho " + SECRET + " >&2\nexit 1\n");
    setting.env("GIT_ASKPASS", failing);
    assertThat(refusal(server.url(repository)))
        .contains("the askpass program " + failing + " (GIT_ASKPASS) gave no answer")
        .doesNotContain(SECRET);
  }
}
