package dev.gitfs.bench;

import dev.gitfs.git.store.LibDeflate;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The machine that measures: what it is, how busy others keep it, and its page cache. */
final class Machine {
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");

  /** Long enough to see a build or a test run of somebody else. */
  private static final Duration LISTENING = Duration.ofMillis(500);

  private Machine() {}

  /** One line: processors, kernel, Java, git and what inflates. */
  static String description() throws IOException {
    var memory = Files.readAllLines(Path.of("/proc/meminfo")).getFirst().replaceAll("\\D+", "");
    return "%d cores, %.0f GiB, Linux %s, Java %s, %s, %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            Long.parseLong(memory) / (double) (1 << 20),
            System.getProperty("os.version").replaceFirst("^(\\d+\\.\\d+).*", "$1"),
            Runtime.version().feature(),
            Git.command(List.of("--version")).run().orFail().text().strip(),
            LibDeflate.isInstalled() ? "libdeflate" : "no libdeflate");
  }

  /** The share of all processors that others take while we do nothing: 0 to 1. */
  static double noise() throws IOException, InterruptedException {
    var before = processorTimes();
    Thread.sleep(LISTENING);
    var after = processorTimes();
    var idle = (after[3] + after[4]) - (before[3] + before[4]);
    var all = Arrays.stream(after).sum() - Arrays.stream(before).sum();
    return all == 0 ? 0 : 1 - idle / (double) all;
  }

  private static long[] processorTimes() throws IOException {
    // user nice system idle iowait irq softirq steal; guest times are part of user.
    return Arrays.stream(Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +"))
        .skip(1)
        .limit(8)
        .mapToLong(Long::parseLong)
        .toArray();
  }

  /**
   * Leaves no dirty page whose writing would slow what is measured next and, for root, forgets
   * cached pages, directory entries and inodes.
   */
  static void settle() throws IOException {
    Processes.command("sync").timeout(Duration.ofMinutes(5)).run().orFail();
    forgetCaches();
  }

  /** Lets the kernel forget what it caches, if this is root. */
  static void forgetCaches() throws IOException {
    if (Files.isWritable(DROP_CACHES)) {
      Files.writeString(DROP_CACHES, "3");
    }
  }
}
