package dev.gitfs.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.cli.config.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DaemonMemoryTest {

  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path root;

  @ParameterizedTest
  @CsvSource({
    "0,    96, 96, 96",
    "512,  96, 96, 96",
    "448,  96, 96, 96",
    "384,  96, 64, 96",
    "256,  96, 16, 80",
    "256, 512, 16, 80",
    "192,  96, 16, 48",
    " 64,  96, 16, 48",
    "192,  16, 16, 48",
  })
  void aDaemonFitsIntoItsCgroup(long limit, long wanted, long contents, long beside) {
    var given = limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit * MEBIBYTE);

    assertThat(DaemonMemory.within(ByteSize.mebibytes(wanted), given))
        .isEqualTo(new DaemonMemory(ByteSize.mebibytes(contents), ByteSize.mebibytes(beside)));
  }

  @Test
  void theLeastLimitOfAGroupAndThoseAboveItCounts() throws IOException {
    write("proc/self/cgroup", "0::/a/b\n");
    write("proc/self/mountinfo", "30 23 0:26 / /cg rw,nosuid - cgroup2 cgroup2 rw\n");
    write("cg/a/b/memory.max", "max\n");
    write("cg/a/memory.max", "2000\n");
    write("proc/meminfo", "MemTotal:       3 kB\n");

    assertThat(MemoryLimit.under(root)).hasValue(2000);
  }

  @Test
  void theFirstVersionOfCgroupsIsKnown() throws IOException {
    write("proc/self/cgroup", "5:pids:/x\n4:cpu,memory:/a/b\n0::/\n");
    write(
        "proc/self/mountinfo",
        """
        31 23 0:27 / /cg/pids rw - cgroup cgroup rw,pids
        32 23 0:28 / /cg/memory rw - cgroup cgroup rw,cpu,memory
        """);
    write("cg/pids/memory.limit_in_bytes", "1\n");
    write("cg/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
    write("cg/memory/a/memory.limit_in_bytes", "3000\n");

    assertThat(MemoryLimit.under(root)).hasValue(3000);
  }

  @Test
  void aContainerThatSeesItsOwnGroupAsTheRootIsKnown() throws IOException {
    write("proc/self/cgroup", "4:memory:/docker/1\n");
    write("proc/self/mountinfo", "32 23 0:28 /docker/1 /cg ro - cgroup cgroup rw,memory\n");
    write("cg/memory.limit_in_bytes", "4000\n");

    assertThat(MemoryLimit.under(root)).hasValue(4000);
  }

  @Test
  void nothingKnownIsNoLimit() {
    assertThat(MemoryLimit.under(root)).isEmpty();
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
