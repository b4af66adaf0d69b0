package dev.gitfs.mount.tree;

/** Raw names as people can read them in a log. */
final class EscapedName {

  private EscapedName() {}

  /** Printable ASCII as it is, every other byte (and the backslash) as {@code \xNN}. */
  static String of(byte[] name) {
    var text = new StringBuilder(name.length);
    for (byte b : name) {
      if (b >= ' ' && b < 0x7f && b != '\\') {
        text.append((char) b);
      } else {
        text.append(String.format("\\x%02x", b & 0xff));
      }
    }
    return text.toString();
  }
}
