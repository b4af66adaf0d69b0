package dev.gitfs.fuse.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is mounted where, read without touching a mount: a dead one would not answer. */
public final class MountTable {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  /** Columns of mountinfo, see proc(5). */
  private static final int DEVICE = 2;

  private static final int MOUNT_POINT = 4;

  private MountTable() {}

  /**
   * The device number ({@code major:minor}) of what is mounted on a directory, the topmost if there
   * are several. It tells one mount from the next one at the same place.
   */
  public static Optional<String> deviceAt(Path directory) throws IOException {
    String wanted = new String(RawPath.bytes(directory), StandardCharsets.ISO_8859_1);
    String device = null;
    for (String line : Files.readAllLines(MOUNTINFO, StandardCharsets.ISO_8859_1)) {
      String[] columns = line.split(" ", MOUNT_POINT + 2);
      if (unescaped(columns[MOUNT_POINT]).equals(wanted)) {
        device = columns[DEVICE];
      }
    }
    return Optional.ofNullable(device);
  }

  /** Whether this process sees a device mounted, wherever it is. */
  public static boolean isMounted(String device) throws IOException {
    return Files.readAllLines(MOUNTINFO, StandardCharsets.ISO_8859_1).stream()
        .anyMatch(line -> line.split(" ", MOUNT_POINT)[DEVICE].equals(device));
  }

  /** The kernel writes blanks and the like as a backslash and three octal digits. */
  private static String unescaped(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    var plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(text.charAt(i));
      }
    }
    return plain.toString();
  }
}
