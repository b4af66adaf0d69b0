package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Everything that can be seen of a directory and all below it, as lines to compare: path, type and
 * permissions, size, link target, SHA-1 of the content. Bytes outside of printable ASCII, and
 * {@code %}, are written as {@code %} and two hexadecimal digits.
 *
 * <p>Seen by a child process, so that the JVM that serves a mount never touches it.
 */
public record TreeFingerprint(List<String> lines) {

  private static final String WALK = resource("fingerprint.pl");

  /** As it is, whatever it holds. */
  public static TreeFingerprint of(Path directory) {
    return walk(directory, "");
  }

  /** Without {@code .git} at the top: what git has checked out. */
  public static TreeFingerprint ofCheckout(Path directory) {
    return walk(directory, ".git");
  }

  private static TreeFingerprint walk(Path directory, String except) {
    var result =
        Processes.perl(WALK, except).in(directory).timeout(Duration.ofMinutes(3)).run().orFail();
    return new TreeFingerprint(result.lines());
  }

  private static String resource(String name) {
    try (var in = TreeFingerprint.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
