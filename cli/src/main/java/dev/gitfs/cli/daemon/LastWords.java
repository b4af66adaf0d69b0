package dev.gitfs.cli.daemon;

import dev.gitfs.cli.telemetry.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Why a daemon ended before it answered: its exit status, and what its JVM or it wrote down last.
 */
final class LastWords {

  /** A JVM that gives up says why in two lines, and that it gives up in one. */
  private static final int LINES = 3;

  /** As much as those may take, behind which a stack trace stands. */
  private static final int BYTES = 16_384;

  /** A process whose connection has ended is about to end. */
  private static final long PATIENCE_SECONDS = 5;

  /** What a shell, and Java, add to a signal's number. */
  private static final int SIGNALLED = 128;

  private static final int SIGKILL = 9;

  private final Optional<Path> log;
  private final long start;

  private LastWords(Optional<Path> log, long start) {
    this.log = log;
    this.start = start;
  }

  /** Of a daemon about to start that writes to the end of {@code log}. */
  static LastWords in(Path log) throws IOException {
    return new LastWords(Optional.of(log), Files.size(log));
  }

  /** Of a daemon whose words have been seen already. */
  static LastWords onTheTerminal() {
    return new LastWords(Optional.empty(), 0);
  }

  /** In one line. */
  String of(Process process) {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return "process " + process.pid() + " closed its connection without an answer" + where();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
    List<String> said = said();
    return how(process.exitValue())
        + " before it answered"
        + (said.isEmpty() ? "" : ": " + String.join(" / ", said))
        + where();
  }

  private String where() {
    return log.map(file -> "; its log is " + file).orElse("");
  }

  private static String how(int status) {
    if (status == SIGNALLED + SIGKILL) {
      return "it was killed (signal 9), as the kernel does when memory is short,";
    }
    return status > SIGNALLED
        ? "it was ended by signal " + (status - SIGNALLED)
        : "it ended with status " + status;
  }

  private List<String> said() {
    if (log.isEmpty()) {
      return List.of();
    }
    try (var file = FileChannel.open(log.get())) {
      var bytes = ByteBuffer.allocate(BYTES);
      file.read(bytes, start);
      List<String> lines =
          new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("\t"))
              .map(String::strip)
              .toList();
      return lines.subList(Math.max(0, lines.size() - LINES), lines.size()).stream()
          .map(Secrets::hide)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
