package dev.gitfs.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes behind texts that Java made of bytes it could not read as UTF-8: file names may hold
 * any. The kernel keeps a process's arguments and environment as they were given.
 */
final class RawArguments {

  private static final Path ARGUMENTS = Path.of("/proc/self/cmdline");
  private static final Path ENVIRONMENT = Path.of("/proc/self/environ");

  private static final char REPLACEMENT = '\uFFFD';

  private final List<byte[]> arguments;
  private final List<byte[]> environment;

  private RawArguments(List<byte[]> arguments, List<byte[]> environment) {
    this.arguments = arguments;
    this.environment = environment;
  }

  static RawArguments ofThisProcess() throws IOException {
    return new RawArguments(
        split(Files.readAllBytes(ARGUMENTS)), split(Files.readAllBytes(ENVIRONMENT)));
  }

  /** The bytes of an argument; the next ones, if several look alike. */
  byte[] argument(String text) {
    return take(text, "", arguments);
  }

  /** The bytes of the name of the directory this process was started in. */
  byte[] directory(String text) {
    return take(text, "PWD=", environment);
  }

  private static byte[] take(String text, String prefix, List<byte[]> entries) {
    if (text.indexOf(REPLACEMENT) >= 0) {
      for (byte[] entry : entries) {
        if (new String(entry, StandardCharsets.UTF_8).equals(prefix + text)) {
          entries.remove(entry);
          return Arrays.copyOfRange(entry, prefix.length(), entry.length);
        }
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<byte[]> split(byte[] bytes) {
    var entries = new ArrayList<byte[]>();
    int start = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == 0) {
        entries.add(Arrays.copyOfRange(bytes, start, at));
        start = at + 1;
      }
    }
    return entries;
  }
}
