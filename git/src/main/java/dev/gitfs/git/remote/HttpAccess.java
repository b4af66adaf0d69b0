package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.util.Map;
import java.util.Optional;

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

  private record Ready(HttpClient client, HttpSettings settings, Optional<HttpProxy> proxy) {}

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
    return send(HttpRequest.newBuilder(url).GET(), headers);
  }

  public Answer post(URI url, Map<String, String> headers, byte[] body)
      throws RemoteException, InterruptedException {
    var publisher = HttpRequest.BodyPublishers.ofByteArray(body);
    return send(HttpRequest.newBuilder(url).POST(publisher), headers);
  }

  @Override
  public synchronized void close() {
    ready.ifPresent(used -> used.client.shutdownNow());
  }

  private Answer send(HttpRequest.Builder builder, Map<String, String> headers)
      throws RemoteException, InterruptedException {
    var timeouts = options.timeouts();
    var with = ready();
    builder
        .timeout(timeouts.idle())
        .setHeader("User-Agent", with.settings.userAgent())
        .setHeader("Accept-Encoding", "gzip");
    // Only those the user meant for this very server: an API is not the git server.
    for (var header : with.settings.extraHeaders(true)) {
      builder.setHeader(header.name(), header.value());
    }
    headers.forEach(builder::setHeader);
    with.proxy
        .flatMap(HttpProxy::credential)
        .ifPresent(known -> builder.setHeader("Proxy-Authorization", known.basic()));
    try {
      HttpResponse<InputStream> response =
          with.client.send(builder.build(), _ -> new HttpBody(timeouts.idle(), new Traffic()));
      var exchange = HttpExchange.of(response);
      return new Answer(
          response.statusCode(),
          response.headers(),
          exchange.answer(),
          () -> {
            try (exchange) {
              exchange.finish();
            }
          });
    } catch (IOException e) {
      if (e instanceof HttpTimeoutException) {
        // Its connections may be dead, which Java would learn from TCP after a quarter of an hour.
        forget(with);
      }
      throw failure(HttpFailure.of(e, timeouts));
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
      var proxyUrl = settings.proxy();
      Optional<HttpProxy> proxy =
          proxyUrl.isPresent() ? Optional.of(HttpProxy.parse(proxyUrl.get())) : Optional.empty();
      var terms =
          new HttpClients.Terms(
              options.timeouts().connect(), proxy, HttpTrust.context(settings, url.secure()));
      var client = HttpClients.builder(terms);
      if (!url.secure()) {
        client.version(HttpClient.Version.HTTP_1_1);
      }
      ready = Optional.of(new Ready(client.build(), settings, proxy));
    }
    return ready.get();
  }
}
