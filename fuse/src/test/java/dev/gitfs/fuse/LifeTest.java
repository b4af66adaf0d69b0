package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.fuse.linux.BusyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a mount begins and ends: by whose hand. */
@Timeout(60)
class LifeTest {
  private final MemoryFileSystem fs = new MemoryFileSystem();

  @ParameterizedTest
  @ValueSource(strings = {"umount", "umount -l", "fusermount3 -u"})
  void whenItIsUnmountedByOthersItEnds(String unmount) throws Exception {
    try (var mount = TestMount.of(fs)) {
      Shell.run(Path.of("/"), unmount + " " + mount.directory()).ok();
      mount.mount().awaitEnd();

      assertThat(fs.destroyed.getCount()).isZero();
      assertThat(mount.isMounted()).isFalse();
    }
  }

  @Test
  void closingUnmountsAndEnds() throws Exception {
    var mount = TestMount.of(fs);
    assertThat(mount.mount().means()).isEqualTo(FuseMount.Means.MOUNT);
    mount.close();

    assertThat(mount.isMounted()).isFalse();
    assertThat(fs.destroyed.getCount()).isZero();
    mount.mount().close();
  }

  @Test
  void aMountInUseIsDetachedAndServedToItsUsersToTheEnd() throws Exception {
    fs.file(fs.root, "file", "still here");
    var mount = TestMount.of(fs);
    Process user = mount.start("echo; read; cat file");
    user.getInputStream().read();

    assertThatThrownBy(() -> FuseMount.unmount(mount.directory(), false))
        .isInstanceOf(BusyException.class);
    mount.close();
    assertThat(mount.isMounted()).isFalse();

    user.outputWriter().append('\n').flush();
    assertThat(Shell.finish(user).ok()).isEqualTo("still here");
    mount.mount().awaitEnd();
  }

  @Test
  void closingLeavesAloneWhatWasMountedThereSince() throws Exception {
    try (var first = TestMount.of(fs)) {
      FuseMount.unmount(first.directory(), false);
      try (var second =
          FuseMount.mount(
              new MemoryFileSystem(), first.directory(), MountOptions.readOnly("second", "test"))) {
        first.mount().close();
        assertThat(first.isMounted()).isTrue();
        assertThat(second.directory()).isEqualTo(first.directory());
      }
    }
  }

  @Test
  void whatIsNotThereOrNoDirectoryIsRefused(@TempDir Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    var options = MountOptions.readOnly("example", "test");

    assertThatThrownBy(() -> FuseMount.mount(fs, file, options))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> FuseMount.mount(fs, directory.resolve("absent"), options))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("absent");
    assertThatThrownBy(() -> FuseMount.unmount(directory, false))
        .hasMessageEndingWith("is not a mount");
  }

  @Test
  void aFileSystemThatDoesNotStartLeavesNoMount(@TempDir Path directory) throws IOException {
    var broken =
        new MemoryFileSystem() {
          @Override
          public void init(Connection connection) {
            throw new IllegalStateException("no disk");
          }
        };

    assertThatThrownBy(
            () -> FuseMount.mount(broken, directory, MountOptions.readOnly("example", "test")))
        .hasRootCauseMessage("no disk");
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(directory.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aProgramThatIsToldToEndUnmounts(String signal) throws Exception {
    try (var program = ExampleProcess.start("")) {
      assertThat(program.means()).isEqualTo("MOUNT");
      Shell.run(Path.of("/"), "kill -" + signal + " " + program.process().pid()).ok();

      program.awaitEnd();
      assertThat(program.isMounted()).isFalse();
    }
  }

  @Test
  void aProgramThatIsKilledLeavesNobodyHanging() throws Exception {
    try (var program = ExampleProcess.start("")) {
      program.process().destroyForcibly().waitFor();

      assertThat(Shell.run(Path.of("/"), "timeout 5 ls " + program.directory()).err())
          .contains("Transport endpoint is not connected");
      FuseMount.unmount(program.directory(), false);
    }
  }
}
