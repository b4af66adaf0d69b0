package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.remote.RemoteException.Kind;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the words of a user mean. */
class RemotesTest {

  private static final GitConfig NONE = GitConfig.parse("");

  @TempDir Path directory;

  private String located(String source, GitConfig config) throws RemoteException {
    return Remotes.locate(source, config, directory).toString();
  }

  @Test
  void ownerAndRepositoryAreOnGitHub() throws Exception {
    assertThat(located("torvalds/linux", NONE)).isEqualTo("https://github.com/torvalds/linux");
    assertThat(located("o/r.git", NONE)).isEqualTo("https://github.com/o/r.git");
  }

  @Test
  void unlessSuchADirectoryExists() throws Exception {
    Files.createDirectories(directory.resolve("torvalds/linux"));

    assertThat(located("torvalds/linux", NONE))
        .isEqualTo("file://" + directory.toRealPath() + "/torvalds/linux");
  }

  @Test
  void insteadOfAppliesToShorthandsAndGitHubNames() throws Exception {
    var config =
        GitConfig.parse(
            "url.ssh://git@github.com/.insteadof\nhttps://github.com/\0"
                + "url.https://forge.example/.insteadof\nforge:\0");

    assertThat(located("o/r", config)).isEqualTo("ssh://git@github.com/o/r");
    assertThat(located("https://github.com/o/r", config)).isEqualTo("ssh://git@github.com/o/r");
    assertThat(located("forge:o/r", config)).isEqualTo("https://forge.example/o/r");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/no/such/place", "./no/such/place", "../nothing-here", "file:///no/such"})
  void aPathThatDoesNotExistIsNotFound(String path) {
    var failure = Failing.with(Kind.NOT_FOUND, () -> located(path, NONE));

    assertThat(failure).hasMessageContaining("no such directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"repo", "a/b/c", "a//b", "-x/y", "  ", "ftp://host/x"})
  void whatIsNoRepositoryIsRefusedWithAdvice(String source) {
    var failure = Failing.with(Kind.UNSUPPORTED, () -> located(source, NONE));

    assertThat(failure.getMessage()).contains("https");
  }

  @Test
  void aWorkTreeAndAnySpellingOfItsPathAreTheSameRemote() throws Exception {
    try (var repositories = new GitRepositories()) {
      var repository = repositories.create("repo.git");
      repository.commit(new Snapshot().file("a", "a"));
      var workTree = repository.checkout(directory.resolve("work tree"));
      Files.createSymbolicLink(directory.resolve("link"), workTree);
      var setting = new Setting(Files.createDirectory(directory.resolve("home")));

      try (var plain = setting.open(workTree.toString());
          var linked = setting.open(directory.resolve("link/.").toString());
          var url = setting.open("file://" + workTree.toString().replace(" ", "%20"))) {
        assertThat(plain.listRefs(List.of("HEAD"))).hasSize(1);
        assertThat(linked.url()).isEqualTo(plain.url());
        assertThat(url.url()).isEqualTo(plain.url());
      }
    }
  }

  @Test
  void aDirectoryThatIsNoRepositoryIsNotFound() throws Exception {
    try (var remote = new Setting(directory).open(directory.toString())) {
      Failing.with(Kind.NOT_FOUND, remote::capabilities);
    }
  }

  /** git 2.55 refuses it no more to those who fetch (ENTER_REPO_ANY_OWNER_OK in upload-pack.c). */
  @Test
  void anotherUsersRepositoryIsRefusedWithTheCommandThatAllowsItWhereGitRefusesIt()
      throws Exception {
    Git.run(directory, "init", "-q", "--bare", "repo.git");
    var repository = directory.resolve("repo.git").toString();
    // git's own switch to pretend that it is another's.
    var setting = new Setting(directory).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    var git =
        Git.command(List.of("ls-remote", repository))
            .env("HOME", directory.toString())
            .env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
            .run();
    try (var remote = setting.open(repository)) {
      if (git.exit() == 0) {
        assertThat(remote.capabilities().partial()).isTrue();
      } else {
        var failure = Failing.with(Kind.FORBIDDEN, remote::capabilities);
        assertThat(failure).hasMessageContaining("safe.directory");
      }
    }
  }

  @Test
  void theRepositoryAroundTheCallerPlaysNoPart() throws Exception {
    try (var repositories = new GitRepositories()) {
      var repository = repositories.create("repo.git");
      String head = repository.commit(new Snapshot().file("a", "a"));
      var other = repositories.create("other.git").config("core.sshCommand", "/bin/false");
      var setting =
          new Setting(directory)
              .env("GIT_DIR", other.directory().toString())
              .env("GIT_WORK_TREE", directory.toString());

      try (var remote = setting.open(repository.directory().toString())) {
        assertThat(remote.listRefs(List.of("HEAD")).getFirst().id().orElseThrow().name())
            .isEqualTo(head);
      }
    }
  }

  @Test
  void withoutGitNothingIsOpenedPastItsConfiguration() {
    var setting = new Setting(directory).env("PATH", "/nonexistent");
    var failure = Failing.with(Kind.LOCAL, () -> setting.open(directory.toString()));
    assertThat(failure).hasMessageContaining("is it installed?");
  }
}
