package dev.gitfs.cli.config;

import dev.gitfs.git.forge.Forge;
import dev.gitfs.git.forge.ForgeKind;
import dev.gitfs.git.forge.Token;
import dev.gitfs.git.remote.HttpOrigin;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads {@code [forge.NAME]}. A file that holds a token and that everybody on the machine may read
 * is refused, not only warned about: a warning scrolls by, and the token is out.
 */
final class ForgeReader {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

  private final String name;
  private final Optional<Forge> before;
  private final Path file;
  private final Path home;
  private final Map<String, String> environment;
  private final List<String> notes;

  /**
   * @param before the ready-made forge of that name
   * @param file the configuration's
   * @param notes where to put what is probably not meant
   */
  ForgeReader(
      String name,
      Optional<Forge> before,
      Path file,
      Path home,
      Map<String, String> environment,
      List<String> notes) {
    this.name = name;
    this.before = before;
    this.file = file;
    this.home = home;
    this.environment = environment;
    this.notes = notes;
  }

  Forge read(TomlSection section) throws SettingsException {
    ForgeKind kind =
        section.text("kind", ForgeReader::kind).or(() -> before.map(Forge::kind)).orElse(null);
    if (kind == null) {
      throw needed("kind, one of " + String.join(", ", ForgeKind.spellings()));
    }
    String url =
        section.text("url", text -> url(kind, text)).or(() -> before.map(Forge::url)).orElse(null);
    if (url == null) {
      throw needed(
          kind == ForgeKind.LOCAL
              ? "url, the directory that holds its repositories"
              : "url, what the URLs of its repositories begin with");
    }
    if (section.has("api") && !kind.hasApi()) {
      throw section.wrong("api", "a forge of kind " + kind.spelling() + " has no api");
    }
    Optional<String> api = section.text("api", ForgeReader::httpUrl);
    Optional<Token> token = token(section);
    List<String> owners = section.texts("owners");
    section.refuseOthers();
    if (token.isPresent()) {
      noteIfOpen(section, url);
    }
    return new Forge(
        name,
        kind,
        url,
        // That of a ready-made one belongs to its URL.
        api.or(() -> before.filter(_ -> !section.has("url")).flatMap(Forge::api)),
        token,
        owners);
  }

  private Optional<Token> token(TomlSection section) throws SettingsException {
    Optional<Token> inline = section.text("token", Token::new);
    Optional<String> variable = section.text("token-env");
    Optional<String> from = section.text("token-file");
    if (Stream.of(inline, variable, from).filter(Optional::isPresent).count() > 1) {
      throw section.wrong(
          from.isPresent() ? "token-file" : "token-env",
          "give one of token, token-env and token-file");
    }
    if (inline.isPresent() && isOpen(file)) {
      throw section.wrong(
          "token", "everybody can read the token in this file; run: chmod 600 " + file);
    }
    if (variable.isPresent()) {
      return fromVariable(section, variable.get());
    }
    return from.isPresent() ? Optional.of(fromFile(section, from.get())) : inline;
  }

  private Optional<Token> fromVariable(TomlSection section, String variable)
      throws SettingsException {
    String value = environment.getOrDefault(variable, "").strip();
    if (value.isEmpty()) {
      notes.add(
          section.at("token-env")
              + variable
              + " is not set; "
              + name
              + " is asked without a token");
      return Optional.empty();
    }
    try {
      return Optional.of(Token.ofVariable(variable, value));
    } catch (IllegalArgumentException e) {
      throw section.wrong("token-env", variable + " holds no token: " + e.getMessage());
    }
  }

  private Token fromFile(TomlSection section, String text) throws SettingsException {
    Path from = text.startsWith("~") ? tilde(section, text) : file.resolveSibling(text);
    try {
      return Token.read(from);
    } catch (IOException e) {
      throw section.wrong("token-file", e.getMessage());
    }
  }

  private Path tilde(TomlSection section, String text) throws SettingsException {
    try {
      return SettingsReader.path(text, home);
    } catch (IllegalArgumentException e) {
      throw section.wrong("token-file", e.getMessage());
    }
  }

  private void noteIfOpen(TomlSection section, String url) {
    boolean open =
        url.startsWith("http://")
            && !LOOPBACK.contains(HttpOrigin.of(URI.create(url)).orElseThrow().host());
    if (open) {
      notes.add(
          section.at(section.has("url") ? "url" : "kind")
              + "the token of "
              + name
              + " is sent over http for all to read; use https");
    }
  }

  private String url(ForgeKind kind, String text) {
    return switch (kind) {
      case LOCAL -> SettingsReader.path(text, home).toString();
      case PLAIN -> gitUrl(text);
      default -> httpUrl(text);
    };
  }

  private static ForgeKind kind(String text) {
    return ForgeKind.of(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + text
                    + "' is no kind of forge; allowed are "
                    + String.join(", ", ForgeKind.spellings())));
  }

  private static String gitUrl(String text) {
    if (!text.matches("(https?|ssh|git|file)://[^\\s?#]+|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\\s]*")) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no URL; allowed are https, http, ssh, git and file URLs and user@host:");
    }
    return text.startsWith("http") ? httpUrl(text) : text;
  }

  private static String httpUrl(String text) {
    try {
      var url = new URI(text);
      if (Set.of("http", "https").contains(String.valueOf(url.getScheme()))
          && HttpOrigin.of(url).isPresent()
          && url.getRawQuery() == null
          && url.getRawFragment() == null) {
        if (url.getRawAuthority().indexOf('@') >= 0) {
          throw new IllegalArgumentException(
              "a URL here holds no user or password; give them as token, token-env or token-file");
        }
        return text;
      }
    } catch (URISyntaxException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no https or http URL, such as https://git.example.com");
  }

  private SettingsException needed(String what) {
    return new SettingsException(file + ": [forge." + name + "] needs " + what, null);
  }

  private static boolean isOpen(Path secret) {
    try {
      return Files.getPosixFilePermissions(secret).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException e) {
      // Reading it will fail as well, and say why.
      return false;
    }
  }
}
