package dev.gitfs.fuse;

import java.lang.foreign.MemorySegment;

/**
 * Tells the kernel what changed behind its back. Thread-safe.
 *
 * <p>The kernel takes locks of the node concerned while it handles a notification, so never notify
 * from inside an operation on that node or its directory, nor while holding a lock that an
 * operation waits for: use a thread of its own. Each method returns once the kernel has acted.
 *
 * <p>What the kernel does not know needs no invalidation: the methods that invalidate return
 * whether there was something to do. After the end of the connection they do nothing and return
 * {@code false}.
 */
public interface Notifier {
  /**
   * Drops the attributes of a node, and its cached pages from {@code offset} for {@code length}
   * bytes. A length of 0 means to the end; a negative offset leaves the pages alone. For a
   * directory this also drops its cached listing.
   */
  boolean invalidateInode(long node, long offset, long length);

  /**
   * Drops a name (existing or known to be absent) from a directory; what was open under it stays
   * open. The next use looks it up again.
   */
  boolean invalidateEntry(long parent, byte[] name);

  /**
   * Says that a name is gone: like {@link #invalidateEntry}, and if the name still leads to {@code
   * child}, watchers (inotify) hear of a deletion.
   */
  boolean delete(long parent, long child, byte[] name);

  /**
   * Puts bytes into the page cache of a node that the kernel knows, growing its size if they reach
   * beyond. The segment must be native; it is read before this returns.
   *
   * <p>A page that is being read is waited for. So that requests are answered meanwhile, one thread
   * fewer than read requests does so at a time; for any other this does nothing and returns {@code
   * false}. That makes it the one notification that an operation may send, of another node than its
   * own, unless that is being read by an operation that may itself be storing.
   */
  boolean store(long node, long offset, MemorySegment bytes);
}
