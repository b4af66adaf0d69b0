package dev.gitfs.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelMountsTest {

  @TempDir private Path temporary;

  @Test
  void aLineOfTheKernelIsRead() {
    var entry =
        KernelMounts.parse(
            "36 35 0:48 / /mnt/a ro,nosuid shared:1 master:2 - fuse.git-fs https://h/r"
                + " rw,user_id=0");

    assertThat(entry)
        .contains(new KernelMounts.Entry(Path.of("/mnt/a"), "fuse.git-fs", "https://h/r"));
    assertThat(entry.orElseThrow().ours()).isTrue();
  }

  @Test
  void aLineWithoutOptionalFieldsIsRead() {
    assertThat(KernelMounts.parse("36 35 8:1 / / rw - ext4 /dev/sda1 rw"))
        .contains(new KernelMounts.Entry(Path.of("/"), "ext4", "/dev/sda1"));
  }

  @Test
  void spacesAndBackslashesInAPathAreWrittenAsNumbers() {
    var entry = KernelMounts.parse("1 2 0:1 / /a\\040b\\134c\\011d rw - fuse.git-fs x\\040y rw");

    assertThat(entry).contains(new KernelMounts.Entry(Path.of("/a b\\c\td"), "fuse.git-fs", "x y"));
  }

  @Test
  void namesBeyondAsciiAreReadAsTheyAre() {
    assertThat(KernelMounts.parse("1 2 0:1 / /grün rw - tmpfs none rw"))
        .contains(new KernelMounts.Entry(Path.of("/grün"), "tmpfs", "none"));
  }

  @Test
  void theRootIsMounted() throws IOException {
    assertThat(KernelMounts.at(Path.of("/"))).isPresent();
    assertThat(KernelMounts.at(temporary)).isEmpty();
  }

  @Test
  void aDirectoryIsKnownByItsNameWithoutLinks() throws IOException {
    Path real = Files.createDirectory(temporary.resolve("real")).toRealPath();
    Path link = Files.createSymbolicLink(temporary.resolve("link"), real);

    assertThat(KernelMounts.canonical(link)).isEqualTo(real);
    assertThat(KernelMounts.canonical(link.resolve("absent/deep")))
        .isEqualTo(real.resolve("absent/deep"));
    assertThat(KernelMounts.canonical(real.resolve("../link/./x"))).isEqualTo(real.resolve("x"));
  }

  @Test
  void whoUsesAMountForAMomentIsWaitedFor() throws Exception {
    try (var _ = inUseFor("0.3")) {
      KernelMounts.unmount(temporary, false);
    } finally {
      detach();
    }
    assertThat(KernelMounts.at(temporary)).isEmpty();
  }

  @Test
  void whoStaysInAMountIsNot() {
    try (var _ = inUseFor("60")) {
      assertThatExceptionOfType(DaemonException.class)
          .isThrownBy(() -> KernelMounts.unmount(temporary, false))
          .withMessageContaining(temporary + " is in use");
    } finally {
      detach();
    }
  }

  /** Mounts something, and has a process in it for some seconds. */
  private Processes.Running inUseFor(String seconds) {
    Processes.command("mount", "-t", "tmpfs", "used", temporary.toString()).run().orFail();
    return Processes.command("sleep", seconds).in(temporary).start();
  }

  private void detach() {
    Processes.command("umount", "-l", temporary.toString()).run();
  }
}
