package dev.gitfs.cli;

import dev.gitfs.fuse.linux.RawPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/**
 * The bytes behind texts that Java made of bytes it could not read as UTF-8: file names may hold
 * any. The kernel keeps a process's arguments as they were given.
 */
final class RawArguments {

  private static final Path ARGUMENTS = Path.of("/proc/self/cmdline");

  private static final char REPLACEMENT = '\uFFFD';

  private final List<byte[]> arguments;

  private RawArguments(List<byte[]> arguments) {
    this.arguments = arguments;
  }

  static RawArguments ofThisProcess() throws IOException {
    return new RawArguments(split(Files.readAllBytes(ARGUMENTS)));
  }

  /** The bytes of an argument; the next ones, if several look alike. */
  byte[] argument(String text) {
    if (text.indexOf(REPLACEMENT) >= 0) {
      for (byte[] argument : arguments) {
        if (new String(argument, StandardCharsets.UTF_8).equals(text)) {
          arguments.remove(argument);
          return argument;
        }
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The path that an argument names. */
  static Path path(String text) {
    if (text.indexOf(REPLACEMENT) < 0) {
      return Path.of(text);
    }
    try {
      return RawPath.of(ofThisProcess().argument(text));
    } catch (IOException e) {
      throw new TypeConversionException("it is no UTF-8, and cannot be read as it is: " + e);
    }
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
