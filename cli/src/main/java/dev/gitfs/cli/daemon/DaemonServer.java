package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket a daemon listens on, in a directory that only its user can enter. */
final class DaemonServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DaemonServer.class);

  /**
   * A reply is written in microseconds, but what it is of may be under way: for the kernel to
   * unmount a directory of a million entries that were looked at took 4 s.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /** Descriptors come back when a read is done; a command that waits meanwhile is not refused. */
  private static final Duration AFTER_REFUSAL = Duration.ofMillis(100);

  private final Path socket;
  private final ServerSocketChannel channel;
  private final Daemon daemon;

  /** Read by each conversation while it answers, written to by the end of all of them. */
  private final ReadWriteLock conversations = new ReentrantReadWriteLock();

  private DaemonServer(Path socket, ServerSocketChannel channel, Daemon daemon) {
    this.socket = socket;
    this.channel = channel;
    this.daemon = daemon;
  }

  /** Listens for commands to {@code daemon}, in the background, until closed. */
  static DaemonServer listen(Path runtimeDirectory, Daemon daemon) throws IOException {
    Directories.createPrivate(runtimeDirectory);
    Path socket = RunningDaemons.socket(runtimeDirectory, ProcessHandle.current().pid());
    // One of that name is left from a process that had our number.
    Files.deleteIfExists(socket);
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(socket));
    var server = new DaemonServer(socket, channel, daemon);
    Background.platform("commands", server::accept).start();
    return server;
  }

  /** Answers one request of a command that is connected in another way. */
  void exchange(SocketChannel client) throws IOException {
    conversation(client).exchange();
  }

  /** Takes no more requests, and waits until those that were made have been answered. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(socket);
      channel.close();
      if (!conversations.writeLock().tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("A command does not get its answer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("Cannot put away {}", socket, e);
    }
  }

  private void accept() throws InterruptedException {
    boolean refused = false;
    while (true) {
      try {
        SocketChannel client = channel.accept();
        refused = false;
        Background.start("command", () -> serve(client));
      } catch (ClosedChannelException e) {
        log.debug("No more commands");
        return;
      } catch (IOException e) {
        // Most likely there are no descriptors left; there will be again.
        if (!refused) {
          log.error("A command cannot reach this daemon", e);
        }
        refused = true;
        Thread.sleep(AFTER_REFUSAL);
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      var conversation = conversation(client);
      while (conversation.exchange()) {
        log.trace("Answered a request");
      }
    } catch (IOException e) {
      log.debug("A command went away", e);
    }
  }

  private Conversation conversation(SocketChannel client) {
    return new Conversation(
        daemon,
        Channels.newInputStream(client),
        Channels.newOutputStream(client),
        conversations.readLock());
  }
}
