package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** What the failures of HTTP mean. */
final class HttpFailure {

  private static final String OWN_AUTHORITY =
      "; if the server's certificate comes from an authority of your own, name it in"
          + " http.sslCAInfo";

  /** How a server begins that only serves a repository's files. */
  private static final Pattern DUMB = Pattern.compile("[0-9a-f]{40}\trefs/.*", Pattern.DOTALL);

  private HttpFailure() {}

  static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  /** From a response that is not 200, 401, 403, 407 or a redirect that is followed. */
  static TryFailedException of(HttpAnswer response) {
    int status = response.statusCode();
    if (isRedirect(status)) {
      return TryFailedException.lasting(
          Kind.UNSUPPORTED,
          "the server redirects, which http.followRedirects does not allow here (status "
              + status
              + ")");
    }
    return switch (status) {
      case 404, 410 ->
          TryFailedException.lasting(
              Kind.NOT_FOUND, "there is no such repository (status " + status + ")");
      case 413 ->
          TryFailedException.lasting(
              Kind.TOO_MUCH,
              "the server, or a proxy before it, takes no request of this size (status 413)");
      case 504 ->
          TryFailedException.passing(
              Kind.TOO_MUCH,
              "a proxy before the server has not waited for its answer (status 504)",
              (Throwable) null);
      case 408, 429, 500, 502, 503 -> {
        var after = retryAfter(response);
        String asks = after.map(wait -> ", and asks to wait " + Durations.text(wait)).orElse("");
        yield TryFailedException.passing(
            Kind.SERVER_FAILED, "the server answered with status " + status + asks, after);
      }
      default ->
          TryFailedException.lasting(
              Kind.SERVER_FAILED, "the server answered with status " + status);
    };
  }

  /** From an exchange by way of {@code proxy}, if there is one, that came to no response. */
  static IOException of(IOException e, Timeouts timeouts, Optional<HttpProxy> proxy) {
    // What lies behind a proxy it answers for by a status.
    String to =
        proxy
            .map(known -> "the proxy " + known.host() + ":" + known.port() + " (http.proxy): ")
            .orElse("");
    return switch (e) {
      case HttpConnectTimeoutException timeout ->
          TryFailedException.passing(
              Kind.UNREACHABLE,
              to + "no connection within " + Durations.text(timeouts.connect()),
              timeout);
      case TryFailedException known -> known;
      case UnknownHostException nobody ->
          TryFailedException.passing(Kind.UNREACHABLE, to + "no host has this name", nobody);
      case ConnectException refused ->
          TryFailedException.passing(
              Kind.UNREACHABLE,
              to + (causedByName(refused) ? "no host has this name" : noConnection(refused)),
              refused);
      case SSLHandshakeException handshake ->
          TryFailedException.lasting(
              Kind.UNREACHABLE,
              "TLS failed: "
                  + innermost(handshake)
                  + (isOfUnknownAuthority(handshake) ? OWN_AUTHORITY : ""),
              handshake);
      case SSLException broken ->
          TryFailedException.passing(Kind.UNREACHABLE, "TLS failed: " + innermost(broken), broken);
      default -> new IOException("the connection broke: " + innermost(e), e);
    };
  }

  /** From an answer to the first request that is not an advertisement. */
  static TryFailedException notSmart(MediaType type, InputStream answer) throws IOException {
    var start = new String(answer.readNBytes(64), StandardCharsets.ISO_8859_1);
    return DUMB.matcher(start).matches()
        ? TryFailedException.lasting(
            Kind.UNSUPPORTED,
            "this server only offers the files of the repository (git's dumb HTTP), from which"
                + " nothing can be fetched selectively")
        : TryFailedException.lasting(
            Kind.NOT_GIT,
            "something answered, but it is no git repository: it sent "
                + type
                + (type.name().equals("text/html")
                    ? ", a web page; where a login stands before the server, or before the network,"
                        + " that comes first"
                    : ""));
  }

  /** Seconds, or a date. */
  private static Optional<Duration> retryAfter(HttpAnswer response) {
    return response.headers().firstValue("Retry-After").flatMap(HttpFailure::wait);
  }

  private static Optional<Duration> wait(String value) {
    if (value.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
    }
    try {
      var until = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(value));
      var wait = Duration.between(Clock.systemUTC().instant(), until);
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Not for a key that is pinned, a name that is not covered, or a certificate of this client. */
  private static boolean isOfUnknownAuthority(Throwable e) {
    return e instanceof CertPathBuilderException
        || (e.getCause() != null && isOfUnknownAuthority(e.getCause()));
  }

  private static boolean causedByName(Throwable e) {
    return e instanceof UnresolvedAddressException
        || (e.getCause() != null && causedByName(e.getCause()));
  }

  /** Java's HTTP client names every reason but the commonest. */
  private static String noConnection(ConnectException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        return "no connection: " + innermost(e);
      }
    }
    return "the connection was refused: nothing listens on that port";
  }

  /** What Java has to say in the end: the outer exceptions only repeat that something failed. */
  private static String innermost(Throwable e) {
    var inner = e;
    while (inner.getCause() != null && inner.getCause().getMessage() != null) {
      inner = inner.getCause();
    }
    return inner.getMessage() == null ? inner.getClass().getSimpleName() : inner.getMessage();
  }
}
