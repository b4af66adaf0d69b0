package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.forge.Sites;
import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.git.store.StoreStatistics;
import dev.gitfs.mount.prefetch.PathFetch;
import dev.gitfs.mount.prefetch.PathRequest;
import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.Move;
import dev.gitfs.mount.tree.Ownership;
import dev.gitfs.mount.tree.RepositoryTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
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
    // One request for all refs of a repository.
    var asked = new HashMap<BranchFollower, Map<RepositoryTree, Move>>();
    for (var root : namespace.surroundings().nodes().roots().toList()) {
      var place = directory().resolve(root.path());
      var tree = root.openTree();
      var follower = root.follower();
      if (tree.isPresent()
          && follower.isPresent()
          && (place.startsWith(directory) || directory.startsWith(place))) {
        if (!asked.containsKey(follower.get())) {
          asked.put(follower.get(), follower.get().refresh());
        }
        moves.put(root.path(), Optional.ofNullable(asked.get(follower.get()).get(tree.get())));
      }
    }
    return moves;
  }

  /**
   * Opens the repository that a path leads into, as whoever looks there would.
   *
   * @param path below the directory where this is mounted; what follows the repository need not
   *     exist
   * @return the path of the repository; empty if there is none
   */
  public Optional<String> open(String path) throws InterruptedException {
    // A look into this very mount is none for a virtual thread, which would hold up those that
    // serve it.
    var look = Background.platform("look", () -> look(path));
    look.start();
    look.join();
    var place = directory().resolve(path);
    return namespace
        .surroundings()
        .nodes()
        .roots()
        .filter(root -> root.openTree().isPresent())
        .map(RepositoryRoot::path)
        .filter(open -> place.startsWith(directory().resolve(open)))
        .findFirst();
  }

  private void look(String path) {
    try (var entries = Files.newDirectoryStream(directory().resolve(path))) {
      entries.iterator().hasNext();
    } catch (IOException e) {
      // A file, or nothing: its repository is open now all the same.
    }
  }

  /** Begins to bring what {@code request} names of a repository; empty if that is closed. */
  public Optional<PathFetch> bring(String repository, PathRequest request) {
    return namespace
        .surroundings()
        .nodes()
        .roots()
        .filter(root -> root.openTree().isPresent() && root.path().equals(repository))
        .findFirst()
        .flatMap(RepositoryRoot::openTree)
        .map(tree -> tree.bring(request));
  }

  /** What readers got, of all repositories since the mount began. */
  public StoreStatistics reads() {
    return namespace.surroundings().ledger().reads();
  }

  /** What servers were asked, likewise. */
  public RemoteStatistics network() {
    return namespace.surroundings().ledger().network();
  }

  /** The number of its device. */
  public Optional<String> device() {
    return mount.device();
  }

  /** Whether this process sees it mounted, there or elsewhere. */
  public boolean isSeen() {
    return mount.isSeen();
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
