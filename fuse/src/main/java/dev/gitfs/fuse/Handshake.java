package dev.gitfs.fuse;

import static dev.gitfs.fuse.wire.InitFlags.ABORT_ERROR;
import static dev.gitfs.fuse.wire.InitFlags.ASYNC_READ;
import static dev.gitfs.fuse.wire.InitFlags.CACHE_SYMLINKS;
import static dev.gitfs.fuse.wire.InitFlags.DIRECT_IO_ALLOW_MMAP;
import static dev.gitfs.fuse.wire.InitFlags.DO_READDIRPLUS;
import static dev.gitfs.fuse.wire.InitFlags.EXPORT_SUPPORT;
import static dev.gitfs.fuse.wire.InitFlags.INIT_EXT;
import static dev.gitfs.fuse.wire.InitFlags.MAX_PAGES;
import static dev.gitfs.fuse.wire.InitFlags.NO_OPENDIR_SUPPORT;
import static dev.gitfs.fuse.wire.InitFlags.NO_OPEN_SUPPORT;
import static dev.gitfs.fuse.wire.InitFlags.PARALLEL_DIROPS;
import static dev.gitfs.fuse.wire.InitFlags.POSIX_ACL;
import static dev.gitfs.fuse.wire.InitFlags.REQUEST_TIMEOUT;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Errors;
import dev.gitfs.fuse.linux.Pages;
import dev.gitfs.fuse.linux.Proc.RequestTimeout;
import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.Opcode;
import dev.gitfs.fuse.wire.Protocol;
import dev.gitfs.fuse.wire.ReplyStruct.InitOut;
import dev.gitfs.fuse.wire.RequestStruct.InitIn;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The first exchange on a connection, in which both sides say what they can do. Ends with the
 * kernel's consent, after which other requests come.
 */
final class Handshake {
  /** The largest read: beyond this, copying costs more cache than the saved requests are worth. */
  static final int MAX_READ = 1 << 20;

  /**
   * Requests under way for nobody in particular, which is to say read-ahead. The kernel's own 12
   * would leave a fast server idle while slow ones are waited for.
   */
  static final int MAX_BACKGROUND = 64;

  /** From where on the kernel takes read-ahead for congested: three quarters, as it does itself. */
  private static final int CONGESTION = MAX_BACKGROUND * 3 / 4;

  private final Channel channel;
  private final Exchange exchange;
  private final FileSystem fileSystem;
  private final Features features;
  private final boolean kernelChecksPermissions;
  private final Optional<RequestTimeout> requestTimeout;

  Handshake(
      Channel channel,
      Exchange exchange,
      FileSystem fileSystem,
      Features features,
      boolean kernelChecksPermissions,
      Optional<RequestTimeout> requestTimeout) {
    this.requestTimeout = requestTimeout;
    this.channel = channel;
    this.exchange = exchange;
    this.fileSystem = fileSystem;
    this.features = features;
    this.kernelChecksPermissions = kernelChecksPermissions;
  }

  /**
   * Waits for the kernel's INIT, has the file system begin, and answers.
   *
   * @throws IOException if there is no agreement; the kernel then lets nobody use the mount
   */
  Connection agree(Notifier notifier) throws IOException {
    await();
    if (exchange.u32(InitIn.MAJOR) > Protocol.MAJOR) {
      // A newer kernel is told our major version and comes again with what it has for that.
      exchange.out().begin(InitOut.SIZE);
      put(InitOut.MAJOR, Protocol.MAJOR);
      put(InitOut.MINOR, Protocol.NEWEST_MINOR);
      exchange.out().answered();
      check(exchange.send());
      await();
    }
    int major = exchange.u32(InitIn.MAJOR);
    int minor = Math.min(exchange.u32(InitIn.MINOR), Protocol.NEWEST_MINOR);
    if (major != Protocol.MAJOR || minor < Protocol.OLDEST_MINOR) {
      exchange.sendError(Errno.EPROTO);
      throw new IOException(
          "This kernel speaks FUSE %d.%d; at least %d.%d (Linux 5.4) is needed"
              .formatted(major, exchange.u32(InitIn.MINOR), Protocol.MAJOR, Protocol.OLDEST_MINOR));
    }
    long flags = flags(offered());
    var connection =
        new Connection(
            major,
            minor,
            MAX_READ,
            MAX_BACKGROUND,
            requestTimeout.filter(_ -> (flags & REQUEST_TIMEOUT) != 0).map(RequestTimeout::granted),
            notifier);
    begin(connection);
    answer(connection, flags);
    return connection;
  }

  private void await() throws IOException {
    long result;
    do {
      result = exchange.receive(channel);
    } while (result == -Errors.EINTR || result == -Errors.EAGAIN || result == -Errors.ENOENT);
    check(result);
    if (exchange.opcode() != Opcode.INIT) {
      throw new IOException("The kernel began with request " + exchange.opcode());
    }
  }

  private static void check(long result) throws IOException {
    if (result < 0) {
      throw new IOException("The connection ended while it was made: errno " + -result);
    }
  }

  private void begin(Connection connection) throws IOException {
    try {
      fileSystem.init(connection);
    } catch (RuntimeException e) {
      exchange.sendError(Errno.EIO);
      throw new IOException("The file system did not start", e);
    }
  }

  private long offered() {
    long flags = Integer.toUnsignedLong(exchange.u32(InitIn.FLAGS));
    if ((flags & INIT_EXT) != 0) {
      flags |= Integer.toUnsignedLong(exchange.u32(InitIn.FLAGS2)) << 32;
    }
    return flags;
  }

  private long flags(long offered) {
    // Not ASYNC_DIO: the kernel then waits for direct reads in a way that no signal ends.
    long wanted =
        ASYNC_READ
            | PARALLEL_DIROPS
            | ABORT_ERROR
            | MAX_PAGES
            | CACHE_SYMLINKS
            | INIT_EXT
            | DIRECT_IO_ALLOW_MMAP;
    if (!features.fileHandles()) {
      wanted |= NO_OPEN_SUPPORT;
    }
    if (!features.directoryHandles()) {
      wanted |= NO_OPENDIR_SUPPORT;
    }
    if (features.exportable()) {
      wanted |= EXPORT_SUPPORT;
    }
    if (kernelChecksPermissions) {
      // ACLs are then attributes that the kernel caches. It would otherwise ask for two extended
      // attributes of each file at every ls -l, only to learn again that there are none.
      wanted |= POSIX_ACL;
    }
    if (requestTimeout.isPresent()) {
      // Else the kernel's default counts, of which the administrator thought for all of them.
      wanted |= REQUEST_TIMEOUT;
    }
    wanted |=
        switch (features.readdirplus()) {
          case NEVER -> 0;
          case ALWAYS -> DO_READDIRPLUS;
        };
    return offered & wanted;
  }

  private void answer(Connection connection, long flags) throws IOException {
    exchange.out().begin(InitOut.SIZE);
    put(InitOut.MAJOR, connection.major());
    put(InitOut.MINOR, connection.minor());
    put(InitOut.MAX_READAHEAD, exchange.u32(InitIn.MAX_READAHEAD));
    put(InitOut.FLAGS, (int) flags);
    put(InitOut.FLAGS2, (int) (flags >>> 32));
    put(InitOut.MAX_WRITE, Protocol.MIN_MAX_WRITE);
    put(InitOut.TIME_GRAN, 1);
    MemorySegment out = exchange.out().segment();
    Fields.u16(out, ReplyBuffer.BODY + InitOut.MAX_BACKGROUND, MAX_BACKGROUND);
    Fields.u16(out, ReplyBuffer.BODY + InitOut.CONGESTION_THRESHOLD, CONGESTION);
    // The kernel lowers this to its own fs.fuse.max_pages_limit; reads are then smaller.
    Fields.u16(out, ReplyBuffer.BODY + InitOut.MAX_PAGES, MAX_READ / Pages.size());
    if ((flags & REQUEST_TIMEOUT) != 0) {
      Fields.u16(
          out, ReplyBuffer.BODY + InitOut.REQUEST_TIMEOUT, requestTimeout.orElseThrow().asked());
    }
    exchange.out().answered();
    check(exchange.send());
  }

  private void put(int field, int value) {
    Fields.u32(exchange.out().segment(), ReplyBuffer.BODY + field, value);
  }
}
