package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.linux.Proc;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which signals are fatal, as /proc tells. */
class ProcTest {
  @TempDir private Path root;

  @ParameterizedTest
  @CsvSource({
    // pending for the thread, for the process, blocked, ignored, caught, tracer
    "100, 0, 0, 0, 0, 0, true", // SIGKILL, which every fatal signal becomes
    "100, 0, 0, 0, 0, 77, true",
    "0, 4, 0, 0, 0, 0, true", // SIGQUIT stays what it is
    "4, 0, 0, 0, 0, 0, true",
    "4, 0, 4, 0, 0, 0, false",
    "4, 0, 0, 4, 0, 0, false",
    "4, 0, 0, 0, 4, 0, false",
    "2, 0, 0, 0, 0, 77, false", // a debugger may take SIGINT back
    "0, 10000, 0, 0, 0, 0, false", // SIGCHLD
    "0, 60000, 0, 0, 0, 0, false", // SIGCONT and SIGSTOP
    "0, 8000000, 0, 0, 0, 0, false", // SIGWINCH
    "0, 8000000000000000, 0, 0, 0, 0, true", // the last real-time signal
    "0, 0, 0, 0, 0, 0, false"
  })
  void aSignalIsFatal(
      String thread,
      String process,
      String blocked,
      String ignored,
      String caught,
      String tracer,
      boolean dying)
      throws Exception {
    Files.createDirectory(root.resolve("12"));
    Files.writeString(
        root.resolve("12/status"),
        """
        Name:\tSigPnd: 100
        TracerPid:\t%s
        SigPnd:\t%s
        ShdPnd:\t%s
        SigBlk:\t%s
        SigIgn:\t%s
        SigCgt:\t%s
        """
            .formatted(tracer, thread, process, blocked, ignored, caught));

    assertThat(new Proc(root).isDying(12)).isEqualTo(dying);
  }

  @Test
  void whatCannotBeSeenIsNotTakenToDie() {
    assertThat(new Proc(root).isDying(0)).isFalse();
    assertThat(new Proc(root).isDying(12)).isFalse();
  }
}
