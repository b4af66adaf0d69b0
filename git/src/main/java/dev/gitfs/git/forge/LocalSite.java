package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.SizeSource;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A directory of repositories on this machine, at any depth. {@code name.git} is listed, and found,
 * as {@code name}.
 */
final class LocalSite implements Site {

  private static final String SUFFIX = ".git";

  /** More than a directory that people look into has. */
  private static final int MOST_ENTRIES = 10_000;

  private final Forge forge;
  private final Path root;
  private final RemoteOptions options;

  LocalSite(Forge forge, RemoteOptions options) {
    this.forge = forge;
    this.root = Path.of(forge.url()).toAbsolutePath();
    this.options = options;
  }

  @Override
  public Forge forge() {
    return forge;
  }

  @Override
  public String url(String path) {
    return directory(path).orElse(root).toString();
  }

  @Override
  public Remote open(String path) throws RemoteException {
    Path repository =
        directory(path)
            .filter(LocalSite::isRepository)
            .orElseThrow(() ->
                new RemoteException(
                    RemoteException.Kind.NOT_FOUND,
                    new Hosted(forge, path) + ": " + root + " has no such repository"));
    return Remotes.open(repository.toString(), options);
  }

  @Override
  public Remote at(String url) throws RemoteException {
    return Remotes.open(url, options);
  }

  @Override
  public List<String> owners() {
    var owners = new ArrayList<>(forge.owners());
    list("").ifPresent(listing -> owners.addAll(listing.groups()));
    return owners.stream().distinct().toList();
  }

  @Override
  public Optional<Listing> list(String path) {
    Optional<Path> directory = path.isEmpty() ? Optional.of(root) : directory(path);
    if (directory.isEmpty() || isRepository(directory.get())) {
      return Optional.empty();
    }
    var repositories = new ArrayList<HostedRepository>();
    var groups = new ArrayList<String>();
    String before = path.isEmpty() ? "" : path + "/";
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.get(), "[!.]*")) {
      for (Path entry : entries) {
        if (!Files.isDirectory(entry) || count++ == MOST_ENTRIES) {
          continue;
        }
        String name = entry.getFileName().toString();
        if (isRepository(entry)) {
          repositories.add(new HostedRepository(before + shortened(name), Optional.empty(), false));
        } else {
          groups.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty();
    }
    return Optional.of(new Listing(repositories, groups, count <= MOST_ENTRIES, Instant.now()));
  }

  @Override
  public Optional<Listing> known(String path) {
    return list(path);
  }

  @Override
  public Place look(String path) {
    return directory(path)
        .map(directory ->
            isRepository(directory)
                ? new Place.Repository(
                    new HostedRepository(shortened(path), Optional.empty(), false))
                : Place.GROUP)
        .orElse(Place.ABSENT);
  }

  @Override
  public Optional<HostedRepository> describe(String path) {
    return look(path) instanceof Place.Repository(var repository)
        ? Optional.of(repository)
        : Optional.empty();
  }

  /** The store asks the repository itself. */
  @Override
  public Optional<ObjectId> expand(String path, String abbreviated) {
    return Optional.empty();
  }

  @Override
  public Optional<SizeSource> sizes(String path) {
    return Optional.empty();
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  /** The directory that {@code path} means: below the root, and never inside a repository. */
  private Optional<Path> directory(String path) {
    Path directory = root;
    try {
      for (String part : path.split("/", -1)) {
        if (part.isEmpty() || part.startsWith(".") || isRepository(directory)) {
          return Optional.empty();
        }
        Path exact = directory.resolve(part);
        directory = Files.isDirectory(exact) ? exact : directory.resolve(part + SUFFIX);
        if (!Files.isDirectory(directory)) {
          return Optional.empty();
        }
      }
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    return Optional.of(directory);
  }

  private static String shortened(String name) {
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }

  /** Bare, or with a work tree. */
  private static boolean isRepository(Path directory) {
    return Files.exists(directory.resolve(SUFFIX))
        || Files.isRegularFile(directory.resolve("HEAD"))
            && Files.isDirectory(directory.resolve("objects"))
            && Files.isDirectory(directory.resolve("refs"));
  }
}
