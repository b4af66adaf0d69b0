package dev.gitfs.git.store;

import java.io.IOException;
import java.nio.file.Path;

/** Recognises the failure of a full disk, and says which. */
final class DiskFull {

  private DiskFull() {}

  /** {@code failure}, or one that names the disk if it was full. */
  static IOException explain(IOException failure, Path where) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      // The texts of ENOSPC and EDQUOT: Java has no exception for either.
      if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
        return new IOException(
            "the disk of the cache is full ("
                + where
                + "): free some space, or move the cache"
                + " with --cache-dir",
            failure);
      }
    }
    return failure;
  }
}
