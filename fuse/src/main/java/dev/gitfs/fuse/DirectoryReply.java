package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.Dirent;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The answer to readdir. Lent for the duration of the operation. */
public final class DirectoryReply implements Listing {
  private final ReplyBuffer buffer;
  private final MemorySegment segment;
  private int limit;

  DirectoryReply(ReplyBuffer buffer) {
    this.buffer = buffer;
    this.segment = buffer.segment();
  }

  DirectoryReply begin(int size) {
    limit = Math.min(size, buffer.capacity());
    buffer.length(0);
    return this;
  }

  @Override
  public boolean add(byte[] name, int length, long ino, FileType type, long nextOffset) {
    int start = buffer.length();
    int end = start + Dirent.padded(Dirent.SIZE + length);
    if (end > limit) {
      return false;
    }
    write(segment, ReplyBuffer.BODY + start, name, length, ino, type, nextOffset);
    buffer.length(end);
    return true;
  }

  static void write(
      MemorySegment segment,
      long at,
      byte[] name,
      int length,
      long ino,
      FileType type,
      long nextOffset) {
    Fields.u64(segment, at + Dirent.INO, ino);
    Fields.u64(segment, at + Dirent.OFF, nextOffset);
    Fields.u32(segment, at + Dirent.NAMELEN, length);
    Fields.u32(segment, at + Dirent.TYPE, type.direntType());
    MemorySegment.copy(name, 0, segment, ValueLayout.JAVA_BYTE, at + Dirent.NAME, length);
  }
}
