package dev.gitfs.fuse;

import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.RequestStruct.InHeader;

/**
 * Who asks, and the way to say that the answer will take time. Lent for the duration of the
 * operation.
 */
public final class Request {
  private final Exchange exchange;

  Request(Exchange exchange) {
    this.exchange = exchange;
  }

  /**
   * To be called before anything that may block. On a reader thread it does not return: it throws a
   * signal, not to be caught, upon which the operation is run again from its start by a virtual
   * thread. There it returns at once, as often as it is called.
   *
   * <p>So what comes before this call happens twice: it must change nothing that matters and needs
   * no undoing (a lookup count, a started fetch, a handle). The reply may have been written to; it
   * starts anew.
   */
  public void willWait() {
    exchange.willWait();
  }

  /** The user id of the calling process, in the user namespace of the mount. */
  public int uid() {
    return Fields.u32(exchange.in(), InHeader.UID);
  }

  /** The group id of the calling process. */
  public int gid() {
    return Fields.u32(exchange.in(), InHeader.GID);
  }

  /** The id of the calling thread; 0 where the kernel asks for itself, as in read-ahead. */
  public int pid() {
    return Fields.u32(exchange.in(), InHeader.PID);
  }

  /** The kernel's number of this request. */
  public long unique() {
    return Fields.u64(exchange.in(), InHeader.UNIQUE);
  }
}
