package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.git.background.Background;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon's side of a connection: answers requests, one after the other. For one thread. */
final class Conversation {

  private static final Logger log = LoggerFactory.getLogger(Conversation.class);

  private final Daemon daemon;
  private final BufferedReader requests;
  private final OutputStream replies;
  private final Lock answering;

  /**
   * @param answering held from a request's arrival until its reply is gone
   */
  Conversation(Daemon daemon, InputStream requests, OutputStream replies, Lock answering) {
    this.daemon = daemon;
    this.answering = answering;
    this.requests = new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8));
    this.replies = replies;
  }

  /** Answers the next request; false if there is none any more. */
  boolean exchange() throws IOException {
    String line = requests.readLine();
    if (line == null) {
      return false;
    }
    answering.lock();
    try {
      say(answer(line));
    } finally {
      answering.unlock();
    }
    return true;
  }

  private void say(Message.Reply reply) throws IOException {
    replies.write((Wire.encode(reply) + "\n").getBytes(StandardCharsets.UTF_8));
    replies.flush();
  }

  private Message.Reply answer(String line) {
    try {
      return switch (Wire.decode(line, Message.Request.class)) {
        case Message.Mount(var request) -> new Message.Mounted(daemon.mount(request));
        case Message.Run(var request) -> new Message.Mounted(daemon.run(request));
        case Message.Unmount(var directory, var lazy) ->
            new Message.Unmounted(daemon.unmount(directory, lazy));
        case Message.AwaitEnd(var directory, var lazy) ->
            new Message.Unmounted(daemon.awaitEnd(directory, lazy));
        case Message.ListMounts() -> new Message.Mounts(daemon.mounts());
        case Message.ReadStatistics(var directory) ->
            new Message.Statistics(daemon.statistics(directory));
        case Message.Record(var directory, var file) -> {
          daemon.record(directory, file);
          yield new Message.Recording();
        }
        case Message.StopRecording(var directory) ->
            new Message.RecordingStopped(daemon.stopRecording(directory));
        case Message.Refresh(var directory) -> new Message.Refreshing(daemon.refresh(directory));
        case Message.Prefetch(var directory, var order) ->
            new Message.Prefetched(
                daemon.prefetch(
                    directory, order, progress -> say(new Message.Prefetching(progress))));
      };
    } catch (DaemonException e) {
      log.warn("{}", e.getMessage(), e.getCause());
      return failed(e.kind(), e.getMessage(), e);
    } catch (InterruptedException e) {
      return failed(Kind.FAILED, "interrupted", e);
    } catch (IOException | RuntimeException | Error e) {
      Background.failed("a request", e);
      return failed(Kind.FAILED, "unexpected " + e + "; the log has more", e);
    }
  }

  private static Message.Failed failed(Kind kind, String message, Throwable e) {
    var trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    return new Message.Failed(kind, message, trace.toString());
  }
}
