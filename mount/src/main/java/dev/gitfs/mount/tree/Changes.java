package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Notifier;
import java.util.ArrayList;
import java.util.List;

/** What the kernel has to hear of a move. */
final class Changes {

  /** Something that the kernel may hold and that is no longer so. */
  private sealed interface Change {

    /** A name leads to another node, or is gone, or is there now. */
    record Name(long directory, byte[] name) implements Change {}

    /** The name of a file or link is gone. */
    record Removed(long directory, long inode, byte[] name) implements Change {}

    /** A directory lists otherwise, and has another time. */
    record Contents(long directory) implements Change {}
  }

  private final List<Change> changes = new ArrayList<>();

  void name(long directory, byte[] name) {
    changes.add(new Change.Name(directory, name));
  }

  void removed(long directory, long inode, byte[] name) {
    changes.add(new Change.Removed(directory, inode, name));
  }

  /** To be told after all names of that directory. */
  void contents(long directory) {
    changes.add(new Change.Contents(directory));
  }

  /**
   * Tells the kernel, and returns when it has heard all. For each name it waits for the lookups and
   * listings under way in that directory, which is why what they bring from before the move is
   * forgotten with the rest.
   */
  void announce(Notifier notifier) throws InterruptedException {
    // A call into the kernel that may take long is none for a virtual thread.
    var thread = Thread.ofPlatform().daemon().name("invalidation").unstarted(() -> tell(notifier));
    thread.start();
    thread.join();
  }

  private void tell(Notifier notifier) {
    for (var change : changes) {
      switch (change) {
        case Change.Name(long directory, var name) -> notifier.invalidateEntry(directory, name);
        case Change.Removed(long directory, long inode, var name) ->
            notifier.delete(directory, inode, name);
        // The offset 0 stands for the listing.
        case Change.Contents(long directory) -> notifier.invalidateInode(directory, 0, 0);
      }
    }
  }
}
