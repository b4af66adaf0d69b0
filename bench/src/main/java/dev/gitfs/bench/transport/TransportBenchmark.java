package dev.gitfs.bench.transport;

import dev.gitfs.fuse.MountOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The FUSE transport against C. Both servers run at once, with as many threads, and are put under
 * load in turns, so that what else the machine does meets both alike.
 */
public final class TransportBenchmark {
  /** As many as a mount has, unless told otherwise. */
  private static final int THREADS = MountOptions.readOnly("", "").readers();

  /** Rounds that are not counted: the JIT compiler is done after about five. */
  private static final int WARM_UP_ROUNDS = 6;

  private static final int ROUNDS = 9;

  private TransportBenchmark() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    TransportReport report = measure();
    System.out.print(report.markdown());
    System.exit(report.meetsItsGoals() ? 0 : 1);
  }

  /**
   * Compiles, mounts, measures and cleans up; about a minute. Needs gcc, libfuse3-dev and the right
   * to mount.
   */
  public static TransportReport measure() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("transport");
    try {
      Path load = Program.compile("load.c", directory);
      Path toy = Program.compile("toyfs.c", directory);
      try (var c = Server.start("c", List.of(toy.toString()), THREADS, directory);
          var java = Server.start("java", javaCommand(), THREADS, directory)) {
        return measure(load, java, c);
      }
    } finally {
      delete(directory);
    }
  }

  private static List<String> javaCommand() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+UseSerialGC",
        // As the daemon: nothing that wakes the JVM twenty times a second.
        "-XX:-UsePerfData",
        "-Xmx64m",
        "-cp",
        System.getProperty("java.class.path"),
        ToyServer.class.getName());
  }

  private static TransportReport measure(Path load, Server java, Server c)
      throws IOException, InterruptedException {
    var report = new TransportReport();
    for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      for (Load each : Load.values()) {
        // Who goes first changes, so that neither always meets the other's dirty caches.
        boolean javaFirst = round % 2 == 0;
        double first = (javaFirst ? java : c).run(load, each);
        double second = (javaFirst ? c : java).run(load, each);
        if (round >= 0) {
          report.add(each, javaFirst ? first : second, javaFirst ? second : first);
        }
      }
    }
    return report;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(file -> {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
