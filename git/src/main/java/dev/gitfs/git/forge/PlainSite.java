package dev.gitfs.git.forge;

import dev.gitfs.git.remote.Credential;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.SizeSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Any git server. What it has can be opened and not listed: {@code owner/repository}, or one
 * component alone that ends in {@code .git}.
 */
final class PlainSite implements Site {

  /** Not what leads elsewhere in a URL or on a command line, nor what tools only probe for. */
  private static final Pattern NAME = Pattern.compile("(?![.-])[^\\x00-\\x20\\x7f:?#\\\\]{1,255}");

  private static final String SUFFIX = ".git";

  private final Forge forge;
  private final RemoteOptions options;

  PlainSite(Forge forge, RemoteOptions options) {
    this.forge = forge;
    this.options =
        TokenCredential.of(forge, PlainSite::credential).map(options::with).orElse(options);
  }

  /** {@code user:password}, or a token, with which servers take any user. */
  private static Credential credential(Token token) {
    int colon = token.secret().indexOf(':');
    return colon > 0
        ? new Credential(token.secret().substring(0, colon), token.secret().substring(colon + 1))
        : new Credential("git", token.secret());
  }

  @Override
  public Forge forge() {
    return forge;
  }

  @Override
  public String url(String path) {
    return forge.url().contains("://")
        ? forge.url() + "/" + Dialect.encodedPath(path)
        // user@host:path has no escapes.
        : forge.url() + (forge.url().endsWith(":") ? "" : "/") + path;
  }

  @Override
  public Remote open(String path) throws RemoteException {
    if (look(path) != Place.PERHAPS) {
      throw new RemoteException(
          RemoteException.Kind.NOT_FOUND,
          new Hosted(forge, path)
              + " names no repository: give owner/repository, or a name that ends in .git");
    }
    return Remotes.open(url(path), options);
  }

  @Override
  public Remote at(String url) throws RemoteException {
    return Remotes.open(url, options);
  }

  @Override
  public List<String> owners() {
    return forge.owners();
  }

  @Override
  public Optional<Listing> list(String path) {
    return Optional.empty();
  }

  @Override
  public Optional<Listing> known(String path) {
    return Optional.empty();
  }

  @Override
  public Place look(String path) {
    String[] parts = path.split("/", -1);
    for (String part : parts) {
      if (!NAME.matcher(part).matches()) {
        return Place.ABSENT;
      }
    }
    return switch (parts.length) {
      case 1 -> path.endsWith(SUFFIX) ? Place.PERHAPS : Place.GROUP;
      case 2 -> parts[0].endsWith(SUFFIX) ? Place.ABSENT : Place.PERHAPS;
      default -> Place.ABSENT;
    };
  }

  @Override
  public Optional<HostedRepository> describe(String path) {
    return Optional.empty();
  }

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
}
