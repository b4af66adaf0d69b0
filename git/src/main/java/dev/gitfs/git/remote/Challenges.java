package dev.gitfs.git.remote;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The schemes in {@code WWW-Authenticate} or {@code Proxy-Authenticate} headers, by the grammar of
 * RFC 9110, 11.6.1: several in one header or several headers, in any case, with commas in quoted
 * strings.
 */
final class Challenges {

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  /** A scheme, alone or before a token68 or its first parameter. */
  private static final Pattern SCHEME = Pattern.compile("(" + TOKEN + ")(?=[ \\t,]|$)");

  /** What is no scheme: a parameter, its value perhaps quoted, or a token68. */
  private static final Pattern REST =
      Pattern.compile("(?:\"(?:[^\"\\\\]|\\\\.)*(?:\"|$)|[^\",])*+", Pattern.DOTALL);

  /** Of a server that was not asked: any scheme may do. */
  static final Challenges UNKNOWN = new Challenges(List.of(), true);

  private final List<String> headers;
  private final boolean unknown;
  private final Set<String> schemes = new LinkedHashSet<>();

  /**
   * @param headers the values of the headers, one each
   */
  Challenges(List<String> headers) {
    this(headers, false);
  }

  private Challenges(List<String> headers, boolean unknown) {
    this.headers = List.copyOf(headers);
    this.unknown = unknown;
    this.headers.forEach(this::read);
  }

  private void read(String header) {
    int at = 0;
    while (at < header.length()) {
      if (" \t,".indexOf(header.charAt(at)) >= 0) {
        at++;
        continue;
      }
      // At the start of a list's element: "realm = x" is a parameter, too.
      var scheme = SCHEME.matcher(header).region(at, header.length());
      if (scheme.lookingAt() && !header.substring(scheme.end()).stripLeading().startsWith("=")) {
        schemes.add(scheme.group(1));
      }
      var rest = REST.matcher(header).region(at, header.length());
      at = rest.lookingAt() ? Math.max(rest.end(), at + 1) : header.length();
    }
  }

  /** The headers as they came. */
  List<String> headers() {
    return headers;
  }

  boolean isEmpty() {
    return schemes.isEmpty();
  }

  boolean offers(String scheme) {
    return unknown || schemes.stream().anyMatch(scheme::equalsIgnoreCase);
  }

  /** For people. */
  @Override
  public String toString() {
    return String.join(" or ", schemes);
  }
}
