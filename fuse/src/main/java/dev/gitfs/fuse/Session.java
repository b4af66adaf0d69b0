package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.linux.Proc;
import dev.gitfs.fuse.wire.RequestStruct.InHeader;
import java.io.IOException;

/** One connection to the kernel, from the handshake to the end: its threads and its buffers. */
final class Session {
  /**
   * Room for a request: a struct, and what follows. The longest are a batch of forgotten nodes,
   * which the kernel cuts to the room there is, and an extended attribute of 64 KiB, which it must
   * be possible to refuse.
   */
  private static final int REQUEST_SIZE = InHeader.SIZE + (68 << 10) & -4096;

  /** Exchanges kept beyond those of the readers: enough for the usual few that wait. */
  private static final int SPARE = 8;

  private final FileSystem fileSystem;
  private final Features features;
  private final Channel channel;
  private final ExchangePool pool;
  private final Lifetime lifetime;
  private Connection connection;

  private Session(FileSystem fileSystem, Channel channel, int readers) {
    this.fileSystem = fileSystem;
    this.features = fileSystem.features();
    this.channel = channel;
    this.pool = new ExchangePool(REQUEST_SIZE, Handshake.MAX_READ, readers + SPARE);
    this.lifetime = new Lifetime(readers, this::end);
  }

  /**
   * Takes a channel on which the kernel has just begun, agrees with it and starts the readers. On
   * failure the channel is closed.
   */
  static Session start(FileSystem fileSystem, Channel channel, MountOptions options)
      throws IOException {
    return start(fileSystem, channel, options, Proc.REAL);
  }

  /**
   * The same.
   *
   * @param proc to look at threads and limits in
   */
  static Session start(FileSystem fileSystem, Channel channel, MountOptions options, Proc proc)
      throws IOException {
    int readers = options.readers();
    var session = new Session(fileSystem, channel, readers);
    try {
      session.agree(options, proc);
    } catch (IOException | RuntimeException | Error e) {
      session.pool.close();
      channel.close();
      throw e;
    }
    var waiting = new WaitingThreads();
    var dispatcher =
        new Dispatcher(fileSystem, session.features, session.pool, session.lifetime, waiting, proc);
    // All read from one descriptor. With one each (FUSE_DEV_IOC_CLONE) two readers measured the
    // same:
    // 86,300 stat/s shared and 80,800 cloned, with three processes 88,400 and 89,100.
    for (int i = 0; i < readers; i++) {
      Thread.ofPlatform()
          .name("fuse-reader-" + i)
          .daemon()
          .start(() -> dispatcher.readAll(channel));
    }
    session
        .connection
        .requestTimeout()
        .map(limit -> new Deadlines(channel, waiting, limit))
        .ifPresent(deadlines ->
            Thread.ofVirtual()
                .name("fuse-deadlines")
                .start(() -> deadlines.keep(session.lifetime)));
    return session;
  }

  private void agree(MountOptions options, Proc proc) throws IOException {
    Exchange exchange = pool.take();
    try {
      var notifier = new KernelNotifier(channel, lifetime, options.readers());
      connection =
          new Handshake(
                  channel,
                  exchange,
                  fileSystem,
                  features,
                  options.defaultPermissions(),
                  proc.requestTimeout())
              .agree(notifier);
    } finally {
      pool.giveBack(exchange);
    }
  }

  private void end() {
    try {
      fileSystem.destroy();
    } catch (RuntimeException | Error e) {
      fileSystem.failed("the end of the file system", e);
    } finally {
      channel.close();
      pool.close();
    }
  }

  Connection connection() {
    return connection;
  }

  Lifetime lifetime() {
    return lifetime;
  }
}
