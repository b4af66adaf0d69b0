package dev.gitfs.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * docs/PERFORMANCE.md: prose by people, with a part for each benchmark between two markers, which
 * the benchmark writes.
 */
public final class PerformanceDocument {
  private final Path file;

  public PerformanceDocument(Path file) {
    this.file = file;
  }

  /** The document of the checkout that {@code ./benchmark} belongs to. */
  public static PerformanceDocument ofThisCheckout() {
    return new PerformanceDocument(Checkout.home().resolve("docs/PERFORMANCE.md"));
  }

  /** Sees that it has a place for {@code part}, before hours are spent on measuring that. */
  void need(String part) {
    try {
      if (!Files.readString(file).contains(begin(part))) {
        throw new UsageException(file + " has no place for \"" + part + "\"");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String begin(String part) {
    return "<!-- begin " + part + " -->\n";
  }

  /** Replaces what stands between the markers of {@code part}. */
  public void replace(String part, String markdown) throws IOException {
    var text = Files.readString(file);
    var begin = begin(part);
    var end = "<!-- end " + part + " -->";
    var from = text.indexOf(begin);
    var to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new IOException(file + " has no part \"" + part + "\" between markers");
    }
    Files.writeString(
        file, text.substring(0, from + begin.length()) + markdown + text.substring(to));
  }
}
