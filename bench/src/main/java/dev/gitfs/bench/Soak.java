package dev.gitfs.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Readers that hop about in a mount for a long time, and the memory of the process that serves
 * them.
 *
 * <p>Of what they ask, the kernel would soon answer most itself; so, where that is allowed (root),
 * its caches are dropped now and then. That also makes it forget every inode, which is where a
 * server leaks if it does.
 */
final class Soak {

  /** More than processors, so that some always wait for the network. */
  private static final int READERS = 8;

  /** Each so many files, a reader lists the directory with all attributes. */
  private static final int FILES_A_LISTING = 16;

  private static final Duration SAMPLE_EVERY = Duration.ofSeconds(1);

  private static final Duration FORGET_EVERY = Duration.ofMinutes(1);

  private static final double MOST_MEBIBYTES = 350;

  /** A heap breathes by this much; a leak of one object a read shows as more within an hour. */
  private static final double FLAT_WITHIN = 1.1;

  /**
   * The state at one moment.
   *
   * @param files read so far
   * @param mebibytes read so far
   */
  private record Moment(Duration time, ProcessMemory memory, long files, double mebibytes) {}

  private final GitFs.Mounted mounted;
  private final List<TreeFile> files;
  private final Duration length;
  private final List<Moment> moments = new ArrayList<>();
  private final AtomicLong filesRead = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicReference<IOException> failure = new AtomicReference<>();
  private volatile boolean over;

  Soak(GitFs.Mounted mounted, List<TreeFile> files, Duration length) {
    this.mounted = mounted;
    this.files = files;
    this.length = length;
  }

  /** Reads until the time is over. An error of any reader ends it. */
  void run() throws IOException, InterruptedException {
    var readers = new ArrayList<Thread>();
    for (var i = 0; i < READERS; i++) {
      var random = new Random(i);
      readers.add(Thread.ofPlatform().daemon().name("reader").start(() -> read(random)));
    }
    watch();
    over = true;
    for (var reader : readers) {
      reader.join();
    }
    if (failure.get() != null) {
      Progress.say("%s", mounted.lastLogLines());
      throw failure.get();
    }
  }

  private void read(Random random) {
    var buffer = new byte[64 << 10];
    try {
      for (var n = 1; !over; n++) {
        var file = files.get(random.nextInt(files.size()));
        bytesRead.addAndGet(WholeFile.read(mounted.root(), file, buffer));
        filesRead.incrementAndGet();
        if (n % FILES_A_LISTING == 0) {
          list(mounted.root().resolve(file.path()).getParent());
        }
      }
    } catch (IOException e) {
      failure.compareAndSet(null, e);
      over = true;
    }
  }

  private static void list(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (var entry : entries) {
        Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private void watch() throws IOException, InterruptedException {
    var start = System.nanoTime();
    var forget = FORGET_EVERY;
    for (var time = Duration.ZERO; time.compareTo(length) <= 0 && !over; ) {
      moments.add(
          new Moment(
              time, mounted.memory(), filesRead.get(), bytesRead.get() / Unit.BYTES_PER_MEBIBYTE));
      Thread.sleep(SAMPLE_EVERY);
      time = Duration.ofNanos(System.nanoTime() - start);
      if (time.compareTo(forget) >= 0) {
        Machine.forgetCaches();
        forget = forget.plus(FORGET_EVERY);
      }
    }
  }

  boolean meetsItsGoals() {
    return isFlat() && moments.getLast().memory().peak() <= MOST_MEBIBYTES;
  }

  /** The last quarter's median against the second's: the first one warms up. */
  private boolean isFlat() {
    return quarter(4) <= quarter(2) * FLAT_WITHIN;
  }

  private double quarter(int number) {
    var from = moments.size() * (number - 1) / 4;
    var to = Math.max(from + 1, moments.size() * number / 4);
    return new Samples(
            moments.subList(from, to).stream().map(moment -> moment.memory().resident()).toList())
        .median();
  }

  String markdown(BenchTree source, Network network) throws IOException {
    var lines = new ArrayList<String>();
    lines.add(
        "- %s, %,d files; %s; %s; %d readers."
            .formatted(
                source.description(), files.size(), network, Machine.description(), READERS));
    lines.add(
        "- Resident at most %s MiB (goal: ≤ %.0f)."
            .formatted(Unit.MEBIBYTES.format(moments.getLast().memory().peak()), MOST_MEBIBYTES));
    lines.add(
        "- %s: the median of the last quarter is %.2f times that of the second (goal: ≤ %s)."
            .formatted(isFlat() ? "Flat" : "**Not flat**", quarter(4) / quarter(2), FLAT_WITHIN));
    lines.add("");
    lines.add("| minute | resident | resident at most | files read | bytes read |");
    lines.add("|---:|---:|---:|---:|---:|");
    for (var quarter = 0; quarter <= 4; quarter++) {
      var moment = moments.get((moments.size() - 1) * quarter / 4);
      lines.add(
          "| %.1f | %s MiB | %s MiB | %,d | %s MiB |"
              .formatted(
                  moment.time().toSeconds() / 60.0,
                  Unit.MEBIBYTES.format(moment.memory().resident()),
                  Unit.MEBIBYTES.format(moment.memory().peak()),
                  moment.files(),
                  Unit.COUNT.format(moment.mebibytes())));
    }
    return String.join("\n", lines) + "\n";
  }
}
