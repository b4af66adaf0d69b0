package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Names files and directories of a mounted tree, by their path from its root or by a glob. One line
 * of a {@link Profile}.
 *
 * <p>Components are separated by slashes; in them {@code *} stands for any characters, {@code ?}
 * for one, {@code [a-z]} for one of some and {@code [!a-z]} for one of all others; a component that
 * is {@code **} for any number of directories, none too. A directory stands for everything below
 * it; with a slash at its end a pattern names directories alone. {@code \} takes the meaning from
 * the character that follows, and {@code \xNN} is the byte of that number: names are bytes, mostly
 * but not always UTF-8. A {@code /} alone is the whole tree.
 */
public final class PathPattern {

  /** One component. */
  sealed interface Segment {}

  record Literal(Bytes name) implements Segment {}

  record Wild(Glob glob) implements Segment {}

  /** Any number of directories. */
  record AnyDirectories() implements Segment {}

  /** Longer than any path that a system call takes, 4,096 bytes, with each of them escaped. */
  static final int LONGEST = 1 << 16;

  private final String text;
  private final List<Segment> segments;
  private final boolean directoriesAlone;

  private PathPattern(String text, List<Segment> segments, boolean directoriesAlone) {
    this.text = text;
    this.segments = List.copyOf(segments);
    this.directoriesAlone = directoriesAlone;
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException with a message for people, if {@code text} is none
   */
  public static PathPattern parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an empty pattern names nothing; / is the whole tree");
    }
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "'%s…' has %,d characters, more than any path"
              .formatted(text.substring(0, 40), text.length()));
    }
    var segments = new ArrayList<Segment>();
    for (var component : text.split("/")) {
      if (!component.isEmpty()) {
        segments.add(segment(text, component));
      }
    }
    return new PathPattern(text, segments, text.endsWith("/") && !segments.isEmpty());
  }

  /** The pattern that names one path alone, given by its components. */
  public static PathPattern exact(List<byte[]> path) {
    var segments = new ArrayList<Segment>();
    var text = new StringBuilder();
    for (var name : path) {
      segments.add(new Literal(new Bytes(name)));
      text.append(text.isEmpty() ? "" : "/").append(escaped(name, text.isEmpty()));
    }
    return new PathPattern(text.isEmpty() ? "/" : text.toString(), segments, false);
  }

  /** As {@link #parse} reads it. */
  public String text() {
    return text;
  }

  List<Segment> segments() {
    return segments;
  }

  boolean directoriesAlone() {
    return directoriesAlone;
  }

  /** A name as part of a pattern that stands for it alone. */
  public static String escaped(byte[] name, boolean first) {
    var text = new StringBuilder();
    var characters = Glob.characters(name);
    for (int i = 0; i < characters.length; i++) {
      int c = characters[i];
      boolean edge = i == 0 || i == characters.length - 1;
      if (c >= Glob.NO_CHARACTER) {
        escape(text, c - Glob.NO_CHARACTER);
      } else if (Character.isISOControl(c) || edge && Character.isWhitespace(c)) {
        for (byte each : Character.toString(c).getBytes(UTF_8)) {
          escape(text, each & 0xff);
        }
      } else {
        if ("*?[]\\".indexOf(c) >= 0 || first && i == 0 && "#!".indexOf(c) >= 0) {
          text.append('\\');
        }
        text.appendCodePoint(c);
      }
    }
    return text.toString();
  }

  private static void escape(StringBuilder text, int b) {
    text.append("\\x%02x".formatted(b));
  }

  private static Segment segment(String whole, String component) {
    if (component.equals("**")) {
      return new AnyDirectories();
    }
    if (component.equals(".") || component.equals("..")) {
      throw new IllegalArgumentException(
          "'" + whole + "': paths count from the root of the tree, without . and ..");
    }
    try {
      var literal = literal(component);
      return literal == null ? new Wild(Glob.parse(component)) : new Literal(new Bytes(literal));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + whole + "': " + e.getMessage(), e);
    }
  }

  /** The name that a component without wildcards stands for; null if it has any. */
  private static byte[] literal(String component) {
    var name = new ByteArrayOutputStream();
    for (int at = 0; at < component.length(); ) {
      int c = component.codePointAt(at);
      if ("*?[".indexOf(c) >= 0) {
        return null;
      }
      var read = Escape.read(component, at);
      name.writeBytes(read.bytes());
      at = read.end();
    }
    return name.toByteArray();
  }

  @Override
  public String toString() {
    return text;
  }

  /** One character of a pattern, or what an escape stands for. */
  record Escape(byte[] bytes, int end) {

    /** Reads the character at {@code at}, and what follows if that is a backslash. */
    static Escape read(String text, int at) {
      int c = text.codePointAt(at);
      int next = at + Character.charCount(c);
      if (c != '\\') {
        return new Escape(text.substring(at, next).getBytes(UTF_8), next);
      }
      if (next == text.length()) {
        throw new IllegalArgumentException("a backslash at the end escapes nothing");
      }
      if (text.charAt(next) == 'x' && next + 3 <= text.length()) {
        int value = number(text.substring(next + 1, next + 3));
        if (value > 0) {
          return new Escape(new byte[] {(byte) value}, next + 3);
        }
      }
      int end = next + Character.charCount(text.codePointAt(next));
      return new Escape(text.substring(next, end).getBytes(UTF_8), end);
    }

    private static int number(String digits) {
      int high = Character.digit(digits.charAt(0), 16);
      int low = Character.digit(digits.charAt(1), 16);
      return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
  }

  /** A name, to be looked up. */
  record Bytes(byte[] name) {

    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes(var theirs) && Arrays.equals(name, theirs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(name);
    }
  }
}
