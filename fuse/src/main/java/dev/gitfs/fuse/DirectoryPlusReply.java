package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.ReplyStruct.Dirent;
import dev.gitfs.fuse.wire.ReplyStruct.Direntplus;
import dev.gitfs.fuse.wire.ReplyStruct.EntryOut;
import java.lang.foreign.MemorySegment;

/** The answer to readdirplus. Lent for the duration of the operation. */
public final class DirectoryPlusReply implements Listing {
  private final ReplyBuffer buffer;
  private final MemorySegment segment;
  private final EntryReply entry;
  private int limit;

  DirectoryPlusReply(ReplyBuffer buffer) {
    this.buffer = buffer;
    this.segment = buffer.segment();
    this.entry = new EntryReply(buffer);
  }

  DirectoryPlusReply begin(int size) {
    limit = Math.min(size, buffer.capacity());
    buffer.length(0);
    return this;
  }

  /** Adds a name alone; {@link #entry()} then may add what a lookup would say. */
  @Override
  public boolean add(byte[] name, int length, long ino, FileType type, long nextOffset) {
    int start = buffer.length();
    int end = start + Dirent.padded(Direntplus.SIZE + length);
    if (end > limit) {
      return false;
    }
    long at = ReplyBuffer.BODY + start;
    buffer.clear(at, EntryOut.SIZE);
    DirectoryReply.write(segment, at + Direntplus.DIRENT, name, length, ino, type, nextOffset);
    entry.at(at);
    buffer.length(end);
    return true;
  }

  /**
   * The entry added last, to be given its node by {@link EntryReply#found}: that adds one to the
   * node's lookup count. Not for "." and "..", whose lookups the kernel does not count.
   */
  public EntryReply entry() {
    return entry;
  }
}
