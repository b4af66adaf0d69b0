package dev.gitfs.git.store;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Trees too large for the cache of trees: of a directory of a million entries, some 40 MB. They are
 * read one at a time, and the last one is held until another is read or nothing is going on, since
 * each look at one of its entries needs it. Safe for use by many threads.
 */
final class LargeTrees {

  /** Of the heap, which has to hold one of them and what is made of it while it is parsed. */
  private static final int HEAP_SHARE = 3;

  /** Reads a tree if it is here. */
  interface Reading {
    Optional<ParsedTree> read(long mostBytes) throws IOException;
  }

  private record Held(ObjectId id, ParsedTree tree) {}

  private final ReentrantLock reading = new ReentrantLock();

  /** Null if there is none. */
  private volatile Held last;

  Optional<Tree> get(ObjectId id) {
    var held = last;
    return held != null && held.id.equals(id) ? Optional.of(held.tree) : Optional.empty();
  }

  /** The tree {@code id}, which any number of threads may want at once. */
  Optional<Tree> read(ObjectId id, Reading how) throws IOException {
    reading.lock();
    try {
      var known = get(id);
      if (known.isPresent()) {
        return known;
      }
      // There may not be room for two.
      last = null;
      var tree = how.read(Runtime.getRuntime().maxMemory() / HEAP_SHARE);
      tree.ifPresent(read -> last = new Held(id.copy(), read));
      return tree.map(Tree.class::cast);
    } finally {
      reading.unlock();
    }
  }

  void trim() {
    last = null;
  }
}
