package dev.gitfs.git.remote;

import dev.gitfs.git.background.Background;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

  private final Duplex duplex;
  private final Timeouts timeouts;
  private final Traffic traffic;
  private final Semaphore room = new Semaphore(CHUNKS_AHEAD);
  private final Inflow in;
  private final Advertisement advertisement;
  private volatile boolean closed;

  /** For the thread that uses it. */
  private boolean toldRefs;

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

  /** Whether it was asked for refs before. */
  boolean hasToldRefs() {
    return toldRefs;
  }

  void noteRefs() {
    toldRefs = true;
  }

  Advertisement advertisement() {
    return advertisement;
  }

  /** Whether the server takes another request on this connection after the first. */
  boolean serial() {
    return advertisement instanceof Advertisement.V2;
  }

  InputStream answer() {
    return in;
  }

  /** Writes a request and waits for the first byte of its answer. */
  void send(byte[] request) throws IOException, InterruptedException {
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
    if (!in.await()) {
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
    } catch (EOFException | MalformedAnswerException e) {
      throw ServerComplaint.onConnect(duplex.lastWords(), e);
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
