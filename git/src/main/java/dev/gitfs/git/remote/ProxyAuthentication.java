package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The user and password for the proxy. They are sent once the proxy has asked for them by Basic, or
 * at once where {@code http.proxyAuthMethod} says that it will. Safe for use by many threads.
 */
final class ProxyAuthentication {

  /** By proxy, for all remotes: one of them is asked by it. */
  private static final Map<HttpProxy, ProxyAuthentication> KNOWN = new ConcurrentHashMap<>();

  private static final ProxyAuthentication NONE = new ProxyAuthentication(Optional.empty());

  private final Optional<String> known;
  private volatile boolean wanted;

  private ProxyAuthentication(Optional<HttpProxy> proxy) {
    this.known = proxy.flatMap(HttpProxy::credential).map(Credential::basic);
  }

  static ProxyAuthentication of(Optional<HttpProxy> proxy, HttpSettings settings) {
    var authentication = proxy.map(ProxyAuthentication::of).orElseGet(() -> NONE);
    if (settings.proxyTakesBasic()) {
      authentication.wanted = true;
    }
    return authentication;
  }

  private static ProxyAuthentication of(HttpProxy proxy) {
    return KNOWN.computeIfAbsent(proxy, one -> new ProxyAuthentication(Optional.of(one)));
  }

  /** The value of {@code Proxy-Authorization} for the next request through {@code proxy}. */
  static Optional<String> header(HttpProxy proxy) {
    return of(proxy).header();
  }

  /** The value of {@code Proxy-Authorization} for the next request. */
  Optional<String> header() {
    return wanted ? known : Optional.empty();
  }

  /**
   * The proxy answered with status 407. Returns if the request is worth another try.
   *
   * @param sent what {@link #header} was for it
   * @param offers the values of {@code Proxy-Authenticate}
   */
  void refused(Optional<String> sent, List<String> offers) throws TryFailedException {
    var challenges = new Challenges(offers);
    if (known.isPresent() && sent.isEmpty() && challenges.offers("Basic")) {
      wanted = true;
      return;
    }
    String why =
        challenges.offers("Basic")
            ? "the proxy wants a user and password, or others: see http.proxy (status 407)"
            : "the proxy wants "
                + (challenges.isEmpty() ? "credentials of a kind it does not name" : challenges)
                + ", and git-fs speaks Basic alone to a proxy (status 407)";
    throw TryFailedException.lasting(Kind.UNAUTHENTICATED, why);
  }
}
