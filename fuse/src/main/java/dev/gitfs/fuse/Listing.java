package dev.gitfs.fuse;

/** Where a directory's entries go, with or without attributes. */
public sealed interface Listing permits DirectoryReply, DirectoryPlusReply {
  /**
   * Adds an entry, if it fits.
   *
   * @param name holds the raw bytes of the name in its first {@code length} bytes
   * @param length of the name, 1 to 255 bytes
   * @param ino the inode number that processes see in the listing, not 0
   * @param type what the entry is
   * @param nextOffset names the place after this entry: the listing goes on there when asked to.
   *     Above 0, and valid as long as the directory is
   * @return whether it fitted; if not, nothing was added and the answer is complete
   */
  boolean add(byte[] name, int length, long ino, FileType type, long nextOffset);
}
