package dev.gitfs.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Runs commands in processes of their own: the JVM that serves a mount must never touch it. Output
 * is read as ISO 8859-1, so that every byte is one character.
 */
final class Shell {
  /** No command of a test takes long; one that hangs must not hang the build. */
  private static final long LIMIT_SECONDS = 30;

  record Result(int status, String out, String err) {
    /** The output of a command that succeeded. */
    String ok() {
      if (status != 0) {
        throw new AssertionError("Status " + status + ": " + err);
      }
      return out;
    }
  }

  private Shell() {}

  /** Runs a line of bash in a directory. */
  static Result run(Path directory, String line) {
    try {
      Process process = start(directory, line);
      return finish(process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Process start(Path directory, String line) throws IOException {
    // cd in the child: ProcessBuilder would look at the directory from this process.
    return new ProcessBuilder("bash", "-c", "cd \"$0\" || exit\n" + line, directory.toString())
        .start();
  }

  static Result finish(Process process) throws IOException {
    try {
      var err = new StringBuilder();
      Thread reader =
          Thread.startVirtualThread(() -> {
            try {
              err.append(text(process.getErrorStream().readAllBytes()));
            } catch (IOException e) {
              err.append(e);
            }
          });
      Thread limit = kill(process);
      String out = text(process.getInputStream().readAllBytes());
      int status = process.waitFor();
      limit.interrupt();
      reader.join();
      return new Result(status, out, err.toString());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Thread kill(Process process) {
    return Thread.startVirtualThread(() -> {
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        // The process has ended.
      }
    });
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
