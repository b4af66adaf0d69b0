package dev.gitfs.git.forge;

import dev.gitfs.git.remote.RemoteOptions;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All forges in use, by their names. */
public final class Sites implements AutoCloseable {

  private final Map<String, Site> sites = new LinkedHashMap<>();

  private Sites() {}

  /**
   * Talks to no server yet.
   *
   * @param rules no redirect is followed to what these do not allow; what may be asked for at all
   *     is the caller's to see to
   * @param cacheDirectory the store's: listings are kept beside the repositories
   */
  public static Sites open(
      List<Forge> forges, Rules rules, Path cacheDirectory, RemoteOptions options) {
    var all = new Sites();
    var confined = options.redirectedOnlyTo(place -> rules.permitsPlace(place, forges));
    for (Forge forge : forges) {
      all.sites.put(forge.name(), open(forge, cacheDirectory, confined));
    }
    return all;
  }

  /** One forge alone. */
  public static Site open(Forge forge, Rules rules, Path cacheDirectory, RemoteOptions options) {
    var all = open(List.of(forge), rules, cacheDirectory, options);
    return all.sites.get(forge.name());
  }

  private static Site open(Forge forge, Path cacheDirectory, RemoteOptions options) {
    return switch (forge.kind()) {
      case LOCAL -> new LocalSite(forge, options);
      case PLAIN -> new PlainSite(forge, options);
      default -> ApiSite.open(forge, cacheDirectory, options);
    };
  }

  /** In the order in which they are configured. */
  public Collection<Site> all() {
    return List.copyOf(sites.values());
  }

  public Optional<Site> named(String name) {
    return Optional.ofNullable(sites.get(name));
  }

  @Override
  public void close() {
    sites.values().forEach(Site::close);
  }
}
