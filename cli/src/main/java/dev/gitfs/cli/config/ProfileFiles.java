package dev.gitfs.cli.config;

import dev.gitfs.mount.prefetch.Profile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The profiles that this user has, each a file of its name.
 *
 * @param directory where they are; need not exist
 */
public record ProfileFiles(Path directory) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  public static ProfileFiles of(Directories directories) {
    return new ProfileFiles(directories.config().resolve("profiles"));
  }

  /**
   * The file of the profile {@code name}, which need not exist.
   *
   * @throws IllegalArgumentException with a message for people, if that is no name
   */
  public Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' is no name for a profile: letters, digits, dot, hyphen and underscore");
    }
    return directory.resolve(name);
  }

  /**
   * Reads a profile: that of the name, or, if there is a slash in it, the file.
   *
   * @throws IOException with a message for people, if there is none, or it is none
   * @throws IllegalArgumentException the same, if it can be neither
   */
  public Profile read(String nameOrFile) throws IOException {
    boolean isFile = nameOrFile.contains("/");
    Path file = isFile ? Path.of(nameOrFile) : file(nameOrFile);
    try {
      return Profile.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IOException(
          isFile
              ? "there is no profile " + file
              : "there is no profile "
                  + nameOrFile
                  + " in "
                  + directory
                  + "; for a file in this directory: ./"
                  + nameOrFile,
          e);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is not UTF-8; other bytes are written \\xNN", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ", " + e.getMessage(), e);
    }
  }

  /** The names of all, sorted. */
  public List<String> names() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> NAME.matcher(name).matches())
          .sorted()
          .toList();
    }
  }
}
