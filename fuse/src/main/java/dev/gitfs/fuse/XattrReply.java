package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.GetxattrOut;

/** The answer to getxattr. Lent for the duration of the operation. */
public final class XattrReply {
  private final ReplyBuffer buffer;
  private int room;

  XattrReply(ReplyBuffer buffer) {
    this.buffer = buffer;
  }

  /** {@code room} is what the process has for the value; 0 asks for the length alone. */
  XattrReply begin(int room) {
    this.room = room;
    buffer.begin(GetxattrOut.SIZE);
    return this;
  }

  /**
   * The value is the first {@code length} bytes of the array, which are copied; at most 65,536.
   *
   * @throws FuseException ERANGE if the process has no room for it
   */
  public void value(byte[] bytes, int length) throws FuseException {
    if (room == 0) {
      Fields.u32(buffer.segment(), ReplyBuffer.BODY + GetxattrOut.SIZE_FIELD, length);
      buffer.answered();
    } else if (length > room) {
      throw Errno.ERANGE.exception();
    } else {
      buffer.body(bytes, length);
    }
  }
}
