package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where requests go, and what identifies the user there. A redirect makes another route: to the
 * same server with the same credentials, to another with none but its own.
 */
final class HttpRoute {

  private final URI base;
  private final HttpAuthentication authentication;
  private final List<HttpSettings.Header> headers;
  private final GitConfig config;
  private final Map<String, String> environment;
  private final CredentialHelpers helpers;

  private HttpRoute(
      URI base,
      HttpAuthentication authentication,
      List<HttpSettings.Header> headers,
      GitConfig config,
      Map<String, String> environment,
      CredentialHelpers helpers) {
    this.base = base;
    this.authentication = authentication;
    this.headers = headers;
    this.config = config;
    this.environment = environment;
    this.helpers = helpers;
  }

  /** The route to what the user named. */
  static HttpRoute to(
      RemoteUrl.Http url,
      GitConfig config,
      Map<String, String> environment,
      CredentialHelpers helpers,
      Optional<CredentialSource> given) {
    return to(url, config, environment, helpers, given, false);
  }

  private static HttpRoute to(
      RemoteUrl.Http url,
      GitConfig config,
      Map<String, String> environment,
      CredentialHelpers helpers,
      Optional<CredentialSource> given,
      boolean elsewhere) {
    var settings = new HttpSettings(config, environment, url);
    return new HttpRoute(
        url.base(),
        new HttpAuthentication(
            url, settings, environment, helpers, Askpass.of(config, environment), given),
        settings.extraHeaders(elsewhere),
        config,
        environment,
        helpers);
  }

  /** The repository's URL, to which the paths of git's HTTP protocol are appended. */
  URI base() {
    return base;
  }

  String host() {
    return origin().host();
  }

  HttpAuthentication authentication() {
    return authentication;
  }

  /** What the user wants on every request. */
  List<HttpSettings.Header> headers() {
    return headers;
  }

  /**
   * The route that a redirect leads to: git moves the whole repository there.
   *
   * @param tail what the request appended to {@link #base}
   */
  HttpRoute redirected(HttpAnswer response, String tail) throws TryFailedException {
    var target = target(response);
    var origin = HttpOrigin.of(target);
    String path =
        target.getRawPath() + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery());
    if (origin.isEmpty() || !path.endsWith(tail)) {
      throw TryFailedException.lasting(
          Kind.NOT_GIT, "the server redirects to something that is no repository");
    }
    var moved = URI.create(origin.get() + path.substring(0, path.length() - tail.length()));
    if (origin.get().equals(origin())) {
      return new HttpRoute(moved, authentication, headers, config, environment, helpers);
    }
    var url = new RemoteUrl.Http(moved, Optional.empty(), Optional.empty());
    return to(
        url, config, environment, helpers, Optional.empty(), !isUpgrade(origin(), origin.get()));
  }

  /** The server. */
  HttpOrigin origin() {
    return HttpOrigin.of(base).orElseThrow();
  }

  private URI target(HttpAnswer response) throws TryFailedException {
    URI target;
    try {
      // curl too takes a blank, of which a URL has none, for what it means.
      String location = response.headers().firstValue("Location").orElse("").strip();
      target = response.uri().resolve(location.replace(" ", "%20")).normalize();
    } catch (IllegalArgumentException e) {
      throw TryFailedException.lasting(Kind.SERVER_FAILED, "the server redirects to no URL");
    }
    String scheme = Optional.ofNullable(target.getScheme()).orElse("").toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw TryFailedException.lasting(
          Kind.UNSUPPORTED, "the server redirects to a " + scheme + " URL, which git refuses");
    }
    if (base.getScheme().equals("https") && scheme.equals("http")) {
      throw TryFailedException.lasting(
          Kind.UNSUPPORTED, "the server redirects from https to http, which is refused");
    }
    return target;
  }

  /** From http to https on the same host: to whom the user meant to speak, only better. */
  private static boolean isUpgrade(HttpOrigin from, HttpOrigin to) {
    return to.equals(new HttpOrigin("https", from.host(), 443)) && from.port() == 80;
  }
}
