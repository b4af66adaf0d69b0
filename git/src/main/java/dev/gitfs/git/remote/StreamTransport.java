package dev.gitfs.git.remote;

import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/**
 * Reaches upload-pack over byte streams. A connection serves one request at a time and, where the
 * server is known to keep them apart, any number one after the other; some are kept for the
 * requests to come. Making a connection includes its advertisement, which is not counted as a
 * request of its own, but for the one that {@link #advertise} makes.
 */
final class StreamTransport implements Transport {

  /**
   * Requests of each kind at a time, and connections kept. One long fetch and a few short ones
   * beside it; questions, which are answered at once, never wait for fetches. Together they stay
   * below the 10 connections from which on sshd may refuse others (MaxStartups).
   */
  private static final int AT_A_TIME = 4;

  private record Idle(StreamConnection connection, long sinceNanos) {}

  private final Duplex.Connector connector;
  private final Timeouts timeouts;
  private final Traffic traffic;
  private final Silence silence;
  private final Semaphore fetches = new Semaphore(AT_A_TIME, true);
  private final Semaphore questions = new Semaphore(AT_A_TIME, true);

  // Guarded by this.
  private final Deque<Idle> idle = new ArrayDeque<>();
  private final Set<StreamConnection> busy = new HashSet<>();
  private boolean sweeping;
  private boolean closed;

  StreamTransport(Duplex.Connector connector, Timeouts timeouts, Traffic traffic) {
    this.connector = connector;
    this.timeouts = timeouts;
    this.traffic = traffic;
    this.silence = new Silence(timeouts.idle(), Silence.LIMIT, "", this::greet, () -> false);
  }

  @Override
  public Advertisement advertise() throws IOException, InterruptedException {
    traffic.request();
    var connection = connect();
    keep(connection);
    return connection.advertisement();
  }

  @Override
  public void greet() throws IOException, InterruptedException {
    drop(connect());
  }

  @Override
  public Exchange send(Request request) throws IOException, InterruptedException {
    var turn =
        switch (request.kind()) {
          case FETCH -> fetches;
          case REFS, HEAD, SIZES -> questions;
        };
    turn.acquire();
    try {
      traffic.request();
      return new StreamExchange(answering(request), turn);
    } catch (IOException | InterruptedException | RuntimeException e) {
      turn.release();
      throw e;
    }
  }

  /** A connection on which the answer to {@code request} has begun. */
  private StreamConnection answering(Request request) throws IOException, InterruptedException {
    while (true) {
      var kept = takeIdle(request.kind());
      var connection = kept != null ? kept : connect();
      try {
        connection.note(request.kind());
        connection.send(request.body(), silence);
        return connection;
      } catch (TryFailedException | InterruptedIOException | InterruptedException e) {
        drop(connection);
        throw e;
      } catch (IOException e) {
        drop(connection);
        // A server may close what lies idle at any time; that is no failure of this request.
        if (kept == null) {
          throw ServerComplaint.onConnect(connection.lastWords(), e);
        }
      }
    }
  }

  private StreamConnection connect() throws IOException, InterruptedException {
    var connection = StreamConnection.open(connector, timeouts, traffic);
    synchronized (this) {
      if (!closed) {
        busy.add(connection);
        return connection;
      }
    }
    connection.close();
    throw new IOException("the remote was closed");
  }

  /** Null if there is none that will do. */
  private synchronized StreamConnection takeIdle(Request.Kind kind) {
    // The one used last is the least likely to have been closed by the server.
    for (var latest = idle.descendingIterator(); latest.hasNext(); ) {
      var connection = latest.next().connection;
      if (connection.takes(kind)) {
        latest.remove();
        UnusedConnections.remove(connection);
        busy.add(connection);
        return connection;
      }
    }
    return null;
  }

  private void keep(StreamConnection connection) {
    var given = new ArrayList<StreamConnection>();
    Runnable oneFewer = () -> {};
    synchronized (this) {
      busy.remove(connection);
      if (closed || !connection.takes(Request.Kind.FETCH)) {
        given.add(connection);
      } else {
        if (!connection.takes(Request.Kind.REFS)) {
          // Polls that each need a connection of their own leave one behind, not one each.
          takeIf(kept -> !kept.connection.takes(Request.Kind.REFS), given);
        }
        if (idle.size() < AT_A_TIME) {
          idle.addLast(new Idle(connection, System.nanoTime()));
          oneFewer = UnusedConnections.add(connection, this::giveUp);
          if (!sweeping) {
            sweeping = true;
            Background.start("unused connections", this::sweep);
          }
        } else {
          given.add(connection);
        }
      }
    }
    given.forEach(StreamConnection::close);
    oneFewer.run();
  }

  /** Closes a connection in favour of another transport's, unless it is in use again. */
  private void giveUp(StreamConnection connection) {
    synchronized (this) {
      if (!idle.removeIf(kept -> kept.connection == connection)) {
        return;
      }
    }
    connection.close();
  }

  private void drop(StreamConnection connection) {
    synchronized (this) {
      busy.remove(connection);
    }
    connection.close();
  }

  /** Closes connections that nobody has wanted for a while; runs only while there are any. */
  private void sweep() {
    while (true) {
      var overdue = new ArrayList<StreamConnection>();
      long sleep;
      synchronized (this) {
        takeUnusedFor(timeouts.keep(), overdue);
        sweeping = !idle.isEmpty();
        long age = sweeping ? System.nanoTime() - idle.peekFirst().sinceNanos : 0;
        // Never 0 for one that has come of age meanwhile: the next round takes it.
        sleep = sweeping ? Math.max(1, timeouts.keep().toNanos() - age) : 0;
      }
      overdue.forEach(StreamConnection::close);
      if (sleep == 0) {
        return;
      }
      try {
        Thread.sleep(Duration.ofNanos(sleep));
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts this thread", e);
      }
    }
  }

  /** Moves connections that have been idle for so long to {@code taken}. Called under the lock. */
  private void takeUnusedFor(Duration age, List<StreamConnection> taken) {
    long now = System.nanoTime();
    takeIf(kept -> now - kept.sinceNanos >= age.toNanos(), taken);
  }

  /** The same for those of which {@code condition} holds. */
  private void takeIf(Predicate<Idle> condition, List<StreamConnection> taken) {
    idle.removeIf(kept -> {
      if (!condition.test(kept)) {
        return false;
      }
      UnusedConnections.remove(kept.connection);
      return taken.add(kept.connection);
    });
  }

  @Override
  public void distrust() {
    var suspects = new ArrayList<StreamConnection>();
    synchronized (this) {
      // One that was used while the other waited is alive.
      takeUnusedFor(timeouts.idle(), suspects);
    }
    suspects.forEach(StreamConnection::close);
  }

  @Override
  public void close() {
    List<StreamConnection> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(busy);
      for (var kept : idle) {
        UnusedConnections.remove(kept.connection);
        all.add(kept.connection);
      }
      idle.clear();
    }
    all.forEach(StreamConnection::close);
  }

  private final class StreamExchange implements Exchange {

    private final StreamConnection connection;
    private final Semaphore turn;
    private boolean over;

    StreamExchange(StreamConnection connection, Semaphore turn) {
      this.connection = connection;
      this.turn = turn;
    }

    @Override
    public InputStream answer() {
      return connection.answer();
    }

    @Override
    public void finish() {
      if (connection.takes(Request.Kind.FETCH)) {
        end();
        keep(connection);
      }
    }

    @Override
    public void close() {
      if (!over) {
        end();
        drop(connection);
      }
    }

    private void end() {
      over = true;
      turn.release();
    }
  }
}
