package dev.gitfs.git.remote;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the user's git configuration and environment say about HTTP to one URL. Where git has an
 * environment variable for a setting, that goes first, as in git.
 */
final class HttpSettings {

  /** Which redirects are followed. */
  enum Redirects {
    NONE,
    /** That of the first request, which moves all later ones. */
    INITIAL,
    ALL
  }

  /** A header the user wants on every request. Its text form does not show its value. */
  record Header(String name, String value) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final String HTTP = "http";

  /** Those of which git dies when they are no boolean. */
  private static final List<String> BOOLEANS =
      List.of("sslverify", "sslcertpasswordprotected", "savecookies", "ssltry", "noepsv");

  private static final List<String> NUMBERS =
      List.of("lowspeedlimit", "lowspeedtime", "postbuffer", "maxrequests", "minsessions");

  /** Begins as git's own does: there are servers and firewalls that look. */
  private static final String USER_AGENT = "git/2.0 (" + Protocol.AGENT + ")";

  /** Where distributions keep the certificates that the machine's owner trusts. */
  private static final List<Path> SYSTEM_CERTIFICATES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"),
          Path.of("/etc/ssl/cert.pem"));

  private final GitConfig config;
  private final Map<String, String> environment;
  private final UrlPattern.Target target;

  HttpSettings(GitConfig config, Map<String, String> environment, RemoteUrl.Http url) {
    this.config = config;
    this.environment = environment;
    this.target = UrlPattern.Target.of(url);
  }

  /**
   * The same, if git would take the values.
   *
   * @throws RemoteException in git's words, for a value that git refuses; or for what git would do
   *     and git-fs cannot, where to go on without would be another thing than was asked for
   */
  HttpSettings checked() throws RemoteException {
    for (String name : BOOLEANS) {
      check(name, GitConfig::isBoolean, "bad boolean config value '%s' for 'http.%s'");
    }
    for (String name : NUMBERS) {
      check(name, GitConfig::isNumber, "bad numeric config value '%s' for 'http.%s': invalid unit");
    }
    check(
        "followredirects",
        value -> value.equalsIgnoreCase("initial") || GitConfig.isBoolean(value),
        "bad boolean config value '%s' for 'http.%s'");
    refuse("GIT_SSL_CIPHER_LIST", "sslcipherlist", "http.sslCipherList", _ -> false);
    refuse("GIT_SSL_CERT_TYPE", "sslcerttype", "http.sslCertType", "PEM"::equalsIgnoreCase);
    refuse("GIT_SSL_KEY_TYPE", "sslkeytype", "http.sslKeyType", "PEM"::equalsIgnoreCase);
    refuse(
        "GIT_HTTP_PROXY_AUTHMETHOD",
        "proxyauthmethod",
        "http.proxyAuthMethod",
        value -> List.of("anyauth", "basic").contains(value) || proxy().isEmpty());
    for (String entry : config.urlValues(HTTP, target, "curloptresolve", false)) {
      String[] parts = entry.replaceFirst("^[+-]", "").split(":", 3);
      if (!entry.startsWith("-")
          && parts.length == 3
          && (parts[0].equals("*") || parts[0].equalsIgnoreCase(target.host()))) {
        throw cannot("http.curloptResolve");
      }
    }
    return this;
  }

  /** Refuses what would be ignored otherwise, and matters. */
  private void refuse(String variable, String name, String setting, Predicate<String> possible)
      throws RemoteException {
    var value = setting(variable, name).filter(text -> !text.isEmpty());
    if (value.isPresent() && !possible.test(value.get())) {
      throw cannot(setting);
    }
  }

  private static RemoteException cannot(String setting) {
    return new RemoteException(
        RemoteException.Kind.UNSUPPORTED,
        setting
            + " is set for this URL, and git-fs cannot do what it says; unset it, or set it empty"
            + " for this URL alone: git config --global http.<url>."
            + setting.substring(setting.indexOf('.') + 1)
            + " ''");
  }

  private void check(String name, Predicate<String> right, String complaint)
      throws RemoteException {
    // Also those that a later one takes back: git parses each.
    for (String value : config.urlValues(HTTP, target, name, false)) {
      if (!right.test(value)) {
        throw new RemoteException(
            RemoteException.Kind.LOCAL,
            "git refuses its configuration: " + complaint.formatted(value, name));
      }
    }
  }

  String userAgent() {
    return setting("GIT_HTTP_USER_AGENT", "useragent").orElse(USER_AGENT);
  }

  Redirects redirects() {
    String value = config.urlValue(HTTP, target, "followredirects").orElse("initial");
    if (value.equalsIgnoreCase("initial")) {
      return Redirects.INITIAL;
    }
    return GitConfig.isTrue(value) ? Redirects.ALL : Redirects.NONE;
  }

  /** Whether the server must prove who it is. */
  boolean verify() {
    // Set to anything at all, the variable turns verification off: git's rule.
    return !environment.containsKey("GIT_SSL_NO_VERIFY")
        && config.urlValue(HTTP, target, "sslverify").map(GitConfig::isTrue).orElse(true);
  }

  /** The public key that the server must have, besides all else, as curl takes it. */
  Optional<String> pinnedKey() {
    return config.urlValue(HTTP, target, "pinnedpubkey");
  }

  /** Whether credentials are sent before the server asks, and by which schemes (git 2.46). */
  Optional<Challenges> proactiveAuthentication() {
    return switch (config.urlValue(HTTP, target, "proactiveauth").orElse("none")) {
      case "basic" -> Optional.of(new Challenges(List.of("Basic")));
      case "auto" -> Optional.of(Challenges.UNKNOWN);
      default -> Optional.empty();
    };
  }

  /** The file of certificates to trust; empty for those that come with the JDK. */
  Optional<Path> authorities() {
    return setting("GIT_SSL_CAINFO", "sslcainfo")
        .or(() -> variable("SSL_CERT_FILE"))
        .map(this::path)
        .or(() -> SYSTEM_CERTIFICATES.stream().filter(Files::isReadable).findFirst());
  }

  /** A directory of certificates to trust besides, each in a file named by OpenSSL's hash. */
  Optional<Path> authorityDirectory() {
    return setting("GIT_SSL_CAPATH", "sslcapath")
        .or(() -> variable("SSL_CERT_DIR"))
        .map(this::path);
  }

  /** Whether TLS before 1.3 is to be refused; before 1.2 it is in any case. */
  boolean onlyTls13() {
    return setting("GIT_SSL_VERSION", "sslversion").filter("tlsv1.3"::equals).isPresent();
  }

  /** Whether HTTP/2 may be spoken where TLS agrees on it. */
  boolean http2() {
    return config.urlValue(HTTP, target, "version").filter("HTTP/1.1"::equals).isEmpty();
  }

  /** The file that cookies are read from; an empty name for those of this process alone. */
  Optional<String> cookieFile() {
    return config.urlValue(HTTP, target, "cookiefile");
  }

  boolean savesCookies() {
    return config.urlValue(HTTP, target, "savecookies").map(GitConfig::isTrue).orElse(false);
  }

  /** Whether the proxy's user and password are sent before it asks. */
  boolean proxyTakesBasic() {
    return setting("GIT_HTTP_PROXY_AUTHMETHOD", "proxyauthmethod")
        .filter("basic"::equals)
        .isPresent();
  }

  /** The file with the certificate by which this client proves who it is. */
  Optional<Path> clientCertificate() {
    return setting("GIT_SSL_CERT", "sslcert").map(this::path);
  }

  /** The file with that certificate's key. */
  Optional<Path> clientKey() {
    return setting("GIT_SSL_KEY", "sslkey").map(this::path).or(this::clientCertificate);
  }

  /** What git calls low speed is here an answer that does not go on. */
  Duration idle(Duration otherwise) {
    return setting("GIT_HTTP_LOW_SPEED_TIME", "lowspeedtime")
        .filter(seconds -> seconds.matches("[1-9][0-9]{0,5}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .orElse(otherwise);
  }

  /**
   * The user's headers. An empty one takes back all before it.
   *
   * @param elsewhere whether a redirect led to a server that the user did not name: such a one gets
   *     only what is configured for its own URL
   */
  List<Header> extraHeaders(boolean elsewhere) {
    var headers = new ArrayList<Header>();
    for (String line : config.urlValues(HTTP, target, "extraheader", elsewhere)) {
      int colon = line.indexOf(':');
      if (line.isEmpty()) {
        headers.clear();
      } else if (colon > 0) {
        headers.add(
            new Header(line.substring(0, colon).strip(), line.substring(colon + 1).strip()));
      }
    }
    return List.copyOf(headers);
  }

  /** The proxy's URL as configured; empty for a direct connection. */
  Optional<String> proxy() {
    var configured = config.urlValue(HTTP, target, "proxy");
    var names =
        target.scheme().equals("https")
            ? Stream.of("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
            // Not HTTP_PROXY: where a web server starts programs, a client can set that.
            : Stream.of("http_proxy", "all_proxy", "ALL_PROXY");
    return configured
        .or(() -> names.flatMap(name -> variable(name).stream()).findFirst())
        .filter(url -> !url.isEmpty())
        .filter(url -> !exempt());
  }

  private boolean exempt() {
    return Stream.of("no_proxy", "NO_PROXY")
        .flatMap(name -> variable(name).stream())
        .findFirst()
        .map(list -> NoProxy.covers(list, target.host()))
        .orElse(false);
  }

  private Optional<String> setting(String variable, String name) {
    return variable(variable).or(() -> config.urlValue(HTTP, target, name));
  }

  private Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  /** A file that a setting names. */
  Path path(String name) {
    String home = environment.getOrDefault("HOME", "");
    return Path.of(name.startsWith("~/") ? home + name.substring(1) : name);
  }
}
