package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {

  private Sandbox sandbox;

  @BeforeEach
  void start() throws IOException {
    sandbox = new Sandbox();
  }

  @AfterEach
  void end() throws IOException {
    sandbox.close();
  }

  @Test
  void helpListsTheCommandsAndEveryExitStatus() {
    assertThat(sandbox.gitFs("--help").orFail().text())
        .contains(
            "mount ",
            "umount ",
            "prefetch ",
            "profile ",
            "refresh ",
            "status ",
            "list ",
            "stats ",
            "doctor ",
            "completion ")
        .containsPattern("(?s)Exit status:.* 0 .* 1 .* 2 .* 3 .* 4 .* 5 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount",
        "umount",
        "prefetch",
        "profile",
        "refresh",
        "status",
        "list",
        "stats",
        "doctor",
        "completion"
      })
  void everyCommandExplainsItself(String command) {
    assertThat(sandbox.gitFs(command, "--help").orFail().text())
        .startsWith("Usage: git-fs " + command);
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(sandbox.gitFs("--version").orFail().lines())
        .singleElement()
        .asString()
        .matches("git-fs \\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void bashUnderstandsTheCompletionScript() {
    byte[] script = sandbox.gitFs("completion", "bash").orFail().out();

    sandbox.command("bash", "-n").input(script).run().orFail();
    assertThat(new String(script, StandardCharsets.UTF_8))
        .contains("--cache-dir", "umount", "--max-bytes", "--replace");
  }

  @Test
  void theDoctorFindsThisMachineWell() {
    var result = sandbox.gitFs("doctor").orFail();

    assertThat(result.lines())
        .allMatch(line -> !line.startsWith("WRONG"))
        .anyMatch(line -> line.contains("/dev/fuse"))
        .anyMatch(line -> line.contains("git version"))
        .anyMatch(line -> line.contains("libdeflate") && line.contains("there"));
  }

  @Test
  void theDoctorNamesACacheThatCannotBeWritten() {
    var result = sandbox.gitFsCommand("doctor").env("XDG_CACHE_HOME", "/proc").run();

    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.text()).contains("WRONG", "/proc/git-fs", "XDG_CACHE_HOME");
  }
}
