package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.AttrOut;
import java.time.Duration;

/** The answer to getattr. Lent for the duration of the operation. */
public final class AttributesReply {
  private final ReplyBuffer buffer;
  private final Attributes attributes;

  AttributesReply(ReplyBuffer buffer) {
    this.buffer = buffer;
    this.attributes = new Attributes(buffer).at(ReplyBuffer.BODY + AttrOut.ATTR);
  }

  /**
   * Says how long the attributes stay valid.
   *
   * @return the attributes, all zero, to be filled in
   */
  public Attributes validFor(Duration valid) {
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + AttrOut.ATTR_VALID, valid.getSeconds());
    Fields.u32(buffer.segment(), ReplyBuffer.BODY + AttrOut.ATTR_VALID_NSEC, valid.getNano());
    buffer.answered();
    return attributes;
  }
}
