package dev.gitfs.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Has a parser read bytes that nobody wrote for it. What it ever failed on is kept beside the tests
 * ({@code src/test/resources/fuzz/PARSERS/PARSER}) and read each time, with changes made at random
 * for a moment. With the system property {@value #SECONDS} Jazzer looks for more, for so long, by
 * what a change has the parser execute; what it finds is added there, and is a failure.
 */
public final class Fuzzing {

  /** How long to look for more, each parser. */
  public static final String SECONDS = "gitfs.fuzz";

  /** A parser, to be a constant of an enum: it is named to another process. */
  public interface Parser {

    /**
     * Reads them. Whatever the parser says to throw is caught in here.
     *
     * @throws IOException if that is how they are refused
     */
    void read(byte[] bytes) throws IOException;
  }

  /** A dozen parsers take as many times this of each build. */
  private static final Duration MOMENT = Duration.ofMillis(250);

  /** Larger ones take longer, and hold nothing that smaller ones do not. */
  private static final int MOST_BYTES = 1 << 14;

  private static final int[] EDGES = {0, 1, 0x7f, 0x80, 0xff, '0', ' ', '\n'};

  private final Enum<?> name;
  private final Parser parser;

  private <E extends Enum<E> & Parser> Fuzzing(E parser) {
    this.name = parser;
    this.parser = parser;
  }

  /** Reads what is known, and looks for more. */
  public static <E extends Enum<E> & Parser> void run(E parser)
      throws IOException, InterruptedException {
    var fuzzing = new Fuzzing(parser);
    var known = fuzzing.known();
    known.forEach(fuzzing::read);
    var seconds = System.getProperty(SECONDS);
    if (seconds == null) {
      fuzzing.change(known);
    } else {
      fuzzing.search(seconds);
    }
  }

  /** Entered by Jazzer. */
  public static final class Entry {

    private static Parser parser;

    private Entry() {}

    /** {@code arguments}: an enum's name, and a constant's. */
    public static void fuzzerInitialize(String[] arguments) throws ClassNotFoundException {
      for (var constant : Class.forName(arguments[0]).getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(arguments[1])) {
          parser = (Parser) constant;
        }
      }
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
      refuseOrRead(parser, bytes);
    }
  }

  private static void refuseOrRead(Parser parser, byte[] bytes) {
    try {
      parser.read(bytes);
    } catch (IOException e) {
      // So it is meant to be.
    }
  }

  private Path corpus() {
    return Path.of(
        "src/test/resources/fuzz", name.getDeclaringClass().getSimpleName(), name.name());
  }

  private List<byte[]> known() throws IOException {
    var known = new ArrayList<byte[]>();
    if (Files.isDirectory(corpus())) {
      try (var files = Files.list(corpus())) {
        for (var file : files.sorted().toList()) {
          known.add(Files.readAllBytes(file));
        }
      }
    }
    return known;
  }

  private void read(byte[] bytes) {
    try {
      refuseOrRead(parser, bytes);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "%s on %d bytes: %s".formatted(name, bytes.length, HexFormat.of().formatHex(bytes)), e);
    }
  }

  private void change(List<byte[]> known) {
    var random = new Random();
    long end = System.nanoTime() + MOMENT.toNanos();
    while (System.nanoTime() < end) {
      var bytes = known.isEmpty() ? new byte[0] : known.get(random.nextInt(known.size()));
      for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
        bytes = changed(bytes, known, random);
      }
      read(bytes);
    }
  }

  /** With something replaced, left out, repeated, or taken from another. */
  private static byte[] changed(byte[] bytes, List<byte[]> known, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(9));
    byte[] piece =
        switch (random.nextInt(5)) {
          case 0 -> new byte[] {(byte) random.nextInt()};
          case 1 -> new byte[] {(byte) EDGES[random.nextInt(EDGES.length)]};
          case 2 -> new byte[0];
          case 3 -> repeated(bytes, from, to, random.nextInt(50));
          default ->
              known.isEmpty() ? new byte[8] : cut(known.get(random.nextInt(known.size())), random);
        };
    var changed = new byte[Math.min(MOST_BYTES, from + piece.length + bytes.length - to)];
    System.arraycopy(bytes, 0, changed, 0, Math.min(from, changed.length));
    int room = changed.length - Math.min(from, changed.length);
    System.arraycopy(piece, 0, changed, changed.length - room, Math.min(room, piece.length));
    room -= Math.min(room, piece.length);
    System.arraycopy(bytes, to, changed, changed.length - room, Math.min(room, bytes.length - to));
    return changed;
  }

  private static byte[] repeated(byte[] bytes, int from, int to, int times) {
    var repeated = new byte[(to - from) * times];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = bytes[from + i % (to - from)];
    }
    return repeated;
  }

  private static byte[] cut(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length + 1);
    return Arrays.copyOfRange(bytes, from, from + random.nextInt(bytes.length - from + 1));
  }

  private void search(String seconds) throws IOException, InterruptedException {
    var corpus = Files.createDirectories(corpus()).toAbsolutePath();
    var work = Files.createDirectories(Path.of("target/fuzz", name.name()).toAbsolutePath());
    var output = work.resolveSibling(name.name() + ".log");
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Entry.class.getName(),
                "--target_args=" + name.getDeclaringClass().getName() + " " + name.name(),
                "--instrumentation_includes=dev.gitfs.**",
                "--reproducer_path=" + work.getParent(),
                "-artifact_prefix=" + corpus + File.separator,
                "-max_total_time=" + seconds,
                "-max_len=" + MOST_BYTES,
                "-timeout=10",
                "-rss_limit_mb=2048",
                work.toString(),
                corpus.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (process.waitFor() != 0) {
      var lines = Files.readAllLines(output, StandardCharsets.ISO_8859_1);
      throw new AssertionError(
          "%s; what did it is in %s:%n%s"
              .formatted(
                  name,
                  corpus,
                  String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()))));
    }
  }
}
