package dev.gitfs.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every source file, of every module, looks as google-java-format would have it. {@code ./verify
 * --format} runs this with leave to change them.
 */
class FormattingTest {

  private static final boolean APPLY = "apply".equals(System.getProperty("gitfs.format"));

  @Test
  void everySourceFileIsFormatted() throws IOException {
    List<Path> sources = Sources.java();

    assertThat(sources).hasSizeGreaterThan(20);
    assertThat(sources.parallelStream().filter(file -> !formatted(file)))
        .as("files to be formatted; this does it: ./verify --format")
        .isEmpty();
  }

  private static boolean formatted(Path file) {
    try {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (APPLY) {
        Files.writeString(file, formatted);
        return true;
      }
      return formatted.equals(source);
    } catch (IOException | FormatterException e) {
      throw new AssertionError("cannot format " + file, e);
    }
  }
}
