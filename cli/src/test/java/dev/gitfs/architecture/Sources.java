package dev.gitfs.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The source files of all modules. */
final class Sources {

  /** The root of the working tree; the build says where it is. */
  static final Path HOME = Path.of(System.getProperty("gitfs.home")).normalize();

  private static final List<String> MODULES =
      List.of("testkit", "fuse", "git", "mount", "cli", "bench");

  private Sources() {}

  static List<Path> java() throws IOException {
    try (Stream<Path> modules = MODULES.stream().map(HOME::resolve).filter(Files::isDirectory)) {
      return modules.flatMap(Sources::below).toList();
    }
  }

  private static Stream<Path> below(Path module) {
    try (Stream<Path> files = Files.walk(module.resolve("src"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
