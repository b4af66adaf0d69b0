package dev.gitfs.git.remote;

import java.net.IDN;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The server that an http or https URL names. Its host may be one that {@link URI#getHost} does not
 * take for one: {@code my_git}, {@code a-.example}, {@code build.1}. Name services know such names,
 * docker-compose makes them, and curl, so git, takes them.
 *
 * @param scheme in lower case
 * @param host in lower case and ASCII; an IPv6 address without brackets
 * @param port never absent: the scheme's own where the URL names none
 */
public record HttpOrigin(String scheme, String host, int port) {

  private static final Pattern AUTHORITY =
      Pattern.compile("(?:.*@)?(?<host>\\[[^\\]]*]|[^:\\[\\]]+)(?::(?<port>[0-9]{0,5}))?");

  /** Empty for a URL of another kind or without a host. */
  public static Optional<HttpOrigin> of(URI url) {
    if (url.getScheme() == null || url.getRawAuthority() == null) {
      return Optional.empty();
    }
    String scheme = url.getScheme().toLowerCase(Locale.ROOT);
    var authority = AUTHORITY.matcher(url.getRawAuthority());
    if ((!scheme.equals("http") && !scheme.equals("https")) || !authority.matches()) {
      return Optional.empty();
    }
    String port = authority.group("port");
    int usual = scheme.equals("https") ? 443 : 80;
    return ascii(authority.group("host"))
        .map(host ->
            new HttpOrigin(
                scheme, host, port == null || port.isEmpty() ? usual : Integer.parseInt(port)));
  }

  /** A host as it goes over the wire: curl too sends what is not ASCII as IDNA has it. */
  static Optional<String> ascii(String host) {
    if (host.startsWith("[")) {
      return Optional.of(host.substring(1, host.length() - 1).toLowerCase(Locale.ROOT));
    }
    try {
      return Optional.of(IDN.toASCII(host, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether to speak TLS. */
  boolean secure() {
    return scheme.equals("https");
  }

  /** Host and, unless it is the usual one, port; as a URL has them. */
  String authority() {
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (secure() ? 443 : 80) ? bracketed : bracketed + ":" + port;
  }

  @Override
  public String toString() {
    return scheme + "://" + authority();
  }
}
