package dev.gitfs.fuse;

/** The answer to readlink. Lent for the duration of the operation. */
public final class LinkReply {
  private final ReplyBuffer buffer;

  LinkReply(ReplyBuffer buffer) {
    this.buffer = buffer;
  }

  /** The target is the first {@code length} bytes of the array, which are copied; at most 4095. */
  public void target(byte[] bytes, int length) {
    buffer.body(bytes, length);
  }
}
