package dev.gitfs.fuse.wire;

/** What a notification says: it stands where an answer has its error. */
public final class NotifyCode {
  public static final int INVAL_INODE = 2;
  public static final int INVAL_ENTRY = 3;
  public static final int STORE = 4;
  public static final int DELETE = 6;

  private NotifyCode() {}
}
