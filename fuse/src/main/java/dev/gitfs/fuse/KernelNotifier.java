package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Errors;
import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.NotifyCode;
import dev.gitfs.fuse.wire.ReplyStruct.NotifyDeleteOut;
import dev.gitfs.fuse.wire.ReplyStruct.NotifyInvalEntryOut;
import dev.gitfs.fuse.wire.ReplyStruct.NotifyInvalInodeOut;
import dev.gitfs.fuse.wire.ReplyStruct.NotifyStoreOut;
import dev.gitfs.fuse.wire.ReplyStruct.OutHeader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Semaphore;

/**
 * Sends notifications: an answer's header without a request's number, then a struct of their own.
 * Each has memory of its own, and none waits for another.
 */
final class KernelNotifier implements Notifier {
  private static final Logger LOG = System.getLogger(KernelNotifier.class.getName());
  private static final int BODY = OutHeader.SIZE;

  private final Channel channel;
  private final Lifetime lifetime;

  /** All threads that read requests but one. */
  private final Semaphore storing;

  KernelNotifier(Channel channel, Lifetime lifetime, int readers) {
    this.channel = channel;
    this.storing = new Semaphore(readers - 1);
    this.lifetime = lifetime;
  }

  @Override
  public boolean invalidateInode(long node, long offset, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(BODY + NotifyInvalInodeOut.SIZE, Long.BYTES);
      Fields.u64(message, BODY + NotifyInvalInodeOut.INO, node);
      Fields.u64(message, BODY + NotifyInvalInodeOut.OFF, offset);
      Fields.u64(message, BODY + NotifyInvalInodeOut.LEN, length);
      return send(NotifyCode.INVAL_INODE, message, MemorySegment.NULL, arena);
    }
  }

  @Override
  public boolean invalidateEntry(long parent, byte[] name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = withName(NotifyInvalEntryOut.SIZE, name, arena);
      Fields.u64(message, BODY + NotifyInvalEntryOut.PARENT, parent);
      Fields.u32(message, BODY + NotifyInvalEntryOut.NAMELEN, name.length);
      return send(NotifyCode.INVAL_ENTRY, message, MemorySegment.NULL, arena);
    }
  }

  @Override
  public boolean delete(long parent, long child, byte[] name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = withName(NotifyDeleteOut.SIZE, name, arena);
      Fields.u64(message, BODY + NotifyDeleteOut.PARENT, parent);
      Fields.u64(message, BODY + NotifyDeleteOut.CHILD, child);
      Fields.u32(message, BODY + NotifyDeleteOut.NAMELEN, name.length);
      return send(NotifyCode.DELETE, message, MemorySegment.NULL, arena);
    }
  }

  @Override
  public boolean store(long node, long offset, MemorySegment bytes) {
    if (!storing.tryAcquire()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(BODY + NotifyStoreOut.SIZE, Long.BYTES);
      Fields.u64(message, BODY + NotifyStoreOut.NODEID, node);
      Fields.u64(message, BODY + NotifyStoreOut.OFFSET, offset);
      Fields.u32(message, BODY + NotifyStoreOut.SIZE_FIELD, Math.toIntExact(bytes.byteSize()));
      return send(NotifyCode.STORE, message, bytes, arena);
    } finally {
      storing.release();
    }
  }

  private static MemorySegment withName(int structSize, byte[] name, Arena arena) {
    // The memory is zeroed, so the name has its NUL.
    MemorySegment message = arena.allocate(BODY + structSize + name.length + 1L, Long.BYTES);
    MemorySegment.copy(
        name, 0, message, ValueLayout.JAVA_BYTE, BODY + (long) structSize, name.length);
    return message;
  }

  private boolean send(int code, MemorySegment message, MemorySegment body, Arena arena) {
    long length = message.byteSize() + body.byteSize();
    Fields.u32(message, OutHeader.LEN, Math.toIntExact(length));
    Fields.u32(message, OutHeader.ERROR, code);
    if (!lifetime.enter()) {
      return false;
    }
    long result;
    try {
      MemorySegment scratch = arena.allocate(Channel.SCRATCH_SIZE, Long.BYTES);
      result =
          body.byteSize() == 0
              ? channel.write(message, 0, message.byteSize(), scratch)
              : channel.write(message, 0, message.byteSize(), body, scratch);
    } finally {
      lifetime.leave();
    }
    if (result < 0 && -result != Errors.ENOENT) {
      LOG.log(Level.DEBUG, "Notification {0} came to nothing: errno {1}", code, -result);
    }
    return result >= 0;
  }
}
