package dev.gitfs.git.forge;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.benmanes.caffeine.cache.Ticker;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.git.store.SizeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.eclipse.jgit.lib.ObjectId;

/** A forge with an API. */
final class ApiSite implements Site {

  /** Listings are as old as this at most: a repository made in the browser is soon there. */
  private static final Duration LISTING = Duration.ofMinutes(5);

  /** What is not there, or not known, is not asked for again before. */
  private static final Duration NOTHING = Duration.ofSeconds(60);

  /** An id's first digits rarely come to mean another commit. */
  private static final Duration EXPANSION = Duration.ofDays(1);

  /**
   * A firewall may let git through and drop what goes to the API, without a word: who waits for a
   * listing or a size waits this long. A SYN that was lost is repeated after one second.
   */
  private static final Duration CONNECT = Duration.ofSeconds(3);

  private static final Duration IDLE = Duration.ofSeconds(15);

  /** Some hundred bytes each, and some thousand for a listing's repositories. */
  private static final int MOST_ANSWERS = 10_000;

  private static final int MOST_LISTINGS = 200;

  /** What the user of the token may see, among the listings; no owner has such a name. */
  private static final String VISIBLE = "@visible";

  private static final Pattern ABBREVIATED = Pattern.compile("[0-9a-f]{7,40}");

  /** What a question about one repository came to. */
  private record Described(Place place, boolean certain) {}

  private final Forge forge;
  private final Dialect dialect;
  private final RemoteOptions options;
  private final Rest rest;
  private final Lister lister;
  private final ListingFiles files;
  private final Recall<Optional<Pages>> listings;
  private final Recall<Described> descriptions;
  private final Recall<Optional<ObjectId>> expansions;

  ApiSite(Forge forge, Path cacheDirectory, RemoteOptions options, InstantSource clock) {
    this.forge = forge;
    this.dialect = Dialect.of(forge.kind());
    this.options =
        TokenCredential.of(forge, dialect::credential).map(options::with).orElse(options);
    rest = new Rest(forge, dialect.headers(), dialect::authorization, impatient(options), clock);
    lister = new Lister(rest, dialect, clock);
    files = new ListingFiles(cacheDirectory.resolve("forges").resolve(directoryName(forge)));
    Ticker ticker = () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
    listings =
        new Recall<>(
            MOST_LISTINGS,
            known -> known.map(Pages::complete).orElse(false) ? LISTING : NOTHING,
            ticker);
    descriptions =
        new Recall<>(
            MOST_ANSWERS,
            known -> known.place() instanceof Place.Absent || !known.certain() ? NOTHING : LISTING,
            ticker);
    expansions = new Recall<>(MOST_ANSWERS, id -> id.isPresent() ? EXPANSION : NOTHING, ticker);
  }

  /** What an API has to say is not worth waiting for as git is: there are other ways. */
  private static RemoteOptions impatient(RemoteOptions options) {
    var usual = options.timeouts();
    var timeouts =
        new Timeouts(shorter(usual.connect(), CONNECT), shorter(usual.idle(), IDLE), usual.keep());
    return new RemoteOptions(options.environment(), timeouts, options.retries());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  static Site open(Forge forge, Path cacheDirectory, RemoteOptions options) {
    return new ApiSite(forge, cacheDirectory, options, InstantSource.system());
  }

  @Override
  public Forge forge() {
    return forge;
  }

  @Override
  public String url(String path) {
    return forge.url() + "/" + Dialect.encodedPath(path) + dialect.suffix();
  }

  @Override
  public Remote open(String path) throws RemoteException {
    if (!isPossible(path.split("/", -1))) {
      throw new RemoteException(
          RemoteException.Kind.NOT_FOUND, new Hosted(forge, path) + " names no repository");
    }
    return Remotes.open(url(path), options);
  }

  @Override
  public Remote at(String url) throws RemoteException {
    return Remotes.open(url, options);
  }

  @Override
  public List<String> owners() {
    var owners = new TreeSet<>(forge.owners());
    for (String kept : files.owners()) {
      if (!kept.equals(VISIBLE) && kept.indexOf('/') < 0) {
        owners.add(kept);
      }
    }
    return List.copyOf(owners);
  }

  @Override
  public Optional<Listing> list(String path) throws InterruptedException {
    String[] parts = path.split("/", -1);
    if ((parts.length > 1 && !dialect.nests()) || !areOwners(parts, parts.length)) {
      return Optional.empty();
    }
    Optional<Pages> listed = pages(path, dialect.listings(path));
    if (listed.isEmpty()) {
      return known(path);
    }
    Optional<Pages> visible = Optional.empty();
    if (forge.token().isPresent() && dialect.visible().isPresent()) {
      visible = pages(VISIBLE, List.of(List.of(dialect.visible().get())));
    }
    return Optional.of(listing(path, listed.get(), visible));
  }

  @Override
  public Optional<Listing> known(String path) {
    return areOwners(path.split("/", -1), path.split("/", -1).length)
        ? files.read(path).map(pages -> listing(path, pages, files.read(VISIBLE)))
        : Optional.empty();
  }

  @Override
  public Place look(String path) throws InterruptedException {
    String[] parts = path.split("/", -1);
    if (parts.length == 1) {
      return areOwners(parts, 1) ? Place.GROUP : Place.ABSENT;
    }
    if (!isPossible(parts)) {
      return Place.ABSENT;
    }
    Optional<Place> listed = listed(path);
    if (listed.isPresent()) {
      return listed.get();
    }
    return dialect.nests() ? described(path).place() : Place.PERHAPS;
  }

  @Override
  public Optional<HostedRepository> describe(String path) throws InterruptedException {
    return isPossible(path.split("/", -1))
            && described(path).place() instanceof Place.Repository(var repository)
        ? Optional.of(repository)
        : Optional.empty();
  }

  @Override
  public Optional<ObjectId> expand(String path, String abbreviated) throws InterruptedException {
    if (!ABBREVIATED.matcher(abbreviated).matches() || !isPossible(path.split("/", -1))) {
      return Optional.empty();
    }
    if (ObjectId.isId(abbreviated)) {
      return Optional.of(ObjectId.fromString(abbreviated));
    }
    return expansions.get(
        path + "@" + abbreviated,
        () -> {
          Reply<String> reply =
              rest.get(
                  dialect.commit(path, abbreviated),
                  Optional.empty(),
                  (json, _) ->
                      Dialect.text(
                              JsonParser.parseReader(json).getAsJsonObject(), dialect.commitId())
                          .orElse(""));
          // A branch may be called like this, too.
          return reply instanceof Reply.Told(var id)
                  && ObjectId.isId(id)
                  && id.startsWith(abbreviated)
              ? Optional.of(ObjectId.fromString(id))
              : Optional.empty();
        });
  }

  @Override
  public Optional<SizeSource> sizes(String path) {
    return switch (dialect) {
      case GitLab _ -> Optional.of(new GitLabSizes(rest, path));
      case GitHub _, Gitea _, Mesa _ -> Optional.of(new FileSizes(rest, dialect, path));
      case Bitbucket _ -> Optional.empty();
    };
  }

  @Override
  public void close() {
    rest.close();
  }

  /** What the listing of its parent, if it is known, says of {@code path}. */
  private Optional<Place> listed(String path) {
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    Optional<Pages> parent = files.read(path.substring(0, slash));
    Optional<Place> repository =
        Stream.of(parent, files.read(VISIBLE))
            .flatMap(Optional::stream)
            .flatMap(Pages::repositories)
            .filter(each -> each.path().equalsIgnoreCase(path))
            .map(each -> (Place) new Place.Repository(each))
            .findFirst();
    return repository.or(() ->
        parent.stream()
            .flatMap(Pages::groups)
            .filter(name::equalsIgnoreCase)
            .map(_ -> Place.GROUP)
            .findFirst());
  }

  private Described described(String path) throws InterruptedException {
    return descriptions.get(path.toLowerCase(Locale.ROOT), () -> ask(path));
  }

  private Described ask(String path) throws InterruptedException {
    String owner = path.substring(0, path.indexOf('/'));
    Reply<HostedRepository> repository =
        rest.get(
            dialect.repository(path),
            Optional.empty(),
            (json, _) ->
                dialect
                    .repository(JsonParser.parseReader(json).getAsJsonObject())
                    .map(each -> Lister.whole(owner, each))
                    .orElseThrow());
    if (repository instanceof Reply.Told(var described)) {
      return new Described(new Place.Repository(described), true);
    }
    boolean missing = repository instanceof Reply.Missing;
    if (missing && dialect.group(path).isPresent()) {
      Reply<JsonElement> group =
          rest.get(
              dialect.group(path).get(),
              Optional.empty(),
              (json, _) -> JsonParser.parseReader(json));
      if (group instanceof Reply.Told) {
        return new Described(Place.GROUP, true);
      }
      missing = group instanceof Reply.Missing;
    }
    // To who has no token a private one is missing; git may have credentials of its own.
    return missing && forge.token().isPresent()
        ? new Described(Place.ABSENT, true)
        : new Described(Place.PERHAPS, false);
  }

  private Optional<Pages> pages(String key, List<List<String>> ways) throws InterruptedException {
    return listings.get(
        key,
        () -> {
          Optional<Pages> old = files.read(key);
          Optional<Pages> fresh = lister.list(ways, key, old);
          if (fresh.isPresent() && !fresh.get().complete() && old.isPresent()) {
            // Half a listing takes the place of none.
            return old;
          }
          fresh.ifPresent(pages -> files.write(key, pages));
          return fresh;
        });
  }

  /** With what the token's user sees besides, each repository once. */
  private Listing listing(String path, Pages pages, Optional<Pages> visible) {
    var repositories = new LinkedHashMap<String, HostedRepository>();
    String below = path + "/";
    Stream.concat(pages.repositories(), visible.stream().flatMap(Pages::repositories))
        // What is shared with a group or moved from it has its path elsewhere.
        .filter(each ->
            each.path().regionMatches(true, 0, below, 0, below.length())
                && dialect.isPossible(each.path().substring(below.length()), false))
        .forEach(each -> repositories.putIfAbsent(each.path(), each));
    return new Listing(
        List.copyOf(repositories.values()),
        pages.groups().distinct().filter(group -> dialect.isPossible(group, true)).toList(),
        pages.complete(),
        pages.asOf());
  }

  private boolean isPossible(String[] parts) {
    return parts.length >= 2
        && (parts.length == 2 || dialect.nests())
        && areOwners(parts, parts.length - 1)
        && dialect.isPossible(parts[parts.length - 1], false);
  }

  private boolean areOwners(String[] parts, int count) {
    for (int i = 0; i < count; i++) {
      if (!dialect.isPossible(parts[i], true)) {
        return false;
      }
    }
    return true;
  }

  /** Two forges of one name, in two configurations, do not share what they list. */
  private static String directoryName(Forge forge) {
    var checksum = new CRC32();
    checksum.update(forge.apiUrl().orElseThrow().getBytes(UTF_8));
    return forge.name() + "-" + HexFormat.of().toHexDigits((int) checksum.getValue());
  }
}
