package dev.gitfs.cli.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What makes a command start quickly. */
class StartTest {

  @Test
  void classesComeFromTheCacheAndNotFromTheirJars() throws IOException {
    try (var sandbox = new Sandbox()) {
      Path log = sandbox.path("classes");
      sandbox
          .gitFsCommand("list")
          .env("GIT_FS_JAVA_OPTIONS", "-Xlog:class+load:file=" + log)
          .run()
          .orFail();
      List<String> parsers =
          Files.readAllLines(log).stream().filter(line -> line.contains(" picocli.")).toList();
      assertThat(parsers).hasSizeGreaterThan(50).allMatch(line -> line.contains("shared objects"));
    }
  }
}
