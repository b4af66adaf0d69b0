package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** A daemon in another process, reached over a socket. One thread at a time. */
final class DaemonClient implements Daemon {

  /** Answers take milliseconds; a machine that is so busy as to take this long is hard to find. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A daemon waits for half a minute until what it unmounts is put away. */
  private static final Duration UNMOUNT_PATIENCE = Duration.ofSeconds(40);

  /** A mount and a refresh wait for the git server, which has its own limits. */
  private static final Duration MOUNT_PATIENCE = Duration.ofDays(1);

  private final long pid;
  private final SocketChannel channel;
  private final BufferedReader replies;
  private final OutputStream requests;
  private final Supplier<String> end;

  /**
   * @param channel connected; closed with this
   * @param end says, after the connection has ended without an answer, why
   */
  DaemonClient(long pid, SocketChannel channel, Supplier<String> end) {
    this.pid = pid;
    this.channel = channel;
    this.replies =
        new BufferedReader(
            new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    this.requests = Channels.newOutputStream(channel);
    this.end = end;
  }

  /**
   * Connects to the daemon {@code pid}, which listens on {@code socket}.
   *
   * @throws SilentDaemonException if it is there and takes no connections
   */
  static DaemonClient connect(long pid, Path socket) throws IOException, DaemonException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try (var limit = TimeLimit.on(channel, PATIENCE)) {
      try {
        channel.connect(UnixDomainSocketAddress.of(socket));
      } catch (IOException e) {
        channel.close();
        if (limit.isExceeded()) {
          throw new SilentDaemonException(pid);
        }
        throw e;
      }
    }
    return new DaemonClient(pid, channel, () -> "it ended without an answer");
  }

  @Override
  public MountSummary mount(MountRequest request) throws DaemonException {
    return ask(new Message.Mount(request), Message.Mounted.class, MOUNT_PATIENCE).mount();
  }

  @Override
  public MountSummary run(RunRequest request) throws DaemonException {
    return ask(new Message.Run(request), Message.Mounted.class, MOUNT_PATIENCE).mount();
  }

  @Override
  public boolean unmount(Path directory, boolean lazy) throws DaemonException {
    return ask(new Message.Unmount(directory, lazy), Message.Unmounted.class, UNMOUNT_PATIENCE)
        .ended();
  }

  @Override
  public boolean awaitEnd(Path directory, boolean lazy) throws DaemonException {
    try {
      say(new Message.AwaitEnd(directory, lazy));
      return !(hear(UNMOUNT_PATIENCE) instanceof Message.Unmounted(var ended)) || ended;
    } catch (IOException e) {
      // With its last mount the daemon itself has ended.
      return true;
    }
  }

  @Override
  public List<MountSummary> mounts() throws DaemonException {
    return ask(new Message.ListMounts(), Message.Mounts.class, PATIENCE).mounts();
  }

  @Override
  public MountStatistics statistics(Path directory) throws DaemonException {
    return ask(new Message.ReadStatistics(directory), Message.Statistics.class, PATIENCE)
        .statistics();
  }

  @Override
  public Refreshed refresh(Path directory) throws DaemonException {
    return ask(new Message.Refresh(directory), Message.Refreshing.class, MOUNT_PATIENCE)
        .refreshed();
  }

  @Override
  public PrefetchProgress prefetch(Path directory, PrefetchOrder order, ProgressListener listener)
      throws DaemonException {
    try {
      say(new Message.Prefetch(directory, order));
      while (true) {
        switch (hear(PATIENCE)) {
          case Message.Prefetching(var progress) -> listener.heard(progress);
          case Message.Prefetched(var progress) -> {
            return progress;
          }
          case Message.Reply other -> throw unexpected(other);
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void record(Path directory, Path file) throws DaemonException {
    ask(new Message.Record(directory, file), Message.Recording.class, PATIENCE);
  }

  @Override
  public Recorded stopRecording(Path directory) throws DaemonException {
    return ask(new Message.StopRecording(directory), Message.RecordingStopped.class, PATIENCE)
        .recorded();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The daemon went first.
    }
  }

  private <T extends Message.Reply> T ask(
      Message.Request request, Class<T> wanted, Duration patience) throws DaemonException {
    try {
      say(request);
      Message.Reply reply = hear(patience);
      if (!wanted.isInstance(reply)) {
        throw unexpected(reply);
      }
      return wanted.cast(reply);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void say(Message.Request request) throws IOException {
    byte[] line = (Wire.encode(request) + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      requests.write(line);
    } catch (IOException e) {
      throw new IOException(end.get(), e);
    }
  }

  private Message.Reply hear(Duration patience) throws IOException, DaemonException {
    String line;
    try (var limit = TimeLimit.on(channel, patience)) {
      try {
        line = replies.readLine();
      } catch (IOException e) {
        if (limit.isExceeded()) {
          throw new SilentDaemonException(pid);
        }
        throw new IOException(end.get(), e);
      }
    }
    if (line == null) {
      throw new IOException(end.get());
    }
    Message.Reply reply = Wire.decode(line, Message.Reply.class);
    if (reply instanceof Message.Failed(var kind, var message, var trace)) {
      throw new DaemonException(kind, message, new RemoteTrace(trace));
    }
    return reply;
  }

  private static IOException unexpected(Message.Reply reply) {
    return new IOException("it answered " + reply.getClass().getSimpleName());
  }

  private static DaemonException failed(IOException e) {
    return new DaemonException(Kind.FAILED, "the daemon failed: " + e.getMessage(), e);
  }

  /** The stack trace of the daemon, as the cause of what is thrown here. */
  private static final class RemoteTrace extends Exception {

    RemoteTrace(String trace) {
      super("in the daemon: " + trace, null, false, false);
    }
  }
}
