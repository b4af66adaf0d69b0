package dev.gitfs.mount.tree;

import dev.gitfs.mount.prefetch.Folder;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A directory that has been entered: which tree it shows, and the inode numbers of its entries,
 * which are consecutive in listing order from {@code firstEntry}.
 *
 * @param inode its own inode number
 * @param parent the inode number of the directory that contains it, for the root its own
 * @param tree the tree object it shows
 * @param firstEntry the inode number of its first entry
 * @param size how many entries it has
 * @param folder the same place for those who fetch ahead
 */
record Directory(long inode, long parent, ObjectId tree, long firstEntry, int size, Folder folder) {

  boolean contains(long inode) {
    return inode >= firstEntry && inode < firstEntry + size;
  }

  int indexOf(long inode) {
    return (int) (inode - firstEntry);
  }

  long inodeOf(int index) {
    return firstEntry + index;
  }
}
