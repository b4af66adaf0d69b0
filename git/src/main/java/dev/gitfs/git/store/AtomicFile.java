package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a small file so that readers, and whoever comes after a crash, see all of it or none. */
final class AtomicFile {

  private AtomicFile() {}

  /** Replaces {@code target}; {@code scratch} is a directory on the same file system. */
  static void write(Path scratch, Path target, String content) throws IOException {
    Path temporary = Files.createTempFile(scratch, "write-", null);
    try {
      Files.writeString(temporary, content);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
