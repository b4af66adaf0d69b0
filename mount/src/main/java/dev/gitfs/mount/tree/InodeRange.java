package dev.gitfs.mount.tree;

import dev.gitfs.fuse.FileSystem;

/**
 * Which inode numbers a repository's tree has in the file system that it is, or is a part of.
 *
 * @param root the number of its root directory; all others follow upwards, as many as are ever
 *     given (below 2^40: a directory's entries get new ones only when the branch moves)
 * @param parent the number of the directory that contains the root, for ".." there
 */
public record InodeRange(long root, long parent) {

  /** For a repository that is the whole file system. */
  public static final InodeRange WHOLE = new InodeRange(FileSystem.ROOT, FileSystem.ROOT);

  public InodeRange {
    if (root < FileSystem.ROOT || parent < FileSystem.ROOT) {
      throw new IllegalArgumentException("inode numbers begin at " + FileSystem.ROOT);
    }
  }
}
