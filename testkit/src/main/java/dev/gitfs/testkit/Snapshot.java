package dev.gitfs.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of one commit to be made, by path. Paths, link targets and contents are bytes: methods
 * that take a {@link String} encode it as UTF-8.
 *
 * <pre>{@code
 * new Snapshot().file("README", "hello\n").executable("bin/run", "#!/bin/sh\n").link("latest", "bin/run")
 * }</pre>
 */
public final class Snapshot {

  /** What a path holds. */
  public sealed interface Entry {}

  /** A file. The content belongs to the snapshot from here on. */
  public record File(byte[] content, boolean executable) implements Entry {}

  /** A symbolic link. */
  public record Link(byte[] target) implements Entry {}

  /** A commit of another repository, 40 hexadecimal digits. */
  public record Submodule(String commit) implements Entry {}

  /** By path, as ISO 8859-1: one char a byte, which gives byte arrays an order and equality. */
  private final Map<String, Entry> entries = new TreeMap<>();

  public Snapshot file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  public Snapshot file(String path, byte[] content) {
    return put(path.getBytes(StandardCharsets.UTF_8), new File(content, false));
  }

  public Snapshot executable(String path, String content) {
    return put(
        path.getBytes(StandardCharsets.UTF_8),
        new File(content.getBytes(StandardCharsets.UTF_8), true));
  }

  public Snapshot link(String path, String target) {
    return put(
        path.getBytes(StandardCharsets.UTF_8), new Link(target.getBytes(StandardCharsets.UTF_8)));
  }

  public Snapshot submodule(String path, String commit) {
    return put(path.getBytes(StandardCharsets.UTF_8), new Submodule(commit));
  }

  /** Puts {@code entry} at a path of raw bytes, its parts separated by {@code /}. */
  public Snapshot put(byte[] path, Entry entry) {
    entries.put(new String(path, StandardCharsets.ISO_8859_1), entry);
    return this;
  }

  /** By path, in byte order, each char of a path standing for one byte (ISO 8859-1). */
  public Map<String, Entry> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** This snapshot as commands of a fast-import commit. */
  void writeTo(ByteArrayOutputStream stream) {
    entries.forEach((path, entry) -> {
      switch (entry) {
        case File(var content, var executable) ->
            inline(stream, executable ? "100755" : "100644", path, content);
        case Link(var target) -> inline(stream, "120000", path, target);
        case Submodule(var commit) ->
            stream.writeBytes(ascii("M 160000 " + commit + " " + quoted(path) + "\n"));
      }
    });
  }

  private static void inline(
      ByteArrayOutputStream stream, String mode, String path, byte[] content) {
    stream.writeBytes(ascii("M " + mode + " inline " + quoted(path) + "\n"));
    stream.writeBytes(ascii("data " + content.length + "\n"));
    stream.writeBytes(content);
    stream.write('\n');
  }

  private static String quoted(String path) {
    var quoted = new StringBuilder("\"");
    for (var c : path.toCharArray()) {
      if (c > ' ' && c < 0x7f && c != '"' && c != '\\') {
        quoted.append(c);
      } else {
        quoted.append('\\').append(String.format("%03o", (int) c));
      }
    }
    return quoted.append('"').toString();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    entries.forEach((path, entry) ->
        text.append(quoted(path))
            .append(
                switch (entry) {
                  case File(var content, var executable) ->
                      (executable ? " executable, " : " file, ") + content.length + " bytes";
                  case Link(var target) ->
                      " -> " + quoted(new String(target, StandardCharsets.ISO_8859_1));
                  case Submodule(var commit) -> " submodule " + commit;
                })
            .append('\n'));
    return text.toString();
  }
}
