package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.Processes.Result;
import dev.gitfs.testkit.Snapshot;
import dev.gitfs.testkit.TestRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a shell hands down that was meant for others, or is missing. */
class SurroundingsTest {

  private final GitRepositories repositories = new GitRepositories();
  private final TestRepository repository = repositories.create("project");
  private Sandbox sandbox;
  private Path mount;

  @BeforeEach
  void makeARepository() throws IOException {
    sandbox = new Sandbox();
    mount = sandbox.path("mount");
    repository.commit(new Snapshot().file("README", "read me\n"));
  }

  @AfterEach
  void tidyUp() throws IOException {
    sandbox.close();
    repositories.close();
  }

  @Test
  void optionsOfOtherJvmsCountForNeitherCommandNorDaemon() {
    var others =
        Map.of(
            "JAVA_TOOL_OPTIONS", "-XX:+UseG1GC -XX:+PrintFlagsFinal",
            "_JAVA_OPTIONS", "-Xmx8m -javaagent:/absent.jar",
            "JDK_JAVA_OPTIONS", "-Xlog:gc*");

    Result mounted =
        sandbox.gitFsCommand("mount", repository.directory(), mount).env(others).run().orFail();

    assertThat(mounted.lines()).singleElement().asString().startsWith("mounted ");
    assertThat(mounted.errors()).isEmpty();
  }

  @Test
  void ownOptionsCountForBothAndMayPrintWhatTheyLike() throws IOException {
    Result mounted =
        sandbox
            .gitFsCommand("mount", repository.directory(), mount)
            .env("GIT_FS_JAVA_OPTIONS", "-XX:+PrintFlagsFinal -Xlog:gc+init=info:stdout")
            .run()
            .orFail();

    assertThat(mounted.errors()).contains("TieredStopAtLevel");
    assertThat(Files.readString(sandbox.logs().getFirst()))
        .contains("TieredStopAtLevel", "[info][gc,init");
  }

  @Test
  void aDaemonThatDoesNotStartSaysWhy() throws IOException {
    // Enough for a command, and less than a daemon begins with.
    Result refused =
        sandbox
            .gitFsCommand("mount", repository.directory(), mount)
            .env("GIT_FS_JAVA_OPTIONS", "-Xmx80m")
            .run();

    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.errors().lines())
        .singleElement()
        .asString()
        .startsWith("git-fs: cannot start a daemon: ")
        .contains("status 1", "Initial heap size", sandbox.logs().getFirst().toString());
    assertThat(sandbox.sockets()).isEmpty();
  }

  @Test
  void theShellsOwnSettingsCountForNothing() throws IOException {
    Path startUp = Files.writeString(sandbox.path("start-up"), "echo noise; exit 9\n");

    Result version =
        sandbox
            .gitFsCommand("--version")
            .env("BASH_ENV", startUp.toString())
            .env("SHELLOPTS", "braceexpand:hashall:nounset:errexit:interactive-comments")
            .env("BASH_FUNC_pwd%%", "() { echo noise; return 1; }")
            .env("POSIXLY_CORRECT", "1")
            .env("CDPATH", "/usr")
            .env("IFS", "/")
            .env("aot", "/absent")
            .env("options", "-absent")
            .env("CLASSPATH", "/absent")
            .env("JAVA_HOME", "/absent")
            .run()
            .orFail();

    assertThat(version.text()).matches("git-fs \\S+\n");
    assertThat(version.errors()).isEmpty();
  }

  @Test
  void withoutAHomeItStillStarts() {
    Path launcher = Path.of(System.getProperty("gitfs.home")).normalize().resolve("git-fs");

    Result version = Processes.command(launcher.toString(), "-V").cleanEnvironment().run().orFail();

    assertThat(version.text()).startsWith("git-fs ");
    assertThat(version.errors()).isEmpty();
  }

  @Test
  void aResultThatCannotBeWrittenIsAFailure() {
    assertThat(shell("git-fs doctor >/dev/full").errors())
        .contains("standard output cannot be written: No space left on device");
    assertThat(shell("git-fs doctor >/dev/full").exit()).isEqualTo(1);
    assertThat(shell("git-fs doctor >&-").exit()).isEqualTo(1);
    // A reader that has seen enough is no news.
    assertThat(shell("git-fs doctor | head -n 0").errors()).isEmpty();
    // Nobody to complain to.
    assertThat(shell("git-fs --version <&- 2>&-").text()).startsWith("git-fs ");
  }

  @Test
  void aCurrentDirectoryThatIsGoneIsNamed() {
    Result gone = shell("mkdir gone && cd gone && rmdir ../gone && git-fs list");

    assertThat(gone.exit()).isEqualTo(1);
    assertThat(gone.errors()).contains("git-fs: the current directory is gone");
  }

  @Test
  void nonAsciiPathsAreReadInALocaleThatIsNotInstalled() {
    Result mounted =
        sandbox
            .gitFsCommand("mount", repository.directory(), sandbox.path("café"))
            .env("LC_ALL", "de_DE.UTF-8")
            .run()
            .orFail();

    assertThat(mounted.text()).contains("/café, log ");
    assertThat(sandbox.mounted(sandbox.path("café"))).isTrue();
  }

  private Result shell(String line) {
    String home = Path.of(System.getProperty("gitfs.home")).normalize().toString();
    return sandbox.command("bash", "-c", "PATH=%s:$PATH; %s".formatted(home, line)).run();
  }
}
