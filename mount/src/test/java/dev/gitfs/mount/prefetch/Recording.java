package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The recordings beside these tests. */
final class Recording {

  private Recording() {}

  static List<String> lines(String name) throws IOException {
    try (var stream = Recording.class.getResourceAsStream(name + ".gz");
        var text = new InputStreamReader(new GZIPInputStream(stream), UTF_8);
        var reader = new BufferedReader(text)) {
      return reader.lines().toList();
    }
  }
}
