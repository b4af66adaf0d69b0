package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reaches upload-pack by git's smart HTTP: one GET for the advertisement, one POST for each
 * request, over HTTP/2 where TLS agrees on it and over kept HTTP/1.1 connections otherwise.
 */
final class HttpTransport implements Transport {

  static {
    HttpClients.prepare();
  }

  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

  private static final String UPLOAD_PACK = "/git-upload-pack";
  private static final String REFS = "/info/refs?service=git-upload-pack";
  private static final MediaType ADVERTISEMENT_TYPE =
      new MediaType("application/x-git-upload-pack-advertisement");
  private static final String REQUEST_TYPE = "application/x-git-upload-pack-request";
  private static final MediaType RESULT_TYPE =
      new MediaType("application/x-git-upload-pack-result");

  /** Below this, compressing a request saves no packet; git's own bound. */
  private static final int WORTH_GZIP = 1024;

  /** Of the time in which any server greets, how many a slow one may take. */
  private static final int GREETINGS = 4;

  private static final String LIMIT_ADVICE = "; http.lowSpeedTime says how many seconds are waited";

  /** git's, which is curl's. */
  private static final int MOST_REDIRECTS = 20;

  private final HttpSettings settings;
  private final Timeouts timeouts;
  private final Traffic traffic;
  private final Optional<HttpProxy> proxy;
  private final ProxyAuthentication proxyAuthentication;
  private final HttpCookies cookies;
  private final ProtocolPolicy protocols;
  private final Predicate<String> permitted;
  private final Silence silence;
  private final Silence silenceOfGreeting;

  /**
   * Made in the background, for it takes long in a young JVM: 40 ms, with TLS 130 ms, in which the
   * caller opens its store.
   */
  private final FutureTask<HttpClients.Lease> lease;

  /** Requests without an answer, and answers that are being read: they end when this is closed. */
  private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();

  private final Set<Inflow> bodies = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;
  private volatile HttpRoute route;
  private volatile boolean readsPlainOnly;
  private final RemoteUrl.Http url;

  private HttpTransport(
      RemoteUrl.Http url,
      GitProgram git,
      GitConfig config,
      RemoteOptions options,
      Optional<CredentialSource> given,
      Traffic traffic)
      throws RemoteException {
    this.traffic = traffic;
    this.settings = new HttpSettings(config, options.environment(), url).checked();
    var patience = options.timeouts();
    this.timeouts =
        new Timeouts(patience.connect(), settings.idle(patience.idle()), patience.keep());
    this.proxy = HttpProxy.of(settings);
    this.silence =
        new Silence(
            patience.idle(),
            settings.idle(Silence.LIMIT),
            LIMIT_ADVICE,
            this::greet,
            this::isConnectionLost);
    // Another greeting would tell no more than this one.
    this.silenceOfGreeting =
        new Silence(
            patience.idle(),
            settings.idle(patience.idle().multipliedBy(GREETINGS)),
            LIMIT_ADVICE,
            () -> {},
            this::isConnectionLost);
    this.proxyAuthentication = ProxyAuthentication.of(proxy, settings);
    this.cookies = HttpCookies.of(settings);
    this.protocols = new ProtocolPolicy(config, options.environment());
    var helpers = new CredentialHelpers(git, config);
    this.route = HttpRoute.to(url, config, options.environment(), helpers, given);
    this.permitted = options.redirects();
    this.url = url;
    this.lease = new FutureTask<>(this::leaseClient);
    Thread.startVirtualThread(lease);
  }

  static HttpTransport create(
      RemoteUrl.Http url,
      GitProgram git,
      GitConfig config,
      RemoteOptions options,
      Optional<CredentialSource> given,
      Traffic traffic)
      throws RemoteException {
    return new HttpTransport(url, git, config, options, given, traffic);
  }

  private HttpClients.Lease leaseClient() throws RemoteException {
    var leased = HttpClients.lease(terms());
    if (closed) {
      leased.close();
    }
    return leased;
  }

  private HttpClients.Terms terms() throws RemoteException {
    return HttpClients.Terms.of(settings, proxy, timeouts, url.secure());
  }

  private HttpClients.Lease clients() throws IOException, InterruptedException {
    if (closed) {
      throw new IOException("the remote was closed");
    }
    try {
      return lease.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RemoteException unusable) {
        throw TryFailedException.lasting(unusable.kind(), unusable.getMessage(), unusable);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public Advertisement advertise() throws IOException, InterruptedException {
    var response = exchange(Optional.empty());
    try (var exchange = HttpExchange.of(response)) {
      response.body().awaitFirst(silenceOfGreeting);
      var type = MediaType.of(response.headers());
      if (!type.equals(ADVERTISEMENT_TYPE)) {
        throw HttpFailure.notSmart(type, exchange.answer());
      }
      var advertisement = Advertisement.read(exchange.answer());
      exchange.finish();
      return advertisement;
    }
  }

  @Override
  public Exchange send(Request request) throws IOException, InterruptedException {
    var response = exchange(Optional.of(request));
    var exchange = HttpExchange.of(response);
    try {
      // A proxy may send the head at once, and hold back what the server says of its work.
      response.body().awaitFirst(silence);
    } catch (IOException | InterruptedException e) {
      exchange.close();
      throw e;
    }
    var type = MediaType.of(response.headers());
    if (!type.equals(RESULT_TYPE)) {
      exchange.close();
      throw TryFailedException.lasting(
          Kind.SERVER_FAILED, "the server answered a git request with " + type);
    }
    return exchange;
  }

  @Override
  public Optional<String> moved() {
    var base = route.base();
    return base.equals(url.base()) ? Optional.empty() : Optional.of(base.toString());
  }

  /**
   * Begins with new connections. java.net.http would send over a dead HTTP/2 connection for as long
   * as TCP believes in it, which is a quarter of an hour.
   */
  @Override
  public void distrust() {
    if (lease.state() == Future.State.SUCCESS) {
      // One that is younger than the timeout is not what timed out.
      lease.resultNow().renew(timeouts.idle());
    }
  }

  @Override
  public void close() {
    closed = true;
    if (lease.state() == Future.State.SUCCESS) {
      lease.resultNow().close();
    }
    unanswered.forEach(request -> request.cancel(true));
    bodies.forEach(Inflow::close);
    route.authentication().settle();
    cookies.save();
  }

  /** Sends a request until it is neither redirected nor refused for want of credentials. */
  private HttpAnswer exchange(Optional<Request> request) throws IOException, InterruptedException {
    String tail = request.isEmpty() ? REFS : UPLOAD_PACK;
    var via = route;
    int redirects = 0;
    boolean askedAnew = false;
    boolean compresses = !readsPlainOnly;
    while (true) {
      var login = via.authentication().current();
      var proxyLogin = proxyAuthentication.header();
      var response = exchangeOnce(via, login, request, compresses);
      int status = response.statusCode();
      cookies.learn(via.base(), via.host(), response.headers().allValues("Set-Cookie"));
      if (status == 200) {
        login.ifPresent(via.authentication()::accepted);
        if (request.isEmpty()) {
          route = via;
        }
        // This time it has made a difference.
        readsPlainOnly |= !compresses;
        return response;
      }
      HttpExchange.of(response).discard();
      if (status == 401 || status == 403) {
        via.authentication()
            .refused(login, status, response.headers().allValues("WWW-Authenticate"));
        traffic.retry();
      } else if (status == 407) {
        proxyAuthentication.refused(proxyLogin, response.headers().allValues("Proxy-Authenticate"));
        traffic.retry();
      } else if (HttpFailure.isRedirect(status) && follows(request)) {
        if (redirects++ == MOST_REDIRECTS) {
          throw TryFailedException.lasting(Kind.SERVER_FAILED, "the server redirects in a circle");
        }
        via = via.redirected(response, tail);
        if (!permitted.test(via.base().toString())) {
          throw TryFailedException.lasting(
              Kind.NOT_FOUND, "it is now " + via.base() + ", which no rule allows");
        }
        checkProtocol(via);
        log.debug("{} is at {} now", url, via.base());
      } else if (isRenamed(status) && !askedAnew) {
        // As git would at its next start: where the repository is now, a greeting tells.
        askedAnew = true;
        advertise();
        via = route;
      } else if (isUnreadable(status)
          && compresses
          && request.filter(this::isWorthGzip).isPresent()) {
        compresses = false;
        traffic.retry();
      } else {
        throw HttpFailure.of(response);
      }
    }
  }

  /** What a server says that reads nothing compressed. */
  private static boolean isUnreadable(int status) {
    return status == 415 || status == 400;
  }

  private boolean isWorthGzip(Request request) {
    return request.body().length > WORTH_GZIP;
  }

  private HttpAnswer exchangeOnce(
      HttpRoute via,
      Optional<HttpAuthentication.Login> login,
      Optional<Request> request,
      boolean compresses)
      throws IOException, InterruptedException {
    var call = call(via, login, request, compresses);
    traffic.request();
    var answer = clients().send(call, timeouts.idle(), traffic, bodies);
    unanswered.add(answer);
    try {
      if (closed) {
        answer.cancel(true);
      }
      return (request.isEmpty() ? silenceOfGreeting : silence)
          .outlast(nanos -> come(answer, nanos));
    } catch (CancellationException e) {
      throw new IOException("the remote was closed", e);
    } catch (IOException | InterruptedException e) {
      answer.cancel(true);
      throw e;
    } finally {
      unanswered.remove(answer);
    }
  }

  private Optional<HttpAnswer> come(CompletableFuture<HttpAnswer> answer, long nanos)
      throws IOException, InterruptedException {
    try {
      return Optional.of(answer.get(nanos, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw HttpFailure.of(failure, timeouts, proxy);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Over a connection of its own: those that are kept may be what is silent. */
  @Override
  public void greet() throws IOException, InterruptedException {
    var via = route;
    traffic.request();
    try (var apart = HttpClients.unshared(clients().terms())) {
      var answer =
          apart.send(
              call(via, via.authentication().current(), Optional.empty(), false),
              timeouts.idle(),
              traffic,
              bodies);
      var come = come(answer, timeouts.idle().toNanos());
      if (come.isEmpty()) {
        answer.cancel(true);
        throw TryFailedException.passing(
            Kind.TIMED_OUT,
            "nothing came from the server for " + Durations.text(timeouts.idle()),
            (Throwable) null);
      }
      come.get().body().close();
    }
  }

  private boolean isConnectionLost() {
    var origin = route.origin();
    return TcpSockets.isOneLost(
        proxy.map(HttpProxy::host).orElse(origin.host()),
        proxy.map(HttpProxy::port).orElse(origin.port()));
  }

  private HttpCall call(
      HttpRoute via,
      Optional<HttpAuthentication.Login> login,
      Optional<Request> request,
      boolean compresses) {
    HttpCall call;
    if (request.isEmpty()) {
      call = HttpCall.get(via.base() + REFS).with("Pragma", "no-cache").with("Accept", "*/*");
    } else {
      byte[] body = request.get().body();
      boolean compressed = compresses && isWorthGzip(request.get());
      body = compressed ? gzipped(body) : body;
      traffic.sent(body.length);
      call =
          HttpCall.post(via.base() + UPLOAD_PACK, body)
              .with("Content-Type", REQUEST_TYPE)
              .with("Accept", RESULT_TYPE.name());
      if (compressed) {
        call = call.with("Content-Encoding", "gzip");
      }
    }
    call = call.with("User-Agent", settings.userAgent()).with("Git-Protocol", "version=2");
    if (request.isEmpty() || request.get().kind() != Request.Kind.FETCH) {
      // Packs are compressed as they are.
      call = call.with("Accept-Encoding", "gzip");
    }
    for (var header : via.headers()) {
      call = call.and(header);
    }
    var cookie = cookies.header(via.base(), via.host());
    call = cookie.isPresent() ? call.and(new HttpSettings.Header("Cookie", cookie.get())) : call;
    return login.isPresent() ? call.with("Authorization", login.get().header()) : call;
  }

  /** A server may lead where the user may go by himself alone: {@code protocol.<name>.allow}. */
  private void checkProtocol(HttpRoute via) throws TryFailedException {
    try {
      protocols.check(via.base().getScheme(), false);
    } catch (RemoteException e) {
      throw TryFailedException.lasting(e.kind(), "the server redirects: " + e.getMessage(), e);
    }
  }

  private boolean follows(Optional<Request> request) {
    return switch (settings.redirects()) {
      case NONE -> false;
      case INITIAL -> request.isEmpty();
      case ALL -> true;
    };
  }

  /** Since the greeting, whose redirects are followed. */
  private boolean isRenamed(int status) {
    return HttpFailure.isRedirect(status) && settings.redirects() == HttpSettings.Redirects.INITIAL;
  }

  /**
   * Most of it are ids, in which nothing repeats itself. To look for that nevertheless, as is
   * usual, takes three times as long (14 for 4.5 ms for 8,192 of them) and makes it 3% smaller.
   */
  private static byte[] gzipped(byte[] body) {
    var bytes = new ByteArrayOutputStream(body.length / 2);
    try (var gzip = new FastGzip(bytes)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
