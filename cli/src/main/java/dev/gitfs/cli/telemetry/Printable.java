package dev.gitfs.cli.telemetry;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/**
 * Text for people that others had a hand in: names, refs, what a server says. Characters that a
 * terminal would obey, or that turn the direction of a line, are shown as {@code \xNN} or {@code
 * \\uNNNN}.
 */
public final class Printable extends FilterWriter {

  public Printable(Writer out) {
    super(out);
  }

  /** {@code text} with what ends a line and tabs left as they are. */
  public static String of(String text) {
    StringBuilder escaped = null;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (isObeyed(c)) {
        escaped = escaped == null ? new StringBuilder(text.substring(0, at)) : escaped;
        escaped.append((c < 0x100 ? "\\x%02x" : "\\u%04x").formatted((int) c));
      } else if (escaped != null) {
        escaped.append(c);
      }
    }
    return escaped == null ? text : escaped.toString();
  }

  /** The same on one line. */
  public static String line(String text) {
    return of(text).replace("\n", "\\x0a");
  }

  private static boolean isObeyed(char c) {
    boolean isControl = Character.isISOControl(c) && c != '\n' && c != '\t';
    // Unicode's controls of direction: a name could pretend to be another.
    boolean turns = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
    return isControl || turns;
  }

  @Override
  public void write(int c) throws IOException {
    out.write(of(String.valueOf((char) c)));
  }

  @Override
  public void write(char[] text, int offset, int length) throws IOException {
    out.write(of(new String(text, offset, length)));
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    out.write(of(text.substring(offset, offset + length)));
  }
}
