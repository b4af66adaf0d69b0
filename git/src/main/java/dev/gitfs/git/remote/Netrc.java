package dev.gitfs.git.remote;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks credentials up in a {@code .netrc} file. */
final class Netrc {

  private static final Logger log = LoggerFactory.getLogger(Netrc.class);

  /** A word, or one in quotes that may hold blanks. */
  private static final Pattern TOKEN = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");

  private Netrc() {}

  /** What {@code file} holds for {@code host}, and for {@code user} if one is named. */
  static Optional<Credential> look(Path file, String host, Optional<String> user) {
    try {
      // One byte, one character: a password need not be UTF-8, nor survive a decoder.
      return find(Files.readString(file, StandardCharsets.ISO_8859_1), host, user);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      log.debug("{} cannot be read", file);
      return Optional.empty();
    }
  }

  /** The same, in the text of such a file. The first machine that fits wins. */
  static Optional<Credential> find(String text, String host, Optional<String> user) {
    var tokens = tokens(text);
    boolean fits = false;
    String login = "";
    String password = "";
    while (true) {
      String word = tokens.isEmpty() ? "default" : tokens.poll();
      switch (word) {
        case "machine", "default" -> {
          boolean sameUser = user.isEmpty() || login.isEmpty() || user.get().equals(login);
          if (fits && sameUser && !password.isEmpty()) {
            return Optional.of(new Credential(login.isEmpty() ? user.orElse("") : login, password));
          }
          if (tokens.isEmpty()) {
            return Optional.empty();
          }
          fits = word.equals("default") || host.equalsIgnoreCase(tokens.poll());
          login = "";
          password = "";
        }
        case "login" -> login = next(tokens);
        case "password" -> password = next(tokens);
        case "account" -> next(tokens);
        default -> {
          // Not a word of this format: passed over, as curl does.
        }
      }
    }
  }

  private static String next(Deque<String> tokens) {
    return tokens.isEmpty() ? "" : tokens.poll();
  }

  private static Deque<String> tokens(String text) {
    var tokens = new ArrayDeque<String>();
    boolean macro = false;
    for (String line : text.split("\n", -1)) {
      // A macro goes on to the next empty line, and a comment to the end of its own.
      macro = macro && !line.isBlank();
      if (macro || line.stripLeading().startsWith("#")) {
        continue;
      }
      if (line.stripLeading().startsWith("macdef")) {
        macro = true;
        continue;
      }
      var matcher = TOKEN.matcher(line);
      while (matcher.find()) {
        String quoted = matcher.group(1);
        tokens.add(quoted == null ? matcher.group(2) : quoted.replaceAll("\\\\(.)", "$1"));
      }
    }
    return tokens;
  }
}
