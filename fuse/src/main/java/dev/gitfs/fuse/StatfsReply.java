package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.Kstatfs;

/** The answer to statfs. Lent for the duration of the operation. */
public final class StatfsReply {
  /** What Linux names can have; larger would be a promise the kernel does not keep. */
  private static final int NAME_MAX = 255;

  private static final int PAGE = 4096;

  private final ReplyBuffer buffer;

  StatfsReply(ReplyBuffer buffer) {
    this.buffer = buffer;
  }

  StatfsReply begin() {
    buffer.begin(Kstatfs.SIZE);
    buffer.answered();
    Fields.u32(buffer.segment(), ReplyBuffer.BODY + Kstatfs.NAMELEN, NAME_MAX);
    return blockSize(PAGE);
  }

  /** The unit of {@link #blocks}, and the preferred size of a read. 4096 unless set. */
  public StatfsReply blockSize(int bytes) {
    Fields.u32(buffer.segment(), ReplyBuffer.BODY + Kstatfs.BSIZE, bytes);
    Fields.u32(buffer.segment(), ReplyBuffer.BODY + Kstatfs.FRSIZE, bytes);
    return this;
  }

  /** Size of the file system, and how much of it is free. */
  public StatfsReply blocks(long total, long free) {
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + Kstatfs.BLOCKS, total);
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + Kstatfs.BFREE, free);
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + Kstatfs.BAVAIL, free);
    return this;
  }

  /** How many inodes there are, and how many more there could be. */
  public StatfsReply files(long total, long free) {
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + Kstatfs.FILES, total);
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + Kstatfs.FFREE, free);
    return this;
  }
}
