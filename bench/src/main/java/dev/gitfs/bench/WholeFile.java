package dev.gitfs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files to their last byte, and sees that each is as long as git says. */
final class WholeFile {

  private WholeFile() {}

  /**
   * Reads one file of the tree at {@code root}.
   *
   * @param buffer scratch space of the caller
   * @return its length
   */
  static long read(Path root, TreeFile file, byte[] buffer) throws IOException {
    var length = 0L;
    try (var in = Files.newInputStream(root.resolve(file.path()))) {
      for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        length += n;
      }
    } catch (IOException e) {
      throw new IOException("cannot read " + file.path() + ": " + e.getMessage(), e);
    }
    if (length != file.size()) {
      throw new IOException(file.path() + " has " + length + " bytes in place of " + file.size());
    }
    return length;
  }
}
