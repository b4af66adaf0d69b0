package dev.gitfs.fuse.linux;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Paths as the kernel has them: bytes of any encoding or none. The JDK keeps a path's bytes, but
 * takes and gives them as text, in which what cannot be decoded is lost. Its file URIs have every
 * byte (sun.nio.fs.UnixUriUtils).
 */
public final class RawPath {
  private static final String SCHEME = "file://";

  /** What the JDK makes of bytes it cannot decode. */
  private static final char REPLACEMENT = '\uFFFD';

  /** The encoding in which the JDK turns bytes of paths and arguments into text, and back. */
  private static final Charset NATIVE = Charset.forName(System.getProperty("sun.jnu.encoding"));

  /**
   * Where nothing can be: making a URI looks whether the path is a directory, which must not be
   * done to a mount that may not answer.
   */
  private static final Path NOWHERE = Path.of("/dev/null");

  private RawPath() {}

  /** The path that has these bytes. */
  public static Path of(byte[] bytes) {
    String text = new String(bytes, NATIVE);
    if (Arrays.equals(text.getBytes(NATIVE), bytes)) {
      return Path.of(text);
    }
    if (bytes[0] == '/') {
      return Path.of(URI.create(SCHEME + quoted(bytes)));
    }
    byte[] absolute = new byte[bytes.length + 1];
    absolute[0] = '/';
    System.arraycopy(bytes, 0, absolute, 1, bytes.length);
    return Path.of("/").relativize(of(absolute));
  }

  /** The bytes of a path. */
  public static byte[] bytes(Path path) {
    String text = path.toString();
    if (isExact(path, text)) {
      return text.getBytes(NATIVE);
    }
    Path below = path.isAbsolute() ? Path.of("/").relativize(path) : path;
    byte[] nowhere = unquoted(NOWHERE.resolve(below).toUri().getRawPath());
    int prefix = NOWHERE.toString().length() + (path.isAbsolute() ? 0 : 1);
    return Arrays.copyOfRange(nowhere, prefix, nowhere.length);
  }

  /** A text that {@link #parse} makes the same path of; an absolute path's own if it can be. */
  public static String text(Path path) {
    String text = path.toString();
    return isExact(path, text) ? text : SCHEME + quoted(bytes(path));
  }

  /** Reads what {@link #text} wrote. */
  public static Path parse(String text) {
    return text.startsWith(SCHEME + "/") ? Path.of(URI.create(text)) : Path.of(text);
  }

  private static boolean isExact(Path path, String text) {
    if (text.indexOf(REPLACEMENT) < 0 && NATIVE.equals(StandardCharsets.UTF_8)) {
      return true;
    }
    try {
      return Path.of(text).equals(path);
    } catch (java.nio.file.InvalidPathException e) {
      return false;
    }
  }

  private static String quoted(byte[] bytes) {
    var quoted = new StringBuilder();
    for (byte each : bytes) {
      boolean plain =
          each >= 'a' && each <= 'z'
              || each >= 'A' && each <= 'Z'
              || each >= '0' && each <= '9'
              || each == '/'
              || each == '.'
              || each == '_'
              || each == '-';
      if (plain) {
        quoted.append((char) each);
      } else {
        quoted.append("%%%02X".formatted(each & 0xff));
      }
    }
    return quoted.toString();
  }

  private static byte[] unquoted(String text) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
