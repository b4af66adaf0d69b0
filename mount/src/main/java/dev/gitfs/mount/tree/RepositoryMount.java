package dev.gitfs.mount.tree;

import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.mount.prefetch.PathFetch;
import dev.gitfs.mount.prefetch.PathRequest;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Profile;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One commit of one repository, mounted on a directory until someone unmounts it. Methods are
 * thread-safe.
 */
public final class RepositoryMount implements AutoCloseable {

  private final ObjectStore store;
  private final RepositoryTree tree;
  private final FuseMount mount;

  private RepositoryMount(ObjectStore store, RepositoryTree tree, FuseMount mount) {
    this.store = store;
    this.tree = tree;
    this.mount = mount;
  }

  /**
   * Mounts {@code revision}, whose root tree is local, on {@code directory}. Returns once the root
   * can be listed. The store stays the caller's: it must be closed after this mount has ended.
   *
   * @param mode how much to fetch before it is asked for
   * @throws IOException if the kernel or fusermount3 refuses, saying what to do about it
   */
  public static RepositoryMount mount(
      ObjectStore store, Revision revision, Path directory, MountOptions options, PrefetchMode mode)
      throws IOException, InterruptedException {
    var tree =
        RepositoryTree.open(store, revision, InodeRange.WHOLE, Ownership.ofThisProcess(), mode);
    try {
      return new RepositoryMount(store, tree, FuseMount.mount(tree, directory, options));
    } catch (IOException | RuntimeException e) {
      tree.close();
      throw e;
    }
  }

  /** Where it is mounted. */
  public Path directory() {
    return mount.directory();
  }

  /** What it shows. */
  public Revision revision() {
    return tree.revision();
  }

  /** The tree that is mounted. */
  public RepositoryTree tree() {
    return tree;
  }

  /** Where its objects come from. */
  public ObjectStore store() {
    return store;
  }

  /** Begins to bring what {@code request} names; ends with the mount. */
  public PathFetch bring(PathRequest request) {
    return tree.bring(request);
  }

  /** Begins to record which files are read. */
  public void record() {
    tree.record();
  }

  /** Ends that; returns what was read since. */
  public Profile recorded() {
    return tree.recorded();
  }

  /** What readers made of what was fetched ahead for them. */
  public ReaderStatistics prefetched() {
    return tree.prefetched();
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
    mount.close();
  }
}
