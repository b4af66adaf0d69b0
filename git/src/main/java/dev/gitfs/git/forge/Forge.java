package dev.gitfs.git.forge;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A site that hosts repositories, as it is configured.
 *
 * @param name how the namespace calls it: the name of its directory
 * @param url what the URLs of its repositories begin with, without a slash at the end; an absolute
 *     path for {@link ForgeKind#LOCAL}
 * @param api what the URLs of its API begin with, where that is not as its kind has it
 * @param token who asks; without one, what anybody may see
 * @param owners those to show though nobody has looked at them yet
 */
public record Forge(
    String name,
    ForgeKind kind,
    String url,
    Optional<String> api,
    Optional<Token> token,
    List<String> owners) {

  /** What a directory at the top of the namespace may be called. */
  public static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private static final Pattern HTTPS =
      Pattern.compile("https://([A-Za-z0-9.-]+)(?::443)?", Pattern.CASE_INSENSITIVE);

  /** The forge that {@code owner/repository} alone means. */
  public static final String USUAL = "github";

  public Forge {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'" + name + "' cannot name a forge: letters, digits, dots, dashes");
    }
    url = trimmed(url);
    api = api.map(Forge::trimmed);
    owners = List.copyOf(owners);
  }

  /** Those that need no configuration. */
  public static List<Forge> readyMade() {
    return List.of(
        of("github", ForgeKind.GITHUB, "https://github.com"),
        of("gitlab", ForgeKind.GITLAB, "https://gitlab.com"),
        of("bitbucket", ForgeKind.BITBUCKET, "https://bitbucket.org"),
        of("codeberg", ForgeKind.GITEA, "https://codeberg.org"),
        of("mesa", ForgeKind.MESA, "https://depot.mesa.dev"));
  }

  /** One that is asked without a token, at the API that belongs to its URL. */
  public static Forge of(String name, ForgeKind kind, String url) {
    return new Forge(name, kind, url, Optional.empty(), Optional.empty(), List.of());
  }

  public Forge with(Token given) {
    return new Forge(name, kind, url, api, Optional.of(given), owners);
  }

  /** What the URLs of its API begin with; empty for a kind that has none. */
  public Optional<String> apiUrl() {
    if (!kind.hasApi()) {
      return Optional.empty();
    }
    return api.or(() -> Optional.of(usualApi()));
  }

  private String usualApi() {
    return switch (kind) {
      case GITHUB -> usualGitHubApi();
      case GITLAB -> url + "/api/v4";
      case BITBUCKET -> isAt("bitbucket.org") ? "https://api.bitbucket.org/2.0" : url + "/2.0";
      case GITEA, MESA -> url + "/api/v1";
      case PLAIN, LOCAL -> throw new IllegalStateException(kind + " has no API");
    };
  }

  /**
   * github.com has a host for it, and so has each enterprise at ghe.com (GitHub Enterprise Cloud
   * with data residency); GitHub Enterprise Server has a path.
   */
  private String usualGitHubApi() {
    if (isAt("github.com")) {
      return "https://api.github.com";
    }
    String host = host();
    return host.matches("[a-z0-9-]+\\.ghe\\.com") ? "https://api." + host : url + "/api/v3";
  }

  /** Whether it is the public site of that name, in any spelling. */
  private boolean isAt(String site) {
    return host().equals(site) || host().equals("www." + site);
  }

  /** Its host in lower case if that is all there is to its URL, with https. */
  private String host() {
    var bare = HTTPS.matcher(url);
    return bare.matches() ? bare.group(1).toLowerCase(Locale.ROOT) : "";
  }

  private static String trimmed(String url) {
    return url.length() > 1 && url.endsWith("/")
        ? trimmed(url.substring(0, url.length() - 1))
        : url;
  }
}
