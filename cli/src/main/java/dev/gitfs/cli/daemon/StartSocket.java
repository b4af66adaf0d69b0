package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.Directories;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The socket on which a command waits for the daemon that it starts. The daemon connects to it once
 * it runs and takes its first request there: what a JVM prints on its standard output or error has
 * no part in that.
 */
final class StartSocket implements AutoCloseable {

  private final Path path;
  private final ServerSocketChannel channel;

  private StartSocket(Path path, ServerSocketChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Listens, for one daemon, in a directory that only its user can enter. */
  static StartSocket listen(Path runtimeDirectory) throws IOException {
    Directories.createPrivate(runtimeDirectory);
    Path path = runtimeDirectory.resolve(ProcessHandle.current().pid() + ".start");
    // One of that name is left from a process that had our number.
    Files.deleteIfExists(path);
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      channel.close();
      throw new IOException("no socket can be made at " + path + ": " + e.getMessage(), e);
    }
    return new StartSocket(path, channel);
  }

  /** In the daemon: connects to the command that started it and listens at {@code path}. */
  static SocketChannel connect(Path path) throws IOException {
    try {
      return SocketChannel.open(UnixDomainSocketAddress.of(path));
    } finally {
      Files.deleteIfExists(path);
    }
  }

  Path path() {
    return path;
  }

  /**
   * Waits for the daemon.
   *
   * @throws IOException if this is closed meanwhile
   */
  SocketChannel accept() throws IOException {
    return channel.accept();
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }
}
