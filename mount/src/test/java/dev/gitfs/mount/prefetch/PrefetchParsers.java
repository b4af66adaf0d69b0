package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.testkit.Fuzzing;
import java.io.IOException;
import java.util.Set;

/** What reads the names of what is to be brought. */
enum PrefetchParsers implements Fuzzing.Parser {

  /** A line as a pattern of what follows it. */
  GLOB {
    @Override
    public void read(byte[] bytes) {
      var lines = new String(bytes, ISO_8859_1).split("\n", 2);
      try {
        Glob.parse(lines[0]).matches(lines[lines.length - 1].getBytes(ISO_8859_1));
      } catch (IllegalArgumentException e) {
        said(e);
      }
    }
  },

  /** What it reads is read the same again, and looked for in a tree. */
  PROFILE {
    @Override
    public void read(byte[] bytes) {
      try {
        var profile = Profile.parse(new String(bytes, UTF_8));
        if (!Profile.parse(profile.text()).text().equals(profile.text())) {
          throw new AssertionError("it is written otherwise");
        }
        var tree = RecordedTree.shared(4, 3);
        new Selection(profile.patterns(), Selection.ALL_LEVELS)
            .walk(tree.outline(_ -> true), tree.root().tree(), (_, _) -> {});
      } catch (IllegalArgumentException e) {
        said(e);
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  },

  /** Any name, written as a pattern, is that name. */
  NAME {
    @Override
    public void read(byte[] bytes) {
      if (bytes.length > 0
          && bytes.length <= 255
          && !Set.of(".", "..").contains(new String(bytes, ISO_8859_1))
          && new String(bytes, ISO_8859_1).chars().noneMatch(c -> c == 0 || c == '/')
          && !Glob.parse(PathPattern.escaped(bytes, true)).matches(bytes)) {
        throw new AssertionError("it is another name");
      }
    }
  };

  private static void said(IllegalArgumentException e) {
    if (e.getMessage() == null || e.getMessage().isBlank()) {
      throw new AssertionError("refused without a word", e);
    }
  }
}
