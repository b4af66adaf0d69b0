package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An ordinary user mounts, through fusermount3.
 *
 * <p>On most machines everybody may open /dev/fuse, on some only root. So that the test is the same
 * on all, the user lives in a mount namespace where everybody may.
 */
@Timeout(60)
class UnprivilegedTest {
  /** "nobody" on every distribution. */
  private static final int NOBODY = 65534;

  private static final String AS_NOBODY =
      "setpriv --reuid=%1$d --regid=%1$d --clear-groups --inh-caps=-all ".formatted(NOBODY);

  /** The program's classes where everybody may read them, wherever this is built. */
  @TempDir static Path classes;

  /** Where the namespace keeps its device. */
  @TempDir Path devices;

  private Path directory;

  @BeforeAll
  static void publish() {
    for (Class<?> one : List.of(FuseMount.class, ExampleProgram.class)) {
      String built = one.getProtectionDomain().getCodeSource().getLocation().getPath();
      Shell.run(Path.of(built), "cp -r . " + classes + " && chmod -R a+rX " + classes).ok();
    }
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createTempDirectory("fuse-test");
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    Files.deleteIfExists(directory);
  }

  private List<String> program() {
    var command = new ArrayList<>(List.of("unshare", "--mount", "bash", "-c"));
    command.add(
        """
        cd %s && mount -t tmpfs tmpfs . && cd . && mknod fuse c 10 229 && chmod 666 fuse \
          && mount --bind fuse /dev/fuse && exec %s "$@"
        """
            .formatted(devices, AS_NOBODY));
    command.add("program");
    command.addAll(ExampleProcess.command(classes.toString(), directory, "noexec"));
    return command;
  }

  @ParameterizedTest
  @ValueSource(strings = {"fusermount3 -u", "umount", "kill"})
  void anOrdinaryUserMountsThroughFusermount(String end) throws Exception {
    Files.setAttribute(directory, "unix:uid", NOBODY);
    try (var program = ExampleProcess.start(directory, program())) {
      assertThat(program.means()).isEqualTo("FUSERMOUNT");
      String inside = "nsenter --mount --target " + program.process().pid() + " " + AS_NOBODY;
      Path root = Path.of("/");

      assertThat(Shell.run(root, inside + "cat " + directory + "/hello").ok())
          .isEqualTo("Hello, world\n");
      assertThat(Shell.run(root, inside + "cat /proc/self/mounts").ok())
          .contains("a,b\\134c " + directory + " fuse.test ro,nosuid,nodev,noexec")
          .contains("user_id=" + NOBODY);

      String command =
          end.equals("kill") ? "kill " + program.process().pid() : inside + end + " " + directory;
      Shell.run(root, command).ok();
      program.awaitEnd();
      assertThat(program.output().lines()).containsExactly("closed");
    }
  }

  @Test
  void whatFusermountRefusesIsSaid() throws Exception {
    try (var program = ExampleProcess.start(directory, program())) {
      program.awaitEnd();

      assertThat(program.means()).contains("Cannot mount on " + directory + ": fusermount3:");
    }
  }
}
