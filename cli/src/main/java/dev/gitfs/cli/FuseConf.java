package dev.gitfs.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What fusermount3 takes from {@code /etc/fuse.conf}, by the rules of its {@code read_conf}
 * (libfuse 3.14, util/fusermount.c): a line counts up to its first {@code #} and without blanks
 * around it, one of 255 bytes or more, or without a newline at its end, does not count at all.
 *
 * @param allowOther whether any user may say {@code allow_other}
 * @param ignored whether there is a line for that which does not count
 */
record FuseConf(boolean allowOther, boolean ignored) {

  static final Path FILE = Path.of("/etc/fuse.conf");

  private static final String ALLOW_OTHER = "user_allow_other";

  /** The size of fusermount3's buffer, of which one byte ends the text. */
  private static final int LONGEST = 254;

  static FuseConf read() throws IOException {
    try {
      return parse(new String(Files.readAllBytes(FILE), StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      return new FuseConf(false, false);
    }
  }

  static FuseConf parse(String text) {
    boolean allowed = false;
    boolean ignored = false;
    for (int start = 0; start < text.length(); ) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      String line = text.substring(start, end);
      String setting = line.replaceFirst("#.*", "").strip();
      boolean counts = newline >= 0 && line.length() <= LONGEST;
      allowed |= counts && setting.equals(ALLOW_OTHER);
      ignored |= !(counts && setting.equals(ALLOW_OTHER)) && setting.startsWith(ALLOW_OTHER);
      start = end + 1;
    }
    return new FuseConf(allowed, ignored && !allowed);
  }
}
