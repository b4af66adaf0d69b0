package dev.gitfs.git.remote;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether the URL in {@code http.<url>.*} covers the URL of a request, and how precisely,
 * as {@code git help config} describes it under {@code http.<url>.*}.
 */
final class UrlPattern {

  /** What a request goes to. */
  record Target(String scheme, Optional<String> user, String host, int port, String path) {

    static Target of(RemoteUrl.Http url) {
      var origin = url.origin();
      return new Target(
          origin.scheme(), url.user(), origin.host(), origin.port(), slashed(url.base().getPath()));
    }
  }

  /**
   * How precisely a pattern covers a target; the greater, the more precisely.
   *
   * @param host characters of the host that the pattern spells out
   * @param path characters of the path that it spells out
   * @param user whether it names the user
   */
  record Match(int host, int path, boolean user) implements Comparable<Match> {

    /** That of a setting without a URL. */
    static final Match ANY = new Match(0, 0, false);

    private static final Comparator<Match> ORDER =
        Comparator.comparingInt(Match::host)
            .thenComparingInt(Match::path)
            .thenComparing(Match::user);

    @Override
    public int compareTo(Match other) {
      return ORDER.compare(this, other);
    }
  }

  private UrlPattern() {}

  static Optional<Match> match(String pattern, Target target) {
    var url = RemoteUrl.URL.matcher(pattern);
    if (!url.matches() || !url.group("scheme").equalsIgnoreCase(target.scheme())) {
      return Optional.empty();
    }
    String port = Optional.ofNullable(url.group("port")).orElse("");
    if (port.length() > 5) {
      return Optional.empty();
    }
    int number = port.isEmpty() ? usualPort(target.scheme()) : Integer.parseInt(port);
    String host = bare(url.group("host")).toLowerCase(Locale.ROOT);
    String user = url.group("user");
    boolean userMatters = user != null;
    if (number != target.port()
        || !coversHost(host, target.host())
        || (userMatters && !user.equals(target.user().orElse("")))) {
      return Optional.empty();
    }
    String path = slashed(Optional.ofNullable(url.group("path")).orElse("/"));
    if (!target.path().startsWith(path)) {
      return Optional.empty();
    }
    return Optional.of(new Match(host.length(), path.length(), userMatters));
  }

  /** A {@code *} stands for one whole label. */
  private static boolean coversHost(String pattern, String host) {
    String[] wanted = pattern.split("\\.", -1);
    String[] labels = host.split("\\.", -1);
    if (wanted.length != labels.length) {
      return false;
    }
    for (int i = 0; i < labels.length; i++) {
      if (!wanted[i].equals("*") && !wanted[i].equals(labels[i])) {
        return false;
      }
    }
    return true;
  }

  /** With a slash at its end, a path is a prefix only of itself and what is below it. */
  private static String slashed(String path) {
    return path.endsWith("/") ? path : path + "/";
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static int usualPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }
}
