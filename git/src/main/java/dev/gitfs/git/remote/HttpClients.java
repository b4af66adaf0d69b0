package dev.gitfs.git.remote;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
   * @param verified whether a server must prove who it is
   * @param http2 whether HTTP/2 is spoken where TLS agrees on it
   */
  record Terms(
      Duration connect,
      Optional<HttpProxy> proxy,
      SSLContext trust,
      boolean verified,
      boolean http2) {

    static Terms of(
        HttpSettings settings, Optional<HttpProxy> proxy, Timeouts timeouts, boolean soon)
        throws RemoteException {
      return new Terms(
          timeouts.connect(),
          proxy,
          HttpTrust.context(settings, soon),
          settings.verify(),
          settings.http2());
    }
  }

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

    /**
     * Sends a request.
     *
     * @param idle how long an answer that has begun may pause
     * @param alive holds the answer's body until it has ended
     */
    CompletableFuture<HttpAnswer> send(
        HttpCall call, Duration idle, Traffic traffic, Set<Inflow> alive) {
      HttpClient client;
      synchronized (HttpClients.class) {
        client = shared.client;
      }
      return HttpClients.send(client, terms, call, idle, traffic, alive);
    }

    Terms terms() {
      return terms;
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
          SHARED.remove(terms, shared);
          shared.client.shutdownNow();
        }
        closed = true;
      }
    }
  }

  private static HttpClient.Builder builder(Terms terms) {
    return HttpClient.newBuilder()
        .connectTimeout(terms.connect)
        .followRedirects(HttpClient.Redirect.NEVER)
        .executor(Thread::startVirtualThread)
        .sslContext(terms.trust)
        .proxy(terms.proxy.map(HttpProxy::selector).orElse(HttpClient.Builder.NO_PROXY));
  }

  private static CompletableFuture<HttpAnswer> send(
      HttpClient client,
      Terms terms,
      HttpCall call,
      Duration idle,
      Traffic traffic,
      Set<Inflow> alive) {
    if (UnusualHosts.isOne(call.url())) {
      return UnusualHosts.send(terms, call, idle, traffic, alive);
    }
    var request =
        HttpRequest.newBuilder(call.url())
            // Without TLS there is no agreeing on HTTP/2 that old servers survive.
            .version(
                call.url().getScheme().equals("https") && terms.http2
                    ? HttpClient.Version.HTTP_2
                    : HttpClient.Version.HTTP_1_1);
    terms
        .proxy
        .flatMap(ProxyAuthentication::header)
        .ifPresent(known -> request.setHeader("Proxy-Authorization", known));
    try {
      call.headers().forEach(header -> request.header(header.name(), header.value()));
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(unsendable(call));
    }
    if (call.body().isPresent()) {
      request.POST(HttpRequest.BodyPublishers.ofByteArray(call.body().get()));
    }
    var sent = client.sendAsync(request.build(), _ -> new HttpBody(idle, traffic, alive));
    var answer = sent.thenApply(HttpClients::answer);
    answer.whenComplete((_, _) -> {
      if (answer.isCancelled()) {
        sent.cancel(true);
      }
    });
    return answer;
  }

  /** Without its cause, whose message would hold a value. */
  static TryFailedException unsendable(HttpCall call) {
    return TryFailedException.lasting(
        RemoteException.Kind.UNSUPPORTED,
        "http.extraHeader: one of " + call.headers() + " cannot be sent");
  }

  private static HttpAnswer answer(HttpResponse<Inflow> response) {
    // A proxy's refusal of a tunnel comes without a body, not even an empty one.
    var body = Objects.requireNonNullElseGet(response.body(), Inflow::empty);
    return new HttpAnswer(response.uri(), response.statusCode(), response.headers(), body);
  }

  static Lease lease(Terms terms) {
    synchronized (HttpClients.class) {
      return lease(terms, SHARED.computeIfAbsent(terms, _ -> new Shared()));
    }
  }

  /** Of a client with connections of its own. */
  static Lease unshared(Terms terms) {
    synchronized (HttpClients.class) {
      return lease(terms, new Shared());
    }
  }

  private static Lease lease(Terms terms, Shared shared) {
    if (shared.users++ == 0) {
      shared.renew(terms);
    }
    return new Lease(terms, shared);
  }
}
