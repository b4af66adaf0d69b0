package dev.gitfs.mount.namespace;

import dev.gitfs.git.forge.Hosted;
import dev.gitfs.git.forge.Site;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.Pace;
import java.io.IOException;
import java.util.Optional;

/**
 * A repository as all its refs share it: one remote, with its connections, and one store, opened
 * when the first needs them and closed after the last. Safe for use by many threads.
 */
final class SharedRepository {

  /**
   * A remote and its store, while somebody uses them.
   *
   * @param follower keeps the trees of all its refs where their branches are
   */
  record Opened(Remote remote, ObjectStore store, BranchFollower follower) {}

  private final ForgeInUse forge;
  private final Hosted hosted;
  private final Memory memory;
  private final Joint<Opened> opening = new Joint<>();

  /** Guarded by this, as is all below. Null while nobody uses it. */
  private Opened opened;

  private int users;

  /** Whether nobody used it at the last {@link #sweep}. */
  private boolean abandoned;

  SharedRepository(ForgeInUse forge, String path) {
    this.forge = forge;
    this.hosted = new Hosted(forge.site().forge(), path);
    this.memory = new Memory(forge.options().absent());
  }

  Hosted hosted() {
    return hosted;
  }

  Site site() {
    return forge.site();
  }

  ForgeInUse forge() {
    return forge;
  }

  /** Why it cannot be opened, if that is known. */
  Optional<RefusedException> refused() {
    return memory.refused();
  }

  /**
   * The store and its remote, which stay open until as many {@link #release}. Asks the server
   * whether there is such a repository, unless it is in the cache: one request, however many come
   * at once.
   */
  Opened acquire() throws IOException, InterruptedException {
    while (true) {
      synchronized (this) {
        if (opened != null) {
          users++;
          abandoned = false;
          return opened;
        }
      }
      memory.check();
      var fresh = opening.join(this::open);
      synchronized (this) {
        if (opened == fresh) {
          users++;
          abandoned = false;
          return opened;
        }
      }
    }
  }

  private Opened open() throws IOException, InterruptedException {
    try {
      var fresh = openStore();
      memory.clear();
      forge.ledger().opened(fresh);
      synchronized (this) {
        opened = fresh;
      }
      return fresh;
    } catch (IOException e) {
      throw memory.refuse(hosted, e);
    }
  }

  private Opened openStore() throws IOException, InterruptedException {
    var remote = forge.site().open(hosted.path());
    try {
      var options = forge.options().store().with(forge.site().sizes(hosted.path()));
      if (!ObjectStore.isCached(remote, options)) {
        // Before a directory is made for what is not there.
        forge.reach(hosted, remote::capabilities);
      }
      var store = ObjectStore.open(remote, options);
      var follower = new BranchFollower(remote.url(), store, () -> Optional.of(pace()));
      return new Opened(remote, store, follower);
    } catch (IOException | InterruptedException | RuntimeException e) {
      remote.close();
      throw e;
    }
  }

  private Pace pace() {
    return forge.options().pace().among(forge.ledger().size());
  }

  /** Ends one use. Blocks while the last one puts things away. */
  void release() {
    Opened last = null;
    synchronized (this) {
      if (--users == 0) {
        last = opened;
        opened = null;
      }
    }
    if (last != null) {
      close(last);
    }
  }

  private void close(Opened last) {
    last.follower().close();
    last.store().close();
    forge.ledger().closed(last);
  }

  /**
   * Closes what was opened for somebody who did not wait for it. To be called now and then; returns
   * whether nobody uses it and nothing is known of it.
   */
  boolean sweep() {
    Opened last = null;
    synchronized (this) {
      if (opened != null && users == 0) {
        if (abandoned) {
          last = opened;
          opened = null;
        }
        abandoned = true;
      }
    }
    if (last != null) {
      close(last);
    }
    synchronized (this) {
      return opened == null && users == 0 && memory.refused().isEmpty();
    }
  }
}
