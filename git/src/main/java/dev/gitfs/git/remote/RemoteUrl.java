package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a repository is and how it is reached. The text form is for people and for the identity of
 * caches: it is normalised and holds no credentials.
 */
sealed interface RemoteUrl {

  /**
   * @param base scheme, host, port and path, without user, trailing slash or default port
   */
  record Http(URI base, Optional<String> user, Optional<String> password) implements RemoteUrl {

    HttpOrigin origin() {
      return HttpOrigin.of(base).orElseThrow();
    }

    boolean secure() {
      return origin().secure();
    }

    /** The credential that stood in the URL, if it was whole. */
    Optional<Credential> credential() {
      return user.flatMap(name -> password.map(secret -> new Credential(name, secret)));
    }

    @Override
    public String toString() {
      return base.toString();
    }
  }

  /**
   * @param path as the remote shell is to see it: absolute, below a home directory ({@code ~…}), or
   *     relative to one
   */
  record Ssh(Optional<String> user, String host, Optional<Integer> port, String path)
      implements RemoteUrl {

    /** {@code user@host}, as ssh takes it. */
    String destination() {
      return user.map(name -> name + "@").orElse("") + host;
    }

    @Override
    public String toString() {
      if (path.startsWith("/") || path.startsWith("~") || port.isPresent()) {
        String slash = path.startsWith("/") ? "" : "/";
        return "ssh://"
            + user.map(name -> name + "@").orElse("")
            + bracketed(host)
            + port.map(number -> ":" + number).orElse("")
            + slash
            + path;
      }
      return user.map(name -> name + "@").orElse("") + bracketed(host) + ":" + path;
    }
  }

  /** The {@code git daemon}. */
  record Git(String host, int port, String path) implements RemoteUrl {

    static final int DEFAULT_PORT = 9418;

    /** Host and, if it is not the usual one, port. */
    String authority() {
      return bracketed(host) + (port == DEFAULT_PORT ? "" : ":" + port);
    }

    @Override
    public String toString() {
      return "git://" + authority() + path;
    }
  }

  /**
   * @param directory absolute
   */
  record Local(Path directory) implements RemoteUrl {
    @Override
    public String toString() {
      return "file://" + directory;
    }
  }

  /** {@code scheme://[user[:password]@]host[:port][/path]}. */
  Pattern URL =
      Pattern.compile(
          "(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
              + "(?:(?<user>[^/@:]*)(?::(?<password>[^/@]*))?@)?"
              + "(?<host>\\[[0-9A-Fa-f:.]+(?:%[^]/]+)?]|[^/:@\\[\\]]*)(?::(?<port>[0-9]*))?"
              + "(?<path>/.*)?");

  /** {@code [user@]host:path}, where no slash comes before the colon. */
  Pattern SCP =
      Pattern.compile(
          "(?:(?<user>[^/@:\\[\\]]+)@)?"
              + "(?<host>\\[[0-9A-Fa-f:.%]+]|\\[[^/\\]:]+:[0-9]+]|[^/:@\\[\\]]+):(?<path>.+)");

  /**
   * Parses a URL, or a path, which is taken relative to {@code workingDirectory}.
   *
   * @throws RemoteException if it is none that git-fs can reach
   */
  static RemoteUrl parse(String text, Path workingDirectory) throws RemoteException {
    if (text.chars().anyMatch(character -> character < ' ' || character == 0x7f)) {
      // Such a name could forge lines in the protocols it is passed on in.
      throw refused("a repository URL cannot hold control characters");
    }
    var url = URL.matcher(text);
    if (url.matches()) {
      return parseUrl(url);
    }
    if (text.contains("://")) {
      throw refused("this is no URL that git-fs understands: check its host and port");
    }
    var scp = SCP.matcher(text);
    if (scp.matches()) {
      return parseScp(scp);
    }
    return local(text, workingDirectory);
  }

  /**
   * Parses the URL below which a service answers, such as a forge's API: unlike a repository's, it
   * may have no path.
   *
   * @throws RemoteException if it is no http or https URL
   */
  static Http service(String text) throws RemoteException {
    var url = URL.matcher(text);
    if (url.matches() && !url.group("host").isEmpty()) {
      String scheme = url.group("scheme").toLowerCase(Locale.ROOT);
      if (scheme.equals("http") || scheme.equals("https")) {
        return http(scheme, url, user(url));
      }
    }
    throw refused("this is no http or https URL");
  }

  /** A path, whatever else it looks like. */
  static Local local(String path, Path workingDirectory) {
    return new Local(trodden(workingDirectory.resolve(path)));
  }

  /** Not normalised where it exists: {@code link/..} is not where it seems to be. */
  private static Path trodden(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }

  private static RemoteUrl parseUrl(Matcher url) throws RemoteException {
    String path = path(url);
    String host = host(url);
    String scheme = url.group("scheme").toLowerCase(Locale.ROOT);
    if (scheme.equals("file")) {
      return local(decoded(path.isEmpty() ? "/" : path), Path.of("/"));
    }
    if (host.isEmpty()) {
      throw refused("this " + scheme + " URL names no host");
    }
    if (host.startsWith("-") || path.isEmpty() || path.equals("/")) {
      throw refused("this " + scheme + " URL names no repository");
    }
    Optional<String> user = user(url);
    return switch (scheme) {
      case "http", "https" -> http(scheme, url, user);
      case "ssh", "git+ssh", "ssh+git" ->
          new Ssh(sshUser(user), host, port(url.group("port")), trimmed(home(decoded(path))));
      case "git" ->
          new Git(
              host, port(url.group("port")).orElse(Git.DEFAULT_PORT), trimmed(home(decoded(path))));
      default ->
          throw refused(
              scheme + ":// is not supported; git-fs reaches https, http, ssh, git and file URLs");
    };
  }

  private static Http http(String scheme, Matcher url, Optional<String> user)
      throws RemoteException {
    String path = path(url);
    Optional<Integer> port = port(url.group("port"));
    if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
      throw refused("a repository URL has no query and no fragment");
    }
    var origin =
        new HttpOrigin(
            scheme,
            HttpOrigin.ascii(bracketed(host(url)))
                .orElseThrow(() -> refused("this " + scheme + " URL names no host that can be")),
            port.orElse(scheme.equals("https") ? 443 : 80));
    try {
      return new Http(
          new URI(origin + trimmed(encoded(path))),
          user.filter(name -> !name.isEmpty()),
          Optional.ofNullable(url.group("password")).map(RemoteUrl::decoded));
    } catch (URISyntaxException e) {
      // Without the cause, whose message would hold the whole text.
      throw refused("this " + scheme + " URL is malformed");
    }
  }

  private static String path(Matcher url) {
    return Optional.ofNullable(url.group("path")).orElse("");
  }

  private static String host(Matcher url) {
    return unbracketed(url.group("host")).toLowerCase(Locale.ROOT);
  }

  private static Optional<String> user(Matcher url) {
    return Optional.ofNullable(url.group("user")).map(RemoteUrl::decoded);
  }

  private static RemoteUrl parseScp(Matcher scp) throws RemoteException {
    String host = unbracketed(scp.group("host"));
    Optional<Integer> port = Optional.empty();
    int colon = host.indexOf(':');
    if (colon > 0
        && colon == host.lastIndexOf(':')
        && host.substring(colon + 1).matches("[0-9]+")) {
      port = port(host.substring(colon + 1));
      host = host.substring(0, colon);
    }
    String path = trimmed(home(scp.group("path")));
    if (host.startsWith("-") || path.startsWith("-")) {
      throw refused("neither a host nor a path may start with a dash");
    }
    return new Ssh(sshUser(Optional.ofNullable(scp.group("user"))), host, port, path);
  }

  private static Optional<String> sshUser(Optional<String> user) throws RemoteException {
    if (user.isPresent() && user.get().startsWith("-")) {
      throw refused("a user name may not start with a dash");
    }
    return user.filter(name -> !name.isEmpty());
  }

  private static Optional<Integer> port(String port) throws RemoteException {
    if (port == null || port.isEmpty()) {
      return Optional.empty();
    }
    // Six digits cannot overflow, and are none.
    int number = port.length() > 5 ? 0 : Integer.parseInt(port);
    if (number < 1 || number > 65535) {
      throw refused("there is no port " + port);
    }
    return Optional.of(number);
  }

  /** git: the path of {@code ssh://host/~user/x} starts at the tilde. */
  private static String home(String path) {
    return path.startsWith("/~") ? path.substring(1) : path;
  }

  private static String trimmed(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /** Escapes what a URI cannot hold; what is escaped already stays. */
  private static String encoded(String path) {
    var escaped = new StringBuilder();
    for (byte octet : path.getBytes(UTF_8)) {
      char character = (char) (octet & 0xff);
      if (character > ' ' && character < 0x7f && "\"<>\\^`{|}[]".indexOf(character) < 0) {
        escaped.append(character);
      } else {
        escaped.append("%%%02X".formatted(octet & 0xff));
      }
    }
    return escaped.toString();
  }

  private static String bracketed(String host) {
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static RemoteException refused(String why) {
    return new RemoteException(RemoteException.Kind.UNSUPPORTED, why);
  }
}
