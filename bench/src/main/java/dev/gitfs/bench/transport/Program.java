package dev.gitfs.bench.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compiles the C sources of the benchmark and runs programs. */
final class Program {
  private static final List<String> LIBFUSE =
      List.of("-I/usr/include/fuse3", "-lfuse3", "-lpthread");

  private Program() {}

  /**
   * Compiles a source that lies beside this class.
   *
   * @throws IOException with what the compiler says; gcc and libfuse3-dev are needed
   */
  static Path compile(String source, Path directory) throws IOException, InterruptedException {
    Path file = directory.resolve(source);
    try (InputStream text = Program.class.getResourceAsStream(source)) {
      Files.copy(text, file);
    }
    Path binary = directory.resolve(source.replace(".c", ""));
    var command = new ArrayList<>(List.of("gcc", "-O2", "-o", binary.toString(), file.toString()));
    command.addAll(LIBFUSE);
    run(command);
    return binary;
  }

  /** Runs a program to its end; answers what it printed. */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output);
    }
    return output;
  }

  /** Starts a program whose output goes where ours goes. */
  static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
