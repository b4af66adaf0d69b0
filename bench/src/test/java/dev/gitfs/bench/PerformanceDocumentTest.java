package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerformanceDocumentTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void aDocumentOfTwoParts() throws IOException {
    file = directory.resolve("PERFORMANCE.md");
    Files.writeString(
        file,
        """
        Prose.
        <!-- begin mount -->
        old
        <!-- end mount -->
        More.
        <!-- begin soak -->
        <!-- end soak -->
        """);
  }

  @Test
  void onePartIsReplacedAndAllElseStays() throws IOException {
    new PerformanceDocument(file).replace("mount", "new\n");
    assertThat(file)
        .hasContent(
            """
            Prose.
            <!-- begin mount -->
            new
            <!-- end mount -->
            More.
            <!-- begin soak -->
            <!-- end soak -->
            """);
  }

  @Test
  void aPartThatTheDocumentDoesNotHaveIsAnError() {
    assertThatThrownBy(() -> new PerformanceDocument(file).replace("walk", "new\n"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("walk");
  }
}
