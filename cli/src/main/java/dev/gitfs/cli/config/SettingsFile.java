package dev.gitfs.cli.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The user's configuration file, {@code $XDG_CONFIG_HOME/git-fs/config.toml}. Without one, nothing
 * that reads TOML is loaded.
 */
public final class SettingsFile {

  private SettingsFile() {}

  /**
   * What the user has set.
   *
   * @param given another file than the usual one, which must exist
   * @throws SettingsException if the file cannot be used
   */
  public static Settings read(Optional<Path> given) throws SettingsException, IOException {
    return read(given, System.getenv(), Directories.registeredHome());
  }

  static Settings read(Optional<Path> given, Map<String, String> environment, Path registeredHome)
      throws SettingsException, IOException {
    int userId = Directories.userId();
    // Sockets are no matter of settings.
    Directories directories = Directories.of(environment, registeredHome, userId, _ -> true);
    Path home = Directories.home(environment, registeredHome, userId);
    var usual = Settings.usual(home, directories.cache());
    Path file = given.orElse(directories.config().resolve("config.toml")).toAbsolutePath();
    try {
      return SettingsReader.read(file, Files.readString(file), usual, home, environment);
    } catch (NoSuchFileException e) {
      if (given.isPresent()) {
        throw new SettingsException(file + ": there is no such file", e);
      }
      return usual;
    } catch (CharacterCodingException e) {
      throw new SettingsException(file + ": this is not text in UTF-8", e);
    } catch (IOException e) {
      throw new SettingsException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
