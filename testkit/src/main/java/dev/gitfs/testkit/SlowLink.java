package dev.gitfs.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy that is as slow as a real network: every byte takes half a round trip, all
 * connections share one bandwidth in each direction, and a new connection costs the round trip of
 * its handshake. It can stall, cut and reset what goes through it.
 *
 * <p>For each direction of a connection one thread reads and one writes, with a queue between them
 * of chunks that each carry the time at which they are due. The reader takes its chunk's share of
 * the link's time line, and runs ahead of that line by {@link #LEAD_NANOS} at most: so a large
 * transfer delays a small one beside it by a chunk, not by a queue, as fair queueing would. Slow
 * start and loss are not modelled: this link is kinder than a real one to new connections.
 *
 * <p>Measured on two virtual processors: a 50 ms round trip takes 50.6 ms (the wake-ups of five
 * sleeping threads), 25 MB at 200 Mbit/s 1.1 s and 0.1 s of processor time. All methods may be
 * called from any thread.
 */
public final class SlowLink implements AutoCloseable {

  /** No limit on bandwidth. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** 64 KiB are 2.6 ms at 200 Mbit/s: fine enough to share, coarse enough to be cheap. */
  private static final int CHUNK = 64 << 10;

  /** More than a thread's late wake-up costs, or the link would fall short of its bandwidth. */
  private static final long LEAD_NANOS = 2_000_000;

  /**
   * How late a long sleep may end, because the processor has to be woken too. A short sleep after
   * it ends within 0.1 ms.
   */
  private static final long LATE_NANOS = 500_000;

  private final InetSocketAddress target;
  private final long halfTripNanos;
  private final long bitsPerSecond;
  private final Listener listener;
  private final TimeLine up = new TimeLine();
  private final TimeLine down = new TimeLine();
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger roundTrips = new AtomicInteger();
  private final AtomicLong bytesUp = new AtomicLong();
  private final AtomicLong bytesDown = new AtomicLong();
  private final Object gate = new Object();
  private volatile boolean stalled;
  private volatile boolean cut;

  /**
   * A link to 127.0.0.1 and {@code port}.
   *
   * @param roundTrip from sending a byte to receiving its answer, from a server that takes no time
   * @param bitsPerSecond in each direction, for all connections together; or {@link #UNLIMITED}
   */
  public SlowLink(int port, Duration roundTrip, long bitsPerSecond) {
    this.target = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.halfTripNanos = roundTrip.toNanos() / 2;
    this.bitsPerSecond = bitsPerSecond;
    listener = Listener.start("slow-link", Connection::new);
  }

  public SlowLink(GitServer server, Duration roundTrip, long bitsPerSecond) {
    this(server.port(), roundTrip, bitsPerSecond);
  }

  public int port() {
    return listener.port();
  }

  /** {@code serverUrl} with the port of this link in place of the server's. */
  public String url(String serverUrl) {
    return serverUrl.replaceFirst(":" + URI.create(serverUrl).getPort() + "/", ":" + port() + "/");
  }

  /** How many connections clients have opened. */
  public int connections() {
    return listener.accepted();
  }

  /**
   * How often a client spoke after its server had: request and answer are one round trip however
   * long they are. A connection's handshake is not counted.
   */
  public int roundTrips() {
    return roundTrips.get();
  }

  /** Bytes from clients to the server. */
  public long bytesUp() {
    return bytesUp.get();
  }

  /** Bytes from the server to clients. */
  public long bytesDown() {
    return bytesDown.get();
  }

  /** Nothing arrives any more, on old connections and new, until {@link #resume}. */
  public void stall() {
    stalled = true;
  }

  public void resume() {
    synchronized (gate) {
      stalled = false;
      gate.notifyAll();
    }
  }

  /** Resets every connection; new ones are served. */
  public void resetAll() {
    open.forEach(Connection::reset);
  }

  /** Resets every connection, old and new, until {@link #mend}. */
  public void cut() {
    cut = true;
    resetAll();
  }

  public void mend() {
    cut = false;
  }

  @Override
  public void close() {
    listener.close();
    cut();
    resume();
  }

  /** When the bytes of one direction leave: one after the other, as fast as the bandwidth lets. */
  private final class TimeLine {
    private long free = System.nanoTime();

    /** The time at which the last of {@code bytes} has left, if they are ready at {@code now}. */
    synchronized long departure(long now, int bytes) {
      free = Math.max(now, free);
      if (bitsPerSecond != UNLIMITED) {
        free += bytes * 8_000_000_000L / bitsPerSecond;
      }
      return free;
    }
  }

  private record Chunk(byte[] bytes, long due) {}

  private final class Connection {
    private static final byte[] END = {};

    private final Socket client;
    private final Socket server = new Socket();
    private final AtomicInteger directionsOpen = new AtomicInteger(2);
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean serverSpokeLast = true;

    Connection(Socket client) throws IOException {
      this.client = client;
      var accepted = System.nanoTime();
      server.connect(target);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      open.add(this);
      if (cut) {
        reset();
      }
      // The client may speak one round trip after its SYN, the server hears of it half a trip
      // later.
      start("up", client, server, up, accepted + 2 * halfTripNanos);
      start("down", server, client, down, accepted + 3 * halfTripNanos);
    }

    private void start(String name, Socket from, Socket to, TimeLine line, long notBefore) {
      var queue = new ArrayBlockingQueue<Chunk>(queueLength());
      start("read-" + name, () -> read(from, queue, line, notBefore));
      start("write-" + name, () -> write(to, queue));
    }

    private void start(String name, Runnable work) {
      var thread = Thread.ofPlatform().daemon().name("slow-link-" + name).unstarted(work);
      threads.add(thread);
      thread.start();
    }

    /** Room for what is under way in half a round trip, in chunks that may be small, twice over. */
    private int queueLength() {
      var rate = Math.min(bitsPerSecond, 1_000_000_000L);
      return (int) (rate / 8 * halfTripNanos / 1_000_000_000 * 2 / (CHUNK / 4)) + 64;
    }

    private void read(Socket from, BlockingQueue<Chunk> queue, TimeLine line, long notBefore) {
      var buffer = new byte[CHUNK];
      try {
        try {
          var in = from.getInputStream();
          for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            count(from == client, n);
            var departure = line.departure(Math.max(System.nanoTime(), notBefore), n);
            queue.put(new Chunk(Arrays.copyOf(buffer, n), departure + halfTripNanos));
            sleepUntil(departure - LEAD_NANOS);
          }
        } catch (IOException e) {
          // A broken connection ends like a closed one.
        }
        var end = line.departure(Math.max(System.nanoTime(), notBefore), 0) + halfTripNanos;
        queue.put(new Chunk(END, end));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void count(boolean fromClient, int bytes) {
      if (fromClient) {
        if (serverSpokeLast) {
          serverSpokeLast = false;
          roundTrips.incrementAndGet();
        }
        bytesUp.addAndGet(bytes);
      } else {
        serverSpokeLast = true;
        bytesDown.addAndGet(bytes);
      }
    }

    private void write(Socket to, BlockingQueue<Chunk> queue) {
      try {
        var out = to.getOutputStream();
        for (var chunk = queue.take(); chunk.bytes() != END; chunk = queue.take()) {
          sleepUntil(chunk.due());
          passGate();
          out.write(chunk.bytes());
        }
        to.shutdownOutput();
      } catch (IOException e) {
        reset();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        if (directionsOpen.decrementAndGet() == 0) {
          finish();
        }
      }
    }

    private void passGate() throws InterruptedException {
      if (stalled) {
        synchronized (gate) {
          while (stalled) {
            gate.wait();
          }
        }
      }
    }

    private void finish() {
      open.remove(this);
      closeQuietly(client);
      closeQuietly(server);
      // Whoever waits for a queue that nobody serves any more.
      threads.forEach(Thread::interrupt);
    }

    void reset() {
      try {
        client.setSoLinger(true, 0);
      } catch (IOException e) {
        // Already closed.
      }
      finish();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Closed it is.
    }
  }

  private static void sleepUntil(long time) throws InterruptedException {
    for (var left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(left > 2 * LATE_NANOS ? left - LATE_NANOS : left);
    }
  }
}
