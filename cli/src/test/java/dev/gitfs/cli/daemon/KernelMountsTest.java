package dev.gitfs.cli.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.gitfs.fuse.linux.RawPath;
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
        .contains(
            new KernelMounts.Entry(
                "0:48", Path.of("/"), Path.of("/mnt/a"), "fuse.git-fs", "https://h/r"));
    assertThat(entry.orElseThrow().ours()).isTrue();
  }

  @Test
  void aLineWithoutOptionalFieldsIsRead() {
    assertThat(KernelMounts.parse("36 35 8:1 / / rw - ext4 /dev/sda1 rw"))
        .contains(new KernelMounts.Entry("8:1", Path.of("/"), Path.of("/"), "ext4", "/dev/sda1"));
  }

  @Test
  void spacesAndBackslashesInAPathAreWrittenAsNumbers() {
    var entry = KernelMounts.parse("1 2 0:1 / /a\\040b\\134c\\011d rw - fuse.git-fs x\\040y rw");

    assertThat(entry)
        .contains(
            new KernelMounts.Entry(
                "0:1", Path.of("/"), Path.of("/a b\\c\td"), "fuse.git-fs", "x y"));
  }

  @Test
  void namesBeyondAsciiAreReadAsTheyAre() {
    String line = "1 2 0:1 / /grün rw - tmpfs none rw";
    String bytes = new String(line.getBytes(UTF_8), ISO_8859_1);

    assertThat(KernelMounts.parse(bytes))
        .contains(new KernelMounts.Entry("0:1", Path.of("/"), Path.of("/grün"), "tmpfs", "none"));
  }

  @Test
  void namesThatAreNoTextAreReadAsTheyAre() {
    var entry = KernelMounts.parse("1 2 0:1 / /caf\u00e9\\012\u00ff rw - tmpfs none rw");

    assertThat(RawPath.bytes(entry.orElseThrow().directory()))
        .isEqualTo("/caf\u00e9\n\u00ff".getBytes(ISO_8859_1));
  }

  @Test
  void aMountOfAnybodyWhoseNameIsNoTextHindersNothing() throws IOException {
    Path directory = RawPath.of((temporary + "/caf\u00e9").getBytes(ISO_8859_1));
    Files.createDirectory(directory);
    // A shell gives the byte on, which a process started by Java cannot.
    Processes.command("sh", "-c", "mount -t tmpfs x \"$0\"/caf*", temporary.toString())
        .run()
        .orFail();
    try {
      assertThat(KernelMounts.at(directory)).isPresent();
      assertThat(KernelMounts.canonical(directory.resolve("x"))).isEqualTo(directory.resolve("x"));
    } finally {
      Processes.command("sh", "-c", "umount -l \"$0\"/caf*", temporary.toString()).run();
    }
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
