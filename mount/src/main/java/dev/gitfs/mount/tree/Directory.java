package dev.gitfs.mount.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A directory that has been entered. It has its inode number for as long as its name is there, and
 * what it shows is its version, another one after each move of the branch that changed it. The last
 * few versions are kept for listings that began in them.
 *
 * <p>Read by any thread; changed under the lock of the {@link InodeTable}.
 */
final class Directory {

  /**
   * Versions kept after they were replaced. A listing takes milliseconds; one that was paused by
   * its reader over more moves than these, at one a minute by default, fails and says so.
   */
  static final int EARLIER_VERSIONS = 8;

  private final long inode;
  private final long parent;
  private volatile Version current;

  /** The newest last. Replaced as a whole. */
  private volatile List<Version> earlier = List.of();

  private volatile boolean removed;

  /**
   * @param inode its number
   * @param parent the number of the directory that contains it
   */
  Directory(long inode, long parent) {
    this.inode = inode;
    this.parent = parent;
  }

  long inode() {
    return inode;
  }

  long parent() {
    return parent;
  }

  /** What it shows; of a directory that is no longer there, what it showed last. */
  Version current() {
    return current;
  }

  /** The current version, or one of the last, by its number. */
  Optional<Version> version(int number) {
    var now = current;
    if (now.number() == number) {
      return Optional.of(now);
    }
    return earlier.stream().filter(version -> version.number() == number).findFirst();
  }

  List<Version> earlier() {
    return earlier;
  }

  void show(Version next) {
    if (current != null) {
      var kept = new ArrayList<>(earlier);
      kept.add(current);
      if (kept.size() > EARLIER_VERSIONS) {
        kept.removeFirst();
      }
      earlier = List.copyOf(kept);
    }
    current = next;
  }

  /** Whether its name is gone. */
  boolean isRemoved() {
    return removed;
  }

  void remove() {
    removed = true;
  }
}
