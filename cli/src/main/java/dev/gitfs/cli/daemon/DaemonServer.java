package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket a daemon listens on, in a directory that only its user can enter. */
final class DaemonServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(DaemonServer.class);

  private final Path socket;
  private final ServerSocketChannel channel;
  private final Daemon daemon;

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
    Thread.ofPlatform().daemon().name("commands").start(server::accept);
    return server;
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(socket);
      channel.close();
    } catch (IOException e) {
      log.warn("Cannot put away {}", socket, e);
    }
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = channel.accept();
        Thread.ofVirtual().name("command").start(() -> serve(client));
      }
    } catch (ClosedChannelException e) {
      log.debug("No more commands");
    } catch (IOException e) {
      log.error("Commands no longer reach this daemon", e);
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      var conversation =
          new Conversation(
              daemon, Channels.newInputStream(client), Channels.newOutputStream(client));
      while (conversation.exchange()) {
        log.trace("Answered a request");
      }
    } catch (IOException e) {
      log.debug("A command went away", e);
    }
  }
}
