package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.Attr;
import java.lang.foreign.MemorySegment;

/**
 * Writes the attributes of a node into an answer, in place. What is not set is 0. Lent for the
 * duration of an operation, like the reply it belongs to.
 */
public final class Attributes {
  private final MemorySegment segment;
  private long at;

  Attributes(ReplyBuffer buffer) {
    this.segment = buffer.segment();
  }

  Attributes at(long offset) {
    at = offset;
    return this;
  }

  /** The inode number that processes see. It need not be the node id. */
  public Attributes ino(long ino) {
    Fields.u64(segment, at + Attr.INO, ino);
    return this;
  }

  /** In bytes. */
  public Attributes size(long bytes) {
    Fields.u64(segment, at + Attr.SIZE_FIELD, bytes);
    return this;
  }

  /** Space taken, in units of 512 bytes whatever the block size. */
  public Attributes blocks(long blocks) {
    Fields.u64(segment, at + Attr.BLOCKS, blocks);
    return this;
  }

  /** Type and permissions, see {@link FileType#mode}. The type of a node never changes. */
  public Attributes mode(int mode) {
    Fields.u32(segment, at + Attr.MODE, mode);
    return this;
  }

  /** The number of names. */
  public Attributes nlink(int nlink) {
    Fields.u32(segment, at + Attr.NLINK, nlink);
    return this;
  }

  /** Whom it belongs to. */
  public Attributes owner(int uid, int gid) {
    Fields.u32(segment, at + Attr.UID, uid);
    Fields.u32(segment, at + Attr.GID, gid);
    return this;
  }

  /** The device that a device node stands for. */
  public Attributes rdev(int rdev) {
    Fields.u32(segment, at + Attr.RDEV, rdev);
    return this;
  }

  /** The preferred size of a read, in bytes. */
  public Attributes blksize(int bytes) {
    Fields.u32(segment, at + Attr.BLKSIZE, bytes);
    return this;
  }

  /** Last access, in seconds since 1970 and nanoseconds below a second. */
  public Attributes atime(long seconds, int nanos) {
    Fields.u64(segment, at + Attr.ATIME, seconds);
    Fields.u32(segment, at + Attr.ATIMENSEC, nanos);
    return this;
  }

  /** Last change of the contents. */
  public Attributes mtime(long seconds, int nanos) {
    Fields.u64(segment, at + Attr.MTIME, seconds);
    Fields.u32(segment, at + Attr.MTIMENSEC, nanos);
    return this;
  }

  /** Last change of the attributes. */
  public Attributes ctime(long seconds, int nanos) {
    Fields.u64(segment, at + Attr.CTIME, seconds);
    Fields.u32(segment, at + Attr.CTIMENSEC, nanos);
    return this;
  }

  /** The three times at once. */
  public Attributes times(long seconds, int nanos) {
    return atime(seconds, nanos).mtime(seconds, nanos).ctime(seconds, nanos);
  }
}
