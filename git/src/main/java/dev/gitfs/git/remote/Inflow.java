package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Bytes that arrive on one thread and are read on another. It gives every source of answers what
 * neither sockets, pipes nor java.net.http bodies have all of: a limit on how long a read waits,
 * and an end to the wait on {@link Thread#interrupt}.
 *
 * <p>One thread arrives, one reads; {@link #close} may come from any.
 */
final class Inflow extends InputStream {

  /** Where the bytes come from. */
  interface Source {
    /** A buffer has been read to its end: one more may arrive. */
    void more();

    /** No more bytes are wanted. */
    void cancel();
  }

  private sealed interface Arrival {
    record Bytes(ByteBuffer buffer) implements Arrival {}

    record End() implements Arrival {}

    record Failure(Throwable cause) implements Arrival {}
  }

  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Duration idle;
  private final Traffic traffic;
  private final Source source;

  // Touched by the reader alone.
  private ByteBuffer current = ByteBuffer.allocate(0);
  private boolean ended;
  private boolean silent;

  Inflow(Duration idle, Traffic traffic, Source source) {
    this.idle = idle;
    this.traffic = traffic;
    this.source = source;
  }

  /** One that has ended before it began. */
  static Inflow empty() {
    var nothing =
        new Inflow(
            Duration.ZERO,
            new Traffic(),
            new Source() {
              @Override
              public void more() {}

              @Override
              public void cancel() {}
            });
    nothing.end();
    return nothing;
  }

  /** More bytes; the buffer is the reader's from now on. */
  void arrive(ByteBuffer buffer) {
    traffic.received(buffer.remaining());
    arrivals.add(new Arrival.Bytes(buffer));
  }

  void end() {
    arrivals.add(new Arrival.End());
  }

  void fail(Throwable cause) {
    arrivals.add(new Arrival.Failure(cause));
  }

  @Override
  public int read() throws IOException {
    return await() ? current.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (!await()) {
      return -1;
    }
    int taken = Math.min(count, current.remaining());
    current.get(into, offset, taken);
    return taken;
  }

  @Override
  public int available() {
    return current.remaining();
  }

  /** Gives up on the source; a read under way, and every later one, fails. */
  @Override
  public void close() {
    source.cancel();
    fail(new IOException("the connection was closed"));
  }

  /**
   * Waits for the first bytes of an answer as long as {@code silence} lets it; false at the end.
   */
  boolean awaitFirst(Silence silence) throws IOException, InterruptedException {
    while (!current.hasRemaining() && !ended) {
      take(
          silence.outlast(
              nanos -> Optional.ofNullable(arrivals.poll(nanos, TimeUnit.NANOSECONDS))));
    }
    return !ended;
  }

  /** Waits for bytes without taking any; false at the end of the stream. */
  boolean await() throws IOException {
    while (!current.hasRemaining() && !ended) {
      take(next());
    }
    return !ended;
  }

  private void take(Arrival arrival) throws IOException {
    switch (arrival) {
      case Arrival.Bytes(var buffer) -> {
        current = buffer;
        source.more();
      }
      case Arrival.End() -> ended = true;
      case Arrival.Failure failure -> {
        arrivals.add(failure);
        throw new IOException("the connection broke", failure.cause());
      }
    }
  }

  private Arrival next() throws IOException {
    // Who reads on all the same, as an inflater does when it is closed, must not wait again.
    if (silent) {
      throw silence();
    }
    try {
      var arrival = arrivals.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
      if (arrival == null) {
        silent = true;
        throw silence();
      }
      return arrival;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private TryFailedException silence() {
    return TryFailedException.passing(
        RemoteException.Kind.TIMED_OUT,
        "nothing came from the server for " + Durations.text(idle),
        (Throwable) null);
  }
}
