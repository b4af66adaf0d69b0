package dev.gitfs.fuse;

/** What kind of thing a node is: the upper bits of a mode, and the type in a directory entry. */
public enum FileType {
  FIFO(0x1),
  CHARACTER_DEVICE(0x2),
  DIRECTORY(0x4),
  BLOCK_DEVICE(0x6),
  REGULAR(0x8),
  SYMLINK(0xA),
  SOCKET(0xC);

  /** In a mode, the type sits above the twelve permission bits. */
  private static final int MODE_SHIFT = 12;

  private final int direntType;

  FileType(int direntType) {
    this.direntType = direntType;
  }

  /** The {@code DT_} value of a directory entry. */
  int direntType() {
    return direntType;
  }

  /** This type with the given permission bits: {@code REGULAR.mode(0644)} is {@code 0100644}. */
  public int mode(int permissions) {
    return direntType << MODE_SHIFT | permissions & 07777;
  }
}
