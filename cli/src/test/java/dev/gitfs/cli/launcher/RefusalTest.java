package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.HttpBackendServer;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be done is refused in one line, with its own exit status, and leaves nothing. */
class RefusalTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("deep/mount");
    repository.commit(new Snapshot().file("README", "read me\n"));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  @Test
  void aDirectoryThatIsNotEmptyIsLeftAlone() throws IOException {
    Path file = Files.createDirectories(mount).resolve("mine");
    Files.writeString(file, "mine");

    refused(5, sandbox.gitFs("mount", repository.directory(), mount), "not empty");

    assertThat(file).hasContent("mine");
  }

  @Test
  void aFileIsNoPlaceToMountOn() throws IOException {
    Files.writeString(sandbox.path("file"), "");

    refused(
        5, sandbox.gitFs("mount", repository.directory(), sandbox.path("file")), "not a directory");
  }

  @Test
  void aMountIsNotMountedOver() {
    sandbox.gitFs("mount", repository.directory(), mount).orFail();

    refused(5, sandbox.gitFs("mount", repository.directory(), mount), "git-fs umount " + mount);

    assertThat(sandbox.mounts()).hasSize(1);
  }

  @Test
  void aRepositoryThatIsNotThereLeavesNoDirectory() {
    Result result = sandbox.gitFs("mount", sandbox.path("absent"), mount);

    refused(3, result, sandbox.path("absent").toString());
    assertThat(sandbox.path("deep")).doesNotExist();
  }

  @Test
  void aDirectoryThatWasThereStays() throws IOException {
    Files.createDirectories(mount);

    refused(3, sandbox.gitFs("mount", sandbox.path("absent"), mount), "absent");

    assertThat(mount).isEmptyDirectory();
  }

  @Test
  void aRefThatIsNotThereIsNamed() {
    refused(
        3, sandbox.gitFs("mount", "--ref", "nonesuch", repository.directory(), mount), "nonesuch");
  }

  @Test
  void aRepositoryTheServerDoesNotHaveIsNamed() throws Exception {
    try (var server = new HttpBackendServer(repositories)) {
      refused(3, sandbox.gitFs("mount", server.url("absent"), mount), server.url("absent"));
    }
  }

  @Test
  void aServerThatIsNotThereMayBeThereLater() {
    refused(4, sandbox.gitFs("mount", "http://127.0.0.1:1/r.git", mount), "127.0.0.1:1");
  }

  @Test
  void noPasswordIsShownOrWrittenDown() throws IOException {
    Result result = sandbox.gitFs("mount", "-v", "http://user:hush@127.0.0.1:1/r.git", mount);

    assertThat(result.exit()).isEqualTo(4);
    assertThat(result.errors() + result.text()).doesNotContain("hush");
    assertThat(sandbox.logs()).isNotEmpty();
    for (Path log : sandbox.logs()) {
      assertThat(Files.readString(log)).doesNotContain("hush");
    }
  }

  @Test
  void noProcessHasThePasswordAmongItsArguments() throws Exception {
    repository.commit(new Snapshot().file("README", "read me\n"));
    try (var server = new HttpBackendServer(repositories).requireBasicAuth("user", "hush")) {
      String url = server.url("project").replace("http://", "http://user:hush@");

      var mounted = sandbox.gitFs("mount", url, mount).orFail();

      assertThat(mounted.text()).doesNotContain("hush");
      assertThat(sandbox.command("ls", mount.toString()).run().orFail().lines())
          .containsExactly("README");
      assertThat(sandbox.command("ps", "-eo", "args").run().orFail().text())
          .doesNotContain("user:hush");
      assertThat(sandbox.gitFs("list", "--json").text()).doesNotContain("hush");
      assertThat(sandbox.command("cat", "/proc/self/mountinfo").run().text())
          .doesNotContain("hush");
      assertThat(sandbox.command("grep", "-r", "hush", sandbox.path("cache").toString()).run())
          .extracting(Result::exit)
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount",
        "mount a",
        "mount --memory lots a b",
        "mount --prefetch lots a b",
        "mount --memory 1M a b",
        "mount -o frobnicate a b",
        "mount --ref",
        "umount",
        "stats",
        "profile record",
        "profile record a/b",
        "mount --profile .. a b",
        "mount --profile a --no-profile a b",
        "prefetch",
        "prefetch --trees --content a",
        "prefetch --depth 0 a",
        "prefetch --max-bytes lots a",
        "completion fish",
        "frobnicate",
        "list --frobnicate"
      })
  void aCommandLineThatMakesNoSenseIsSaidToMakeNone(String line) {
    refused(2, sandbox.gitFs((Object[]) line.split(" ")), "--help");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamedWithAnotherToTake() {
    refused(
        1,
        sandbox.gitFs("mount", "--cache-dir", "/dev/null", repository.directory(), mount),
        "the cache /dev/null cannot be written (/dev/null: is in the way); name another:"
            + " --cache-dir");
    refused(
        1,
        sandbox
            .gitFsCommand("mount", repository.directory(), mount)
            .env("XDG_STATE_HOME", "/proc")
            .run(),
        "its log cannot be written (/proc/git-fs: no such file or directory); name a directory");
  }

  @Test
  void nothingIsMountedWhereNothingIsMounted() throws IOException {
    Files.createDirectories(mount);

    refused(5, sandbox.gitFs("umount", mount), mount.toString());
    refused(5, sandbox.gitFs("stats", mount), mount.toString());
    refused(5, sandbox.gitFs("umount", "/proc"), "/proc");
  }

  private void refused(int exit, Result result, String because) {
    assertThat(result.exit()).as(result.toString()).isEqualTo(exit);
    assertThat(result.text()).isEmpty();
    assertThat(result.errors().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: ")
        .contains(because)
        .doesNotContain("java.");
  }
}
