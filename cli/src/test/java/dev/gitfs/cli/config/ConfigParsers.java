package dev.gitfs.cli.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.testkit.Fuzzing;
import java.nio.file.Path;

/** What reads the configuration. */
enum ConfigParsers implements Fuzzing.Parser {
  CONFIG {
    @Override
    public void read(byte[] bytes) {
      try {
        TomlSection.parse(Path.of("config.toml"), new String(bytes, UTF_8));
      } catch (SettingsException e) {
        if (e.getMessage().isBlank()) {
          throw new AssertionError("refused without a word", e);
        }
      }
    }
  },

  SIZE {
    @Override
    public void read(byte[] bytes) {
      try {
        ByteSize.parse(new String(bytes, UTF_8)).toString();
      } catch (IllegalArgumentException e) {
        if (e.getMessage().isBlank()) {
          throw new AssertionError("refused without a word", e);
        }
      }
    }
  }
}
