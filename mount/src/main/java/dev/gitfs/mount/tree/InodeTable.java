package dev.gitfs.mount.tree;

import dev.gitfs.mount.prefetch.Folder;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The inode numbers of a mount. They cost memory per directory entered, none per file: entering a
 * directory reserves a run of consecutive numbers for its entries, so a number leads to its
 * directory by binary search and to its entry by subtraction, and the numbers ascend in listing
 * order. A number once given stays: there is nothing to do when the kernel forgets one.
 *
 * <p>Safe for any number of threads; look-ups take no lock.
 */
final class InodeTable {

  private final ConcurrentHashMap<Long, Directory> byInode = new ConcurrentHashMap<>();

  /** Ascending by {@link Directory#firstEntry}; written under the lock, replaced when it grows. */
  private volatile Run run = new Run(new Directory[64], 0);

  private final long first;
  private long nextInode;

  /** The filled part of an array that is only ever appended to. */
  private record Run(Directory[] directories, int length) {}

  InodeTable(InodeRange range, ObjectId rootTree, int size, Folder root) {
    first = range.root();
    nextInode = first + 1;
    enter(range.root(), range.parent(), rootTree, size, root);
  }

  /** The directory {@code inode} if it has been entered. */
  Optional<Directory> entered(long inode) {
    return Optional.ofNullable(byInode.get(inode));
  }

  /** Reserves numbers for the {@code size} entries of a directory, unless that was done before. */
  synchronized Directory enter(long inode, long parent, ObjectId tree, int size, Folder folder) {
    var known = byInode.get(inode);
    if (known != null) {
      return known;
    }
    var directory = new Directory(inode, parent, tree, nextInode, size, folder);
    nextInode += size;
    append(directory);
    byInode.put(inode, directory);
    return directory;
  }

  /** The directory that has {@code inode} among its entries; empty for the root and the unknown. */
  Optional<Directory> containing(long inode) {
    var seen = run;
    int low = 0;
    int high = seen.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      var directory = seen.directories[middle];
      if (directory.contains(inode)) {
        return Optional.of(directory);
      }
      if (directory.firstEntry() > inode) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return Optional.empty();
  }

  /** How many numbers have been given. */
  synchronized long size() {
    return nextInode - first;
  }

  private void append(Directory directory) {
    if (directory.size() == 0) {
      return;
    }
    var directories = run.directories;
    int length = run.length;
    if (length == directories.length) {
      directories = Arrays.copyOf(directories, 2 * length);
    }
    directories[length] = directory;
    run = new Run(directories, length + 1);
  }
}
