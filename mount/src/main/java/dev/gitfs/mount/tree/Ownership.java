package dev.gitfs.mount.tree;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whose files a mount shows, and with which permissions: those that a checkout by the mounting
 * process would have given them.
 *
 * @param uid owner
 * @param gid group
 * @param umask permission bits that are taken away
 */
public record Ownership(int uid, int gid, int umask) {

  private static final Path STATUS = Path.of("/proc/self/status");

  /** The effective user and group of this process, and its umask. */
  public static Ownership ofThisProcess() throws IOException {
    int uid = -1;
    int gid = -1;
    int umask = -1;
    for (var line : Files.readAllLines(STATUS)) {
      var fields = line.split("\\s+");
      switch (fields[0]) {
        // Four columns follow: real, effective, saved and file system id.
        case "Uid:" -> uid = Integer.parseUnsignedInt(fields[2]);
        case "Gid:" -> gid = Integer.parseUnsignedInt(fields[2]);
        case "Umask:" -> umask = Integer.parseInt(fields[1], 8);
        default -> {}
      }
    }
    if (uid == -1 || gid == -1 || umask == -1) {
      throw new IOException(STATUS + " does not tell user, group and umask");
    }
    return new Ownership(uid, gid, umask);
  }

  int permissions(int wanted) {
    return wanted & ~umask;
  }
}
