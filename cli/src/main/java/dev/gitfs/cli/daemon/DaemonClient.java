package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A daemon in another process, reached over a pair of streams. One thread at a time. */
final class DaemonClient implements Daemon {

  private final BufferedReader replies;
  private final OutputStream requests;
  private final Closeable connection;

  DaemonClient(InputStream replies, OutputStream requests, Closeable connection) {
    this.replies = new BufferedReader(new InputStreamReader(replies, StandardCharsets.UTF_8));
    this.requests = requests;
    this.connection = connection;
  }

  /** Connects to the daemon that listens on {@code socket}. */
  static DaemonClient connect(Path socket) throws IOException {
    var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    return new DaemonClient(
        Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
  }

  @Override
  public MountSummary mount(MountRequest request) throws DaemonException {
    return ask(new Message.Mount(request), Message.Mounted.class).mount();
  }

  @Override
  public void unmount(Path directory, boolean lazy) throws DaemonException {
    ask(new Message.Unmount(directory, lazy), Message.Unmounted.class);
  }

  @Override
  public List<MountSummary> mounts() throws DaemonException {
    return ask(new Message.ListMounts(), Message.Mounts.class).mounts();
  }

  @Override
  public MountStatistics statistics(Path directory) throws DaemonException {
    return ask(new Message.ReadStatistics(directory), Message.Statistics.class).statistics();
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      // The daemon went first.
    }
  }

  private <T extends Message.Reply> T ask(Message.Request request, Class<T> wanted)
      throws DaemonException {
    try {
      requests.write((Wire.encode(request) + "\n").getBytes(StandardCharsets.UTF_8));
      requests.flush();
      String line = replies.readLine();
      if (line == null) {
        throw new IOException("it ended without an answer");
      }
      Message.Reply reply = Wire.decode(line, Message.Reply.class);
      if (reply instanceof Message.Failed(var kind, var message, var trace)) {
        throw new DaemonException(kind, message, new RemoteTrace(trace));
      }
      if (!wanted.isInstance(reply)) {
        throw new IOException("it answered " + reply.getClass().getSimpleName());
      }
      return wanted.cast(reply);
    } catch (IOException e) {
      throw new DaemonException(Kind.FAILED, "the daemon failed: " + e.getMessage(), e);
    }
  }

  /** The stack trace of the daemon, as the cause of what is thrown here. */
  private static final class RemoteTrace extends Exception {

    RemoteTrace(String trace) {
      super("in the daemon: " + trace, null, false, false);
    }
  }
}
