package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.EntryOut;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** The answer to a lookup: which node a name leads to. Lent for the duration of the operation. */
public final class EntryReply {
  private final ReplyBuffer buffer;
  private final MemorySegment segment;
  private final Attributes attributes;
  private long at;

  EntryReply(ReplyBuffer buffer) {
    this.buffer = buffer;
    this.segment = buffer.segment();
    this.attributes = new Attributes(buffer);
  }

  EntryReply at(long offset) {
    at = offset;
    return this;
  }

  /**
   * The name leads to a node; adds one to the node's lookup count.
   *
   * @param node the node id, not 0
   * @param generation tells apart two uses of one node id during a mount; 0 where ids are not
   *     reused
   * @param entryValid how long the name stays valid
   * @param attributesValid how long the attributes stay valid
   * @return the attributes, all zero, to be filled in
   */
  public Attributes found(
      long node, long generation, Duration entryValid, Duration attributesValid) {
    Fields.u64(segment, at + EntryOut.NODEID, node);
    Fields.u64(segment, at + EntryOut.GENERATION, generation);
    Fields.u64(segment, at + EntryOut.ENTRY_VALID, entryValid.getSeconds());
    Fields.u32(segment, at + EntryOut.ENTRY_VALID_NSEC, entryValid.getNano());
    Fields.u64(segment, at + EntryOut.ATTR_VALID, attributesValid.getSeconds());
    Fields.u32(segment, at + EntryOut.ATTR_VALID_NSEC, attributesValid.getNano());
    buffer.answered();
    return attributes.at(at + EntryOut.ATTR);
  }

  /** There is no such name, and the kernel may take that as true for so long. */
  public void absent(Duration valid) {
    found(0, 0, valid, Validity.NONE);
  }
}
