package dev.gitfs.bench;

import java.io.IOException;
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

  /** Replaces what stands between the markers of {@code part}. */
  public void replace(String part, String markdown) throws IOException {
    var text = Files.readString(file);
    var begin = "<!-- begin " + part + " -->\n";
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
