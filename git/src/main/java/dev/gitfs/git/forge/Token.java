package dev.gitfs.git.forge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/**
 * What a forge knows a user by. Its text form shows nothing of it.
 *
 * @param secret as it was when the configuration was read
 * @param origin where it comes from, for messages
 * @param file where it is read anew when it is refused
 */
public record Token(String secret, String origin, Optional<Path> file) {

  public Token {
    if (secret.isBlank() || secret.chars().anyMatch(character -> character < ' ')) {
      // It goes into a header, where a line end would begin another.
      throw new IllegalArgumentException("a token is one line of text");
    }
  }

  /** One that stands in the configuration. */
  public Token(String secret) {
    this(secret, "token", Optional.empty());
  }

  /** One that stands in the environment of this process, where nobody changes it. */
  public static Token ofVariable(String name, String secret) {
    return new Token(secret, "token-env " + name, Optional.empty());
  }

  /**
   * Reads one from a file.
   *
   * @throws IOException if that cannot be read, or by everybody; the message says what to do
   */
  public static Token read(Path file) throws IOException {
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new IOException("everybody can read " + file + "; run: chmod 600 " + file);
      }
      return new Token(Files.readString(file).strip(), "token-file " + file, Optional.of(file));
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": there is no such file", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " holds no token: " + e.getMessage(), e);
    }
  }

  /** The token as it is now: a file may have got another. */
  public Token renewed() throws IOException {
    return file.isPresent() ? read(file.get()) : this;
  }

  @Override
  public String toString() {
    return "Token[…]";
  }
}
