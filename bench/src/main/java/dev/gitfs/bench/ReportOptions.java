package dev.gitfs.bench;

import java.io.IOException;
import java.nio.file.Files;
import picocli.CommandLine.Option;

/** Where a report goes: to standard output always. */
final class ReportOptions {

  /** Exit code when a goal was missed. */
  private static final int MISSED = 1;

  @Option(names = "--write", description = "also write the report into docs/PERFORMANCE.md")
  private boolean write;

  ReportOptions() {}

  boolean writes() {
    return write;
  }

  /** As below, with a chart beside the document. */
  int publish(String part, String markdown, String chart, String file, boolean goalsMet)
      throws IOException {
    if (write) {
      Files.writeString(Checkout.home().resolve("docs").resolve(file), chart);
    }
    return publish(part, markdown, goalsMet);
  }

  /** Returns the exit code of the program. */
  int publish(String part, String markdown, boolean goalsMet) throws IOException {
    System.out.print(markdown);
    System.out.flush();
    if (write) {
      PerformanceDocument.ofThisCheckout().replace(part, markdown);
    }
    return goalsMet ? 0 : MISSED;
  }
}
