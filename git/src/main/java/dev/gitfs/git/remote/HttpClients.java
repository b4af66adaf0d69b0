package dev.gitfs.git.remote;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The HTTP clients of this process. Remotes that are reached on the same terms share one, and so
 * its thread, and its connections where they are of one server: the second repository of a forge
 * needs no handshake.
 */
final class HttpClients {

  /**
   * Sets what java.net.http reads once, when its first class is needed, be it a request's: so this
   * comes before, in those who use it. What the user has set stays.
   */
  static void prepare() {
    var properties = System.getProperties();
    // Idle connections are kept as long as all others (Timeouts): by default it is 30 seconds.
    properties.putIfAbsent(
        "jdk.httpclient.keepalive.timeout", Long.toString(Timeouts.DEFAULT.keep().toSeconds()));
    // A packet of git's protocol: by default it is a quarter of that, and four times the
    // hand-overs. With four packets a bound on bytes is overrun by as much.
    properties.putIfAbsent("jdk.httpclient.bufsize", Integer.toString(1 << 16));
    // Proxies that want a password mostly want it this way; by default Java refuses to send it.
    properties.putIfAbsent("jdk.http.auth.tunneling.disabledSchemes", "");
  }

  /** Guarded by the class. */
  private static final Map<Terms, Shared> SHARED = new HashMap<>();

  private HttpClients() {}

  /**
   * What makes connections differ.
   *
   * @param trust equal to itself alone; {@link HttpTrust} has one for all of the same settings
   */
  record Terms(Duration connect, Optional<HttpProxy> proxy, SSLContext trust) {}

  /** A client and who uses it. Guarded by the class. */
  private static final class Shared {

    private HttpClient client;
    private long madeNanos;
    private int users;

    private void renew(Terms terms) {
      client = builder(terms).build();
      madeNanos = System.nanoTime();
    }
  }

  /** The use of a client, until it is closed. Safe for use by many threads. */
  static final class Lease implements AutoCloseable {

    private final Terms terms;
    private final Shared shared;
    private boolean closed;

    private Lease(Terms terms, Shared shared) {
      this.terms = terms;
      this.shared = shared;
    }

    HttpClient client() {
      synchronized (HttpClients.class) {
        return shared.client;
      }
    }

    /**
     * Begins with new connections, unless these are younger than {@code age}. What is under way
     * goes on; a client that nobody uses any more ends by itself.
     */
    void renew(Duration age) {
      synchronized (HttpClients.class) {
        if (System.nanoTime() - shared.madeNanos > age.toNanos()) {
          shared.renew(terms);
        }
      }
    }

    /** Ends the connections with their last user. */
    @Override
    public void close() {
      synchronized (HttpClients.class) {
        if (!closed && --shared.users == 0) {
          SHARED.remove(terms);
          shared.client.shutdownNow();
        }
        closed = true;
      }
    }
  }

  /** For a client of one's own. */
  static HttpClient.Builder builder(Terms terms) {
    return HttpClient.newBuilder()
        .connectTimeout(terms.connect)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(Thread::startVirtualThread)
        .sslContext(terms.trust)
        .proxy(terms.proxy.map(HttpProxy::selector).orElse(HttpClient.Builder.NO_PROXY));
  }

  static Lease lease(Terms terms) {
    synchronized (HttpClients.class) {
      var shared = SHARED.computeIfAbsent(terms, _ -> new Shared());
      if (shared.users++ == 0) {
        shared.renew(terms);
      }
      return new Lease(terms, shared);
    }
  }
}
