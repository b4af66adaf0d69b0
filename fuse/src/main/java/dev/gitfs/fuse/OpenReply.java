package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.OpenFlags;
import dev.gitfs.fuse.wire.ReplyStruct.OpenOut;

/** The answer to open and opendir. Lent for the duration of the operation. */
public final class OpenReply {
  private final ReplyBuffer buffer;
  private int flags;

  OpenReply(ReplyBuffer buffer) {
    this.buffer = buffer;
  }

  OpenReply begin() {
    buffer.begin(OpenOut.SIZE);
    buffer.answered();
    flags = 0;
    return this;
  }

  /** Any number, given back with each use of what was opened. 0 unless set. */
  public OpenReply handle(long handle) {
    Fields.u64(buffer.segment(), ReplyBuffer.BODY + OpenOut.FH, handle);
    return this;
  }

  /** Pages cached from earlier opens stay valid. For a directory: so does its cached listing. */
  public OpenReply keepCache() {
    return flag(OpenFlags.FOPEN_KEEP_CACHE);
  }

  /** For a directory: the kernel may cache the listing. */
  public OpenReply cacheListing() {
    return flag(OpenFlags.FOPEN_CACHE_DIR);
  }

  /** Every read comes here as the process makes it; nothing is cached. */
  public OpenReply direct() {
    return flag(OpenFlags.FOPEN_DIRECT_IO);
  }

  private OpenReply flag(int flag) {
    flags |= flag;
    Fields.u32(buffer.segment(), ReplyBuffer.BODY + OpenOut.OPEN_FLAGS, flags);
    return this;
  }
}
