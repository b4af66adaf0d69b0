package dev.gitfs.git.forge;

/** What a forge knows a user by. Its text form shows nothing of it. */
public record Token(String secret) {

  public Token {
    if (secret.isBlank() || secret.chars().anyMatch(character -> character < ' ')) {
      // It goes into a header, where a line end would begin another.
      throw new IllegalArgumentException("a token is one line of text");
    }
  }

  @Override
  public String toString() {
    return "Token[…]";
  }
}
