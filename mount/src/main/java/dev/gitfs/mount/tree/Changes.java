package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Notifier;
import dev.gitfs.git.background.Background;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the kernel has to hear of a move.
 *
 * <p>For each name it waits for the lookups and listings under way in that directory, which is why
 * what they bring from before the move is forgotten with the rest. One that waits for a server that
 * does not answer holds up its own directory alone: the others are told on another thread.
 */
final class Changes {

  /** A directory takes microseconds; one of a hundred thousand changed names takes no harm. */
  private static final Duration STALLED = Duration.ofMillis(50);

  /** With so many directories stalled there is no server for the others either. */
  private static final int MOST_THREADS = 32;

  /** Something that the kernel may hold and that is no longer so. */
  private sealed interface Change {

    void tell(Notifier notifier);

    /** A name leads to another node, or is gone, or is there now. */
    record Name(long directory, byte[] name) implements Change {
      @Override
      public void tell(Notifier notifier) {
        notifier.invalidateEntry(directory, name);
      }
    }

    /** The name of a file or link is gone. */
    record Removed(long directory, long inode, byte[] name) implements Change {
      @Override
      public void tell(Notifier notifier) {
        notifier.delete(directory, inode, name);
      }
    }

    /** A directory lists otherwise, and has another time. */
    record Contents(long directory) implements Change {
      @Override
      public void tell(Notifier notifier) {
        // The offset 0 stands for the listing.
        notifier.invalidateInode(directory, 0, 0);
      }
    }
  }

  /** By directory. */
  private final Map<Long, List<Change>> changes = new LinkedHashMap<>();

  void name(long directory, byte[] name) {
    add(directory, new Change.Name(directory, name));
  }

  void removed(long directory, long inode, byte[] name) {
    add(directory, new Change.Removed(directory, inode, name));
  }

  /** To be told after all names of that directory. */
  void contents(long directory) {
    add(directory, new Change.Contents(directory));
  }

  private void add(long directory, Change change) {
    changes.computeIfAbsent(directory, _ -> new ArrayList<>()).add(change);
  }

  /** Tells the kernel, and returns when it has heard all. */
  void announce(Notifier notifier) throws InterruptedException {
    var left = new ConcurrentLinkedQueue<>(changes.values());
    var threads = new ArrayList<Thread>();
    while (!left.isEmpty() && threads.size() < MOST_THREADS) {
      // A call into the kernel that may take long is none for a virtual thread.
      var thread = Background.platform("invalidation", () -> tell(left, notifier));
      thread.start();
      threads.add(thread);
      awaitStall(thread, left);
    }
    for (var thread : threads) {
      thread.join();
    }
  }

  /** Returns when {@code thread} has come to its end, or nobody takes what is left. */
  private static void awaitStall(Thread thread, Queue<List<Change>> left)
      throws InterruptedException {
    for (int before = left.size() + 1; left.size() < before; ) {
      before = left.size();
      if (thread.join(STALLED)) {
        return;
      }
    }
  }

  private static void tell(Queue<List<Change>> left, Notifier notifier) {
    for (var directory = left.poll(); directory != null; directory = left.poll()) {
      for (Change change : directory) {
        try {
          change.tell(notifier);
        } catch (RuntimeException | Error e) {
          // The others are told all the same.
          Background.failed("telling the kernel what has changed", e);
        }
      }
    }
  }
}
