package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every lookup is given back. */
@Timeout(60)
class ForgetTest {
  @ParameterizedTest
  @EnumSource(Features.ReadDirPlus.class)
  void whenTheKernelDropsItsCachesNoLookupRemains(Features.ReadDirPlus readdirplus)
      throws Exception {
    var fs = new MemoryFileSystem(new Features(false, false, readdirplus, false));
    for (int d = 0; d < 20; d++) {
      var directory = fs.directory(fs.root, "d" + d);
      for (int f = 0; f < 50; f++) {
        fs.file(directory, "f" + f, "content");
      }
    }
    try (var mount = TestMount.of(fs)) {
      mount.sh("for i in 1 2 3 4; do find . -type f -size +9 & done; wait; cat */f7").ok();
      assertThat(fs.lookupsHeld()).isGreaterThanOrEqualTo(1020);

      dropCaches(fs);

      assertThat(fs.lookupsHeld()).isZero();
    }
  }

  @Test
  void whatIsInUseIsNotForgotten() throws Exception {
    var fs = new MemoryFileSystem();
    var file = fs.file(fs.root, "file", "content");
    fs.file(fs.root, "other", "content");
    try (var mount = TestMount.of(fs)) {
      Process user = mount.start("exec 3<file; cat other; echo; read; cat <&3");
      user.getInputStream().readNBytes(8);
      dropCaches(fs);
      assertThat(file.lookups.get()).isPositive();
      assertThat(fs.lookupsHeld()).isEqualTo(file.lookups.get());

      user.outputWriter().append('\n').flush();
      assertThat(Shell.finish(user).ok()).isEqualTo("content");
    }
  }

  /** Dentries and inodes; some need a second round, and forgets arrive a moment later. */
  private static void dropCaches(MemoryFileSystem fs) throws IOException, InterruptedException {
    for (int i = 0; i < 10 && fs.lookupsHeld() > 0; i++) {
      Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "2");
      Thread.sleep(50);
    }
  }
}
