package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URLDecoder;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The HTTP proxy between here and the server. */
record HttpProxy(String host, int port, Optional<Credential> credential) {

  private static final Pattern URL =
      Pattern.compile(
          "(?:(?<scheme>[A-Za-z0-9]+)://)?"
              + "(?:(?<user>[^/@:]*)(?::(?<password>[^/@]*))?@)?"
              + "(?<host>\\[[^]/]+]|[^/:@]+)(?::(?<port>[0-9]{1,5}))?/?.*");

  /** curl's, for a proxy URL that names none. */
  private static final int DEFAULT_PORT = 1080;

  /** The one that is configured, if any. */
  static Optional<HttpProxy> of(HttpSettings settings) throws RemoteException {
    var url = settings.proxy();
    return url.isPresent() ? Optional.of(parse(url.get())) : Optional.empty();
  }

  /**
   * @throws RemoteException for a proxy that git-fs cannot use; silently going around it would be
   *     worse
   */
  static HttpProxy parse(String text) throws RemoteException {
    var url = URL.matcher(text);
    if (!url.matches()) {
      throw new RemoteException(
          RemoteException.Kind.UNSUPPORTED, "the configured HTTP proxy is no proxy URL");
    }
    String scheme =
        Optional.ofNullable(url.group("scheme")).orElse("http").toLowerCase(Locale.ROOT);
    if (!scheme.equals("http")) {
      throw new RemoteException(
          RemoteException.Kind.UNSUPPORTED,
          "git-fs reaches servers through http:// proxies only, not through " + scheme + "://");
    }
    String host = url.group("host");
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = Optional.ofNullable(url.group("port")).map(Integer::parseInt).orElse(DEFAULT_PORT);
    var credential =
        Optional.ofNullable(url.group("user"))
            .map(user ->
                new Credential(
                    decoded(user), decoded(Optional.ofNullable(url.group("password")).orElse(""))));
    return new HttpProxy(host, port, credential);
  }

  ProxySelector selector() {
    return ProxySelector.of(new InetSocketAddress(host, port));
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }
}
