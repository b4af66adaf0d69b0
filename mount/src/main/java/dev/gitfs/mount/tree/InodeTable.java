package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Request;
import dev.gitfs.mount.prefetch.Folder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The inode numbers of a mount. They cost memory per directory entered, none per file: entering a
 * directory reserves a run of consecutive numbers for its entries, so a number leads to the version
 * of a directory by binary search and to its entry by subtraction, and the numbers ascend in
 * listing order. A directory that changes reserves another run for what is new in it. A number
 * stands for one object as long as the kernel may know it.
 *
 * <p>Safe for any number of threads; look-ups take no lock.
 */
final class InodeTable {

  private final ConcurrentHashMap<Long, Directory> byInode = new ConcurrentHashMap<>();

  /** Ascending by {@link Version#first}; written under the lock, replaced when it grows. */
  private volatile Run run = new Run(new Version[64], 0);

  private final ReentrantLock lock = new ReentrantLock();
  private final long first;
  private final Directory root;

  /** Guarded by the lock. */
  private long nextInode;

  /** The filled part of an array that is only ever appended to. */
  private record Run(Version[] versions, int length) {}

  InodeTable(InodeRange range, ObjectId tree, int size, long seconds, Folder folder) {
    first = range.root();
    nextInode = first + 1;
    root = new Directory(range.root(), range.parent());
    byInode.put(root.inode(), root);
    show(root, tree, size, seconds, null, folder);
  }

  Directory root() {
    return root;
  }

  /** The directory {@code inode} if it has been entered. */
  Optional<Directory> entered(long inode) {
    return Optional.ofNullable(byInode.get(inode));
  }

  /**
   * Reserves numbers for the {@code size} entries of a directory, unless that was done before.
   *
   * @param seconds when it changed last
   */
  Directory enter(
      Request request,
      long inode,
      long parent,
      ObjectId tree,
      int size,
      long seconds,
      Folder folder)
      throws InterruptedException {
    // Held for long by a move alone.
    if (!lock.tryLock()) {
      request.willWait();
      lock.lockInterruptibly();
    }
    try {
      return enter(inode, parent, tree, size, seconds, folder);
    } finally {
      lock.unlock();
    }
  }

  /** The same for who holds the lock. */
  Directory enter(long inode, long parent, ObjectId tree, int size, long seconds, Folder folder) {
    var known = byInode.get(inode);
    if (known != null) {
      return known;
    }
    var directory = new Directory(inode, parent);
    show(directory, tree, size, seconds, null, folder);
    byInode.put(inode, directory);
    return directory;
  }

  /** Keeps directories from being entered and from being changed until it is unlocked. */
  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  /**
   * Gives a directory its next version. For who holds the lock.
   *
   * @param kept by entry its number from before, 0 for one that is new; null if all are new
   */
  void show(
      Directory directory, ObjectId tree, int size, long seconds, long[] kept, Folder folder) {
    int number = directory.current() == null ? 0 : directory.current().number() + 1;
    var version = new Version(directory, number, tree, seconds, nextInode, size, kept, folder);
    nextInode += version.numbered();
    append(version);
    directory.show(version);
  }

  /** The version that gave {@code inode} its number; empty for the root and the unknown. */
  Optional<Version> numbering(long inode) {
    var seen = run;
    int low = 0;
    int high = seen.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      var version = seen.versions[middle];
      if (version.numbers(inode)) {
        return Optional.of(version);
      }
      if (version.first() > inode) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return Optional.empty();
  }

  /** Adds to the lookups that the kernel holds of a node. */
  void look(long inode, long more) {
    numbering(inode).ifPresent(version -> version.look(more));
  }

  /** How many versions of directories are kept, but for those without new entries. */
  int versions() {
    return run.length;
  }

  /** How many numbers have been given. */
  long size() {
    lock.lock();
    try {
      return nextInode - first;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the names of directories are gone, and so all that is below them. */
  void remove(List<Directory> directories) {
    var below = new HashMap<Long, List<Directory>>();
    for (var directory : byInode.values()) {
      below.computeIfAbsent(directory.parent(), _ -> new ArrayList<>()).add(directory);
    }
    var removed = new ArrayDeque<>(directories);
    while (!removed.isEmpty()) {
      var directory = removed.pop();
      if (!directory.isRemoved()) {
        directory.remove();
        removed.addAll(below.getOrDefault(directory.inode(), List.of()));
      }
    }
  }

  /**
   * Gives back what was replaced, as far as the kernel holds nothing of it and no listing can be
   * under way in it. For who holds the lock.
   */
  void sweep() {
    var seen = run;
    var needed = new Version[seen.versions.length];
    int length = 0;
    for (int i = 0; i < seen.length; i++) {
      if (isNeeded(seen.versions[i])) {
        needed[length++] = seen.versions[i];
      }
    }
    byInode.values().removeIf(directory -> !isNeeded(directory.current()));
    if (length < seen.length) {
      run = new Run(needed, length);
    }
  }

  private boolean isNeeded(Version version) {
    var directory = version.directory();
    if (version.lookups() > 0) {
      return true;
    }
    if (directory.isRemoved()) {
      // It can be used for as long as the kernel knows it.
      return numbering(directory.inode()).filter(InodeTable::isHeld).isPresent();
    }
    return isHeld(version)
        || directory.current().keepsFrom(version)
        || directory.earlier().stream().anyMatch(earlier -> earlier.keepsFrom(version));
  }

  private static boolean isHeld(Version version) {
    var directory = version.directory();
    return version.lookups() > 0
        || version == directory.current() && !directory.isRemoved()
        || directory.earlier().contains(version);
  }

  private void append(Version version) {
    if (version.numbered() == 0) {
      return;
    }
    var versions = run.versions;
    int length = run.length;
    if (length == versions.length) {
      versions = Arrays.copyOf(versions, 2 * length);
    }
    versions[length] = version;
    run = new Run(versions, length + 1);
  }
}
