package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.git.background.Background;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One connection of a {@link StreamTransport}, its advertisement read. Used by one thread at a
 * time; {@link #close} may come from any.
 */
final class StreamConnection {

  /** What one read takes: the capacity of a pipe. */
  private static final int CHUNK = 64 << 10;

  /** Chunks that may wait for the reader: enough to keep both sides busy, 1 MiB at most. */
  private static final int CHUNKS_AHEAD = 16;

  /** Enough of what is not git's to recognize it. */
  private static final int STRAY_WORDS = 200;

  private final Duplex duplex;
  private final Timeouts timeouts;
  private final Traffic traffic;
  private final Semaphore room = new Semaphore(CHUNKS_AHEAD);
  private final Inflow in;
  private final Advertisement advertisement;
  private volatile boolean closed;

  /** What it was asked for. Changed by the thread that uses it, read by others once it is idle. */
  private final Set<Request.Kind> asked = EnumSet.noneOf(Request.Kind.class);

  private StreamConnection(Duplex duplex, Timeouts timeouts, Traffic traffic) throws IOException {
    this.duplex = duplex;
    this.timeouts = timeouts;
    this.traffic = traffic;
    this.in =
        new Inflow(
            timeouts.idle(),
            traffic,
            new Inflow.Source() {
              @Override
              public void more() {
                room.release();
              }

              @Override
              public void cancel() {
                close();
              }
            });
    // A platform thread: a read from a pipe would hold a virtual thread's carrier.
    Background.platform("git-fs-stdout", this::pump).start();
    this.advertisement = greeting();
  }

  static StreamConnection open(Duplex.Connector connector, Timeouts timeouts, Traffic traffic)
      throws IOException, InterruptedException {
    var duplex = connector.connect();
    try {
      return new StreamConnection(duplex, timeouts, traffic);
    } catch (IOException | RuntimeException e) {
      duplex.close();
      throw e;
    }
  }

  void note(Request.Kind kind) {
    asked.add(kind);
  }

  /**
   * Whether a request of this kind gets its own answer here, after what was asked before.
   *
   * <p>git's upload-pack keeps commands apart, but reads refs once, HEAD excepted, and tells the
   * same of them for ever (refs/files-backend.c caches what is loose). Other servers, those made of
   * JGit among them (7.8 tried), give the depth and the filter of one fetch to the next on its
   * connection, and with a hook as Gerrit's tell one state of all refs; none can be known to do
   * better than that. With versions 0 and 1 the connection ends with the fetch, and its refs were
   * told before.
   */
  boolean takes(Request.Kind kind) {
    if (asked.isEmpty()) {
      return true;
    }
    if (!(advertisement instanceof Advertisement.V2 v2)) {
      return false;
    }
    if (v2.capabilities().getOrDefault("agent", "").startsWith("git/")) {
      return kind != Request.Kind.REFS || !asked.contains(kind);
    }
    return kind == Request.Kind.FETCH && !asked.contains(kind);
  }

  Advertisement advertisement() {
    return advertisement;
  }

  InputStream answer() {
    return in;
  }

  /** Writes a request and waits for the first byte of its answer. */
  void send(byte[] request, Silence silence) throws IOException, InterruptedException {
    // On its own thread, since a write to a pipe or socket that nobody drains cannot be
    // interrupted.
    var writing =
        new FutureTask<Void>(() -> {
          duplex.out().write(request);
          duplex.out().flush();
          return null;
        });
    Thread.startVirtualThread(writing);
    try {
      writing.get(timeouts.idle().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw TryFailedException.passing(
          RemoteException.Kind.TIMED_OUT,
          "the server took no request for " + Durations.text(timeouts.idle()),
          e);
    } catch (ExecutionException e) {
      throw new IOException("the connection broke", e.getCause());
    }
    traffic.sent(request.length);
    if (!in.awaitFirst(silence)) {
      throw new EOFException("the server closed the connection");
    }
  }

  /** What the other end said about the failure of this connection. */
  String lastWords() {
    return duplex.lastWords();
  }

  void close() {
    closed = true;
    duplex.close();
    room.release(CHUNKS_AHEAD);
  }

  boolean closed() {
    return closed;
  }

  /** A connection is made once the server has said its capabilities. */
  private Advertisement greeting() throws IOException {
    try {
      return Advertisement.read(in);
    } catch (EOFException e) {
      throw ServerComplaint.onConnect(duplex.lastWords(), e);
    } catch (MalformedAnswerException e) {
      var rest = in.readNBytes(Math.min(in.available(), STRAY_WORDS));
      throw ServerComplaint.insteadOfGit(e.start() + new String(rest, UTF_8), e);
    }
  }

  private void pump() {
    var chunk = new byte[CHUNK];
    try {
      while (!closed) {
        room.acquire();
        int count = duplex.in().read(chunk);
        if (count < 0) {
          break;
        }
        in.arrive(ByteBuffer.wrap(Arrays.copyOf(chunk, count)));
      }
      in.end();
    } catch (IOException e) {
      in.fail(e);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    } catch (RuntimeException | Error e) {
      // Else a reader would wait for its time limit.
      in.fail(new IOException("unexpected " + e, e));
      throw e;
    }
  }
}
