package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.forge.Sites;
import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.git.store.StoreStatistics;
import dev.gitfs.mount.tree.Move;
import dev.gitfs.mount.tree.Ownership;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Every repository that may be opened, mounted under one directory until someone unmounts it.
 * Methods are thread-safe.
 */
public final class NamespaceMount implements AutoCloseable {

  private final Namespace namespace;
  private final FuseMount mount;
  private final Housekeeping housekeeping;

  private NamespaceMount(Namespace namespace, FuseMount mount) {
    this.namespace = namespace;
    this.mount = mount;
    this.housekeeping = Housekeeping.start(namespace.surroundings(), mount.directory());
  }

  /**
   * Mounts the namespace on {@code directory}, and asks no server yet. The sites stay the caller's:
   * they must be closed after this mount has ended.
   *
   * @throws IOException if the kernel or fusermount3 refuses, saying what to do about it
   */
  public static NamespaceMount mount(
      Sites sites, NamespaceOptions namespaceOptions, Path directory, MountOptions options)
      throws IOException {
    var namespace = new Namespace(sites, namespaceOptions, Ownership.ofThisProcess());
    return new NamespaceMount(namespace, FuseMount.mount(namespace, directory, options));
  }

  /** Where it is mounted. */
  public Path directory() {
    return mount.directory();
  }

  /** The repositories that are open now. */
  public List<OpenRepository> open() {
    return namespace
        .surroundings()
        .nodes()
        .roots()
        .flatMap(root -> root.describeOpen().stream())
        .toList();
  }

  /**
   * Asks the servers now where the branches of open repositories are, and shows that.
   *
   * @param directory of a repository, of which there may be more at or below it; absolute
   * @return by path below the mount
   */
  public Map<String, Optional<Move>> refresh(Path directory)
      throws IOException, InterruptedException {
    var moves = new TreeMap<String, Optional<Move>>();
    for (var root : namespace.surroundings().nodes().roots().toList()) {
      var place = directory().resolve(root.path());
      if (root.openTree().isPresent()
          && (place.startsWith(directory) || directory.startsWith(place))) {
        moves.put(root.path(), root.refresh());
      }
    }
    return moves;
  }

  /** What readers got, of all repositories since the mount began. */
  public StoreStatistics reads() {
    return namespace.surroundings().ledger().reads();
  }

  /** What servers were asked, likewise. */
  public RemoteStatistics network() {
    return namespace.surroundings().ledger().network();
  }

  /** Waits until it is unmounted, by whomever. */
  public void await() throws InterruptedException {
    mount.awaitEnd();
  }

  /** Unmounts it; detaches it if files are in use. Does nothing if it is unmounted already. */
  @Override
  public void close() throws IOException {
    housekeeping.close();
    mount.close();
  }
}
