package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.GetxattrOut;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The answer to listxattr. Lent for the duration of the operation. */
public final class XattrListReply {
  private final ReplyBuffer buffer;
  private int room;
  private int total;

  XattrListReply(ReplyBuffer buffer) {
    this.buffer = buffer;
  }

  /** {@code room} is what the process has for the names; 0 asks for their length alone. */
  XattrListReply begin(int room) {
    this.room = room;
    total = 0;
    buffer.begin(room == 0 ? GetxattrOut.SIZE : 0);
    buffer.answered();
    return this;
  }

  /**
   * Adds a name, such as {@code user.mime_type}.
   *
   * @throws FuseException ERANGE if the process has no room for it
   */
  public void add(byte[] name) throws FuseException {
    int start = total;
    total += name.length + 1;
    if (room == 0) {
      Fields.u32(buffer.segment(), ReplyBuffer.BODY + GetxattrOut.SIZE_FIELD, total);
    } else if (total > room) {
      throw Errno.ERANGE.exception();
    } else {
      MemorySegment segment = buffer.segment();
      int at = ReplyBuffer.BODY + start;
      MemorySegment.copy(name, 0, segment, ValueLayout.JAVA_BYTE, at, name.length);
      segment.set(ValueLayout.JAVA_BYTE, at + (long) name.length, (byte) 0);
      buffer.length(total);
    }
  }
}
