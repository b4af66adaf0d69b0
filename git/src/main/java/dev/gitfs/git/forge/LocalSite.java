package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.SizeSource;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of repositories on this machine, at any depth. {@code name.git} is listed, and found,
 * as {@code name}.
 */
final class LocalSite implements Site {

  private static final String SUFFIX = ".git";

  /** More than a directory that people look into has. */
  private static final int MOST_ENTRIES = 10_000;

  private static final Logger log = LoggerFactory.getLogger(LocalSite.class);

  private final Forge forge;
  private final Path root;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
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
    return directory(path).map(Directory::path).orElse(root).toString();
  }

  @Override
  public Remote open(String path) throws RemoteException {
    Path repository =
        directory(path)
            .filter(Directory::isRepository)
            .map(Directory::path)
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
    Optional<Directory> directory = path.isEmpty() ? Optional.of(top()) : directory(path);
    if (directory.isEmpty() || directory.get().isRepository()) {
      return Optional.empty();
    }
    var repositories = new ArrayList<HostedRepository>();
    var groups = new ArrayList<String>();
    String before = path.isEmpty() ? "" : path + "/";
    boolean complete = true;
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory.get().path(), "[!.]*")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        Optional<Directory> child = directory.get().child(name);
        if (child.isEmpty()) {
          // A file, a loop, or a name that no text is: those cannot be asked for either.
          continue;
        }
        if (repositories.size() + groups.size() == MOST_ENTRIES) {
          complete = false;
          say(path, "has more than " + MOST_ENTRIES + " entries; the rest is there by name");
          break;
        }
        if (child.get().isRepository()) {
          repositories.add(new HostedRepository(before + shortened(name), Optional.empty(), false));
        } else {
          groups.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      say(path, "cannot be listed: " + reason(e));
      return Optional.empty();
    }
    return Optional.of(new Listing(repositories, groups, complete, Instant.now()));
  }

  /** Once of each: a walk comes by again and again. */
  private void say(String path, String what) {
    if (told.size() < MOST_ENTRIES && told.add(path + " " + what)) {
      log.warn("{}: {} {}", forge.name(), path.isEmpty() ? root : root.resolve(path), what);
    }
  }

  private static String reason(Exception e) {
    var failure = e instanceof DirectoryIteratorException ? e.getCause() : e;
    return switch (failure) {
      case NoSuchFileException _ -> "there is no such directory";
      case AccessDeniedException _ -> "this user may not read it";
      case NotDirectoryException _ -> "it is no directory";
      default -> failure.toString();
    };
  }

  @Override
  public Optional<Listing> known(String path) {
    return list(path);
  }

  @Override
  public Place look(String path) {
    return directory(path)
        .map(directory ->
            directory.isRepository()
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

  /**
   * A directory of this forge, and those that lead to it.
   *
   * @param above as the file system has them, without symbolic links
   */
  private record Directory(Path path, Path real, List<Path> above) {

    /**
     * The directory of that name. One that leads back to where the path has come by is none: a walk
     * through it would not end.
     */
    Optional<Directory> child(String name) {
      Path child = path.resolve(name);
      try {
        if (!Files.isDirectory(child)) {
          return Optional.empty();
        }
        Path there = Files.isSymbolicLink(child) ? child.toRealPath() : real.resolve(name);
        if (real.startsWith(there) || above.contains(there)) {
          return Optional.empty();
        }
        var more = new ArrayList<>(above);
        more.add(there);
        return Optional.of(new Directory(child, there, List.copyOf(more)));
      } catch (IOException e) {
        return Optional.empty();
      }
    }

    /** Bare, or with a work tree. The top is none: it may be a home that git looks after. */
    boolean isRepository() {
      return above.size() > 1
          && (Files.exists(path.resolve(SUFFIX))
              // Of an old repository a link to a branch, which may be packed.
              || Files.exists(path.resolve("HEAD"), LinkOption.NOFOLLOW_LINKS)
                  && Files.isDirectory(path.resolve("objects"))
                  && Files.isDirectory(path.resolve("refs")));
    }
  }

  private Directory top() {
    Path real = root;
    try {
      real = root.toRealPath();
    } catch (IOException e) {
      // There is nothing below it then.
    }
    return new Directory(root, real, List.of(real));
  }

  /** The directory that {@code path} means: below the root, and never inside a repository. */
  private Optional<Directory> directory(String path) {
    var directory = top();
    try {
      for (String part : path.split("/", -1)) {
        if (part.isEmpty() || part.startsWith(".") || directory.isRepository()) {
          return Optional.empty();
        }
        var child = directory.child(part);
        if (child.isEmpty()) {
          child = directory.child(part + SUFFIX);
        }
        if (child.isEmpty()) {
          return Optional.empty();
        }
        directory = child.get();
      }
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    return Optional.of(directory);
  }

  private static String shortened(String name) {
    return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
  }
}
