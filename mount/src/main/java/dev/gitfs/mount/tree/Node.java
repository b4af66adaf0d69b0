package dev.gitfs.mount.tree;

import dev.gitfs.fuse.FileType;
import dev.gitfs.mount.prefetch.Folder;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What an inode number stands for: an object, and how git records it in the tree that names it.
 *
 * @param inode its number
 * @param mode as the tree records it
 * @param id the object: a tree, a blob, or for a submodule a commit of another repository
 * @param within the directory that it is an entry of; the root's is itself
 * @param index which entry; the root's is -1
 * @param seconds when it changed last, in seconds since 1970
 */
record Node(long inode, FileMode mode, ObjectId id, Folder within, int index, long seconds) {

  /** Whether there is a tree object to list; a submodule is a directory without one. */
  boolean isTree() {
    return mode.getObjectType() == FileMode.TREE.getObjectType();
  }

  boolean isBlob() {
    return isBlob(mode);
  }

  static boolean isBlob(FileMode mode) {
    return mode.getObjectType() == FileMode.REGULAR_FILE.getObjectType();
  }

  boolean isSymlink() {
    return FileMode.SYMLINK.equals(mode.getBits());
  }

  static FileType type(FileMode mode) {
    if (!isBlob(mode)) {
      return FileType.DIRECTORY;
    }
    return FileMode.SYMLINK.equals(mode.getBits()) ? FileType.SYMLINK : FileType.REGULAR;
  }
}
