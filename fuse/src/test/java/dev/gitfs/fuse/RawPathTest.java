package dev.gitfs.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.fuse.linux.RawPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths of any bytes, a character for each here. */
class RawPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/plain",
        "/caf\u00e9",
        "/caf\u00c3\u00a9",
        "/a b/c%41#?\n\\:\u00ff",
        "/\u00e9/x",
        "relative",
        "relative/\u00e9",
        "\u00e9",
        "..",
        "/\u00ef\u00bf\u00bd"
      })
  void aPathKeepsItsBytes(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    Path path = RawPath.of(bytes);

    assertThat(RawPath.bytes(path)).isEqualTo(bytes);
    assertThat(RawPath.parse(RawPath.text(path.resolve("/").resolve(path))))
        .isEqualTo(path.resolve("/").resolve(path));
  }

  @Test
  void itIsThePathThatTheKernelKnows(@TempDir Path directory) throws IOException {
    Files.createDirectory(RawPath.of((directory + "/caf\u00e9").getBytes(ISO_8859_1)));

    String listed = Shell.run(directory, "ls | od -An -c | tr -d ' \n'").ok();

    assertThat(listed).isEqualTo("caf351\\n");
  }
}
