package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP requests that are not git's, to a server that the user named: what his git is told about
 * proxies, certificates, the user agent and headers for that server holds for them too. Redirects
 * are answers like others, and nothing is repeated.
 *
 * <p>Made without waiting; the first request reads git's configuration. Safe for use by many
 * threads; requests block their caller and answer an interrupt.
 */
public final class HttpAccess implements AutoCloseable {

  static {
    HttpClients.prepare();
  }

  /**
   * What the server answered. Closing it gives the connection back, or up if much is left unread.
   *
   * @param body decompressed
   */
  public record Answer(int status, HttpHeaders headers, InputStream body, AutoCloseable exchange)
      implements AutoCloseable {

    @Override
    public void close() {
      try {
        exchange.close();
      } catch (Exception e) {
        // Nothing more is wanted of it.
      }
    }
  }

  private record Ready(
      HttpClients.Lease clients, HttpSettings settings, ProxyAuthentication proxy) {}

  private final String base;
  private final RemoteOptions options;

  /** Guarded by this. */
  private Optional<Ready> ready = Optional.empty();

  private HttpAccess(String base, RemoteOptions options) {
    this.base = base;
    this.options = options;
  }

  /**
   * @param base an http or https URL; requests go to it or below
   */
  public static HttpAccess to(String base, RemoteOptions options) {
    return new HttpAccess(base, options);
  }

  public Answer get(URI url, Map<String, String> headers)
      throws RemoteException, InterruptedException {
    return send(new HttpCall(url, List.of(), Optional.empty()), headers);
  }

  public Answer post(URI url, Map<String, String> headers, byte[] body)
      throws RemoteException, InterruptedException {
    return send(new HttpCall(url, List.of(), Optional.of(body)), headers);
  }

  @Override
  public synchronized void close() {
    ready.ifPresent(used -> used.clients.close());
  }

  private Answer send(HttpCall asked, Map<String, String> headers)
      throws RemoteException, InterruptedException {
    var timeouts = options.timeouts();
    var with = ready();
    var call = asked.with("User-Agent", with.settings.userAgent()).with("Accept-Encoding", "gzip");
    // Only those the user meant for this very server: an API is not the git server.
    for (var header : with.settings.extraHeaders(true)) {
      call = call.with(header.name(), header.value());
    }
    for (var header : headers.entrySet()) {
      call = call.with(header.getKey(), header.getValue());
    }
    var proxyLogin = with.proxy.header();
    var coming =
        with.clients.send(call, timeouts.idle(), new Traffic(), ConcurrentHashMap.newKeySet());
    try {
      var response = coming.get(timeouts.idle().toNanos(), TimeUnit.NANOSECONDS);
      var exchange = HttpExchange.of(response);
      if (response.statusCode() == 407) {
        exchange.discard();
        with.proxy.refused(proxyLogin, response.headers().allValues("Proxy-Authenticate"));
        return send(asked, headers);
      }
      return new Answer(
          response.statusCode(),
          response.headers(),
          exchange.answer(),
          () -> {
            try (exchange) {
              exchange.finish();
            }
          });
    } catch (TimeoutException e) {
      // Its connections may be dead, which Java would learn from TCP after a quarter of an hour.
      forget(with);
      throw new RemoteException(
          Kind.TIMED_OUT,
          base + ": nothing came from the server for " + Durations.text(timeouts.idle()),
          e);
    } catch (IOException e) {
      throw failure(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException broken) {
        throw failure(HttpFailure.of(broken, timeouts, HttpProxy.of(with.settings)));
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      coming.cancel(true);
    }
  }

  private synchronized void forget(Ready used) {
    ready = ready.filter(current -> current != used);
  }

  private RemoteException failure(IOException e) {
    var kind = e instanceof TryFailedException known ? known.kind() : Kind.UNREACHABLE;
    return new RemoteException(kind, base + ": " + e.getMessage(), e);
  }

  private synchronized Ready ready() throws RemoteException, InterruptedException {
    if (ready.isEmpty()) {
      var config = GitConfig.read(new GitProgram(options.environment()), base);
      var url = RemoteUrl.service(base);
      var settings = new HttpSettings(config, options.environment(), url).checked();
      var terms =
          HttpClients.Terms.of(settings, HttpProxy.of(settings), options.timeouts(), url.secure());
      var proxy = ProxyAuthentication.of(terms.proxy(), settings);
      ready = Optional.of(new Ready(HttpClients.unshared(terms), settings, proxy));
    }
    return ready.get();
  }
}
