package dev.gitfs.git.forge;

import java.util.List;
import java.util.Optional;

/**
 * A repository as people name it to a command, and maybe a ref: {@code owner/repository[@ref]} of
 * the usual forge, {@code forge/owner/…/repository[@ref]}, or a URL below a forge's.
 */
public record Spelling(Hosted repository, Optional<String> ref) {

  /**
   * Reads {@code source} if it is such a name.
   *
   * @param forges those that are configured
   * @throws IllegalArgumentException with a message for people, if it is one but for a detail
   */
  public static Optional<Spelling> parse(String source, List<Forge> forges) {
    return source.contains("://") ? url(source, forges) : path(source, forges);
  }

  private static Optional<Spelling> path(String source, List<Forge> forges) {
    if (source.startsWith("/")
        || source.startsWith(".")
        || source.startsWith("~")
        || source.indexOf(':') >= 0
        || source.indexOf('/') < 0) {
      return Optional.empty();
    }
    int at = source.indexOf('@');
    int slash = at < 0 ? -1 : source.indexOf('/', at);
    if (at >= 0 && source.lastIndexOf('/', at) < 0) {
      return Optional.empty();
    }
    String first = source.substring(0, source.indexOf('/'));
    long components = source.chars().filter(character -> character == '/').count() + 1;
    if (slash >= 0) {
      throw new IllegalArgumentException(
          "a slash in a ref is written %2F: "
              + source.substring(0, at + 1)
              + RepositoryName.encoded(source.substring(at + 1)));
    }
    Optional<Forge> named = named(first, forges);
    if (named.isPresent() && (components > 2 || !named.get().kind().hasApi())) {
      return Optional.of(of(named.get(), source.substring(first.length() + 1)));
    }
    return components == 2
        ? named(Forge.USUAL, forges).map(usual -> of(usual, source)).filter(Spelling::isPossible)
        : Optional.empty();
  }

  /** Whether the usual forge could have such a name; anything else is no name but a mistake. */
  private boolean isPossible() {
    var dialect = Dialect.of(repository.forge().kind());
    String path = repository.path();
    int slash = path.indexOf('/');
    return dialect.isPossible(path.substring(0, slash), true)
        && dialect.isPossible(path.substring(slash + 1), false);
  }

  private static Optional<Spelling> url(String source, List<Forge> forges) {
    // Whoever names a user in it means the same place.
    String bare = source.replaceFirst("^(https?://)[^/@]*@", "$1").replaceFirst("/+$", "");
    for (Forge forge : forges) {
      String base = forge.url() + "/";
      if (forge.kind() != ForgeKind.LOCAL
          && bare.regionMatches(true, 0, base, 0, base.length())
          && bare.length() > base.length()) {
        String path = bare.substring(base.length());
        return Optional.of(
            new Spelling(
                new Hosted(forge, forge.kind().hasApi() ? path.replaceFirst("\\.git$", "") : path),
                Optional.empty()));
      }
    }
    return Optional.empty();
  }

  private static Spelling of(Forge forge, String path) {
    int start = path.lastIndexOf('/') + 1;
    var name = RepositoryName.parse(path.substring(start));
    if (name.isAllRefs()) {
      throw new IllegalArgumentException(path + " names no ref behind its @");
    }
    return new Spelling(new Hosted(forge, path.substring(0, start) + name.name()), name.ref());
  }

  private static Optional<Forge> named(String name, List<Forge> forges) {
    return forges.stream().filter(forge -> forge.name().equals(name)).findFirst();
  }
}
