package dev.gitfs.cli.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class PrintableTest {

  @Test
  void whatATerminalWouldObeyIsShown() {
    assertThat(Printable.of("a\u001b[31mb\rc\u0007\u009b\u202ed\tü\n"))
        .isEqualTo("a\\x1b[31mb\\x0dc\\x07\\x9b\\u202ed\tü\n");
    assertThat(Printable.line("a\nb")).isEqualTo("a\\x0ab");
  }

  @Test
  void allThatIsPrintedIsSo() {
    var printed = new StringWriter();
    var out = new PrintWriter(new Printable(printed), true);

    out.print("\u001b]0;x");
    out.print('\u001b');
    out.printf("%s%n", "a\u009b");

    assertThat(printed).hasToString("\\x1b]0;x\\x1ba\\x9b\n");
  }
}
