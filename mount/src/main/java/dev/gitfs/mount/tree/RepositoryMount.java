package dev.gitfs.mount.tree;

import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Prefetcher;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One commit of one repository, mounted on a directory until someone unmounts it. Methods are
 * thread-safe.
 */
public final class RepositoryMount implements AutoCloseable {

  private final ObjectStore store;
  private final Revision revision;
  private final FuseMount mount;
  private final Prefetcher prefetcher;

  private RepositoryMount(
      ObjectStore store, Revision revision, FuseMount mount, Prefetcher prefetcher) {
    this.store = store;
    this.revision = revision;
    this.mount = mount;
    this.prefetcher = prefetcher;
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
    var prefetcher = Prefetcher.start(store, revision.tree(), mode);
    try {
      var fileSystem = new TreeFileSystem(store, revision, Ownership.ofThisProcess(), prefetcher);
      var mount = FuseMount.mount(fileSystem, directory, options);
      return new RepositoryMount(store, revision, mount, prefetcher);
    } catch (IOException | InterruptedException | RuntimeException e) {
      prefetcher.close();
      throw e;
    }
  }

  /** Where it is mounted. */
  public Path directory() {
    return mount.directory();
  }

  /** What it shows. */
  public Revision revision() {
    return revision;
  }

  /** Where its objects come from. */
  public ObjectStore store() {
    return store;
  }

  /** What readers made of what was fetched ahead for them. */
  public ReaderStatistics prefetched() {
    return prefetcher.statistics();
  }

  /** Waits until it is unmounted, by whomever. */
  public void await() throws InterruptedException {
    mount.awaitEnd();
    prefetcher.close();
  }

  /** Unmounts it; detaches it if files are in use. Does nothing if it is unmounted already. */
  @Override
  public void close() throws IOException {
    mount.close();
  }
}
