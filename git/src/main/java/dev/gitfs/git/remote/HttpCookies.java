package dev.gitfs.git.remote;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cookies of one remote: those of {@code http.cookieFile}, in Netscape's format or as {@code
 * Set-Cookie} headers, and those that servers set meanwhile; as curl's cookie engine keeps them for
 * git. Without that setting there are none. Safe for use by many threads.
 */
final class HttpCookies {

  private static final Logger log = LoggerFactory.getLogger(HttpCookies.class);

  private static final String NETSCAPE = "# Netscape HTTP Cookie File\n";

  /** How curl marks cookies that scripts of a page may not see: it makes a comment of them. */
  private static final String HTTP_ONLY = "#HttpOnly_";

  /**
   * @param host without a leading dot; empty for a cookie of any host, as a header in a file is
   * @param below whether hosts below it get it too
   * @param expires seconds since 1970, 0 for the end of the session
   */
  private record Cookie(
      String host,
      boolean below,
      String path,
      boolean secure,
      long expires,
      String name,
      String value) {

    boolean fits(URI url, String toHost) {
      String path = url.getPath().isEmpty() ? "/" : url.getPath();
      boolean samePlace =
          host.isEmpty() || toHost.equals(host) || (below && toHost.endsWith("." + host));
      return samePlace
          && (path.equals(this.path) || path.startsWith(slashed(this.path)))
          && (!secure || url.getScheme().equals("https"))
          && !hasExpired();
    }

    boolean hasExpired() {
      return expires != 0 && expires <= Instant.now().getEpochSecond();
    }

    boolean replaces(Cookie other) {
      return name.equals(other.name) && host.equals(other.host) && path.equals(other.path);
    }

    private static String slashed(String path) {
      return path.endsWith("/") ? path : path + "/";
    }

    String line() {
      return String.join(
          "\t",
          below ? "." + host : host,
          below ? "TRUE" : "FALSE",
          path,
          secure ? "TRUE" : "FALSE",
          Long.toString(expires),
          name,
          value);
    }
  }

  private final boolean kept;

  /** Where they are written at the end, if anywhere. */
  private final Optional<Path> file;

  /** Guarded by this. */
  private final List<Cookie> cookies = new ArrayList<>();

  private HttpCookies(boolean kept, Optional<Path> file) {
    this.kept = kept;
    this.file = file;
  }

  static HttpCookies of(HttpSettings settings) {
    var from = settings.cookieFile();
    var jar =
        new HttpCookies(
            from.isPresent(),
            from.filter(name -> !name.isEmpty() && settings.savesCookies()).map(settings::path));
    from.filter(name -> !name.isEmpty()).map(settings::path).ifPresent(jar::read);
    return jar;
  }

  /** The value of {@code Cookie} for a request. */
  synchronized Optional<String> header(URI url, String host) {
    String fitting =
        cookies.stream()
            .filter(cookie -> cookie.fits(url, host))
            .map(cookie -> cookie.name + "=" + cookie.value)
            .collect(Collectors.joining("; "));
    return Optional.of(fitting).filter(header -> !header.isEmpty());
  }

  /** Takes the values of an answer's {@code Set-Cookie}. */
  synchronized void learn(URI url, String host, List<String> set) {
    if (kept) {
      String directory = url.getPath().substring(0, Math.max(0, url.getPath().lastIndexOf('/')));
      set.forEach(line ->
          parseHeader(line, host, directory.isEmpty() ? "/" : directory).ifPresent(this::put));
    }
  }

  /** Writes them to the file, if the user wants that ({@code http.saveCookies}). */
  synchronized void save() {
    if (file.isPresent()) {
      try {
        Files.writeString(
            file.get(),
            Stream.concat(
                    Stream.of(NETSCAPE),
                    cookies.stream().filter(cookie -> !cookie.hasExpired()).map(Cookie::line))
                .collect(Collectors.joining("\n", "", "\n")));
      } catch (IOException e) {
        log.warn("http.saveCookies: {} cannot be written: {}", file.get(), e.getMessage());
      }
    }
  }

  private void read(Path from) {
    try {
      for (String line : Files.readString(from, StandardCharsets.ISO_8859_1).split("\\R")) {
        if (line.regionMatches(true, 0, "Set-Cookie:", 0, 11)) {
          parseHeader(line.substring(11), "", "/").ifPresent(this::put);
        } else {
          parseLine(line).ifPresent(this::put);
        }
      }
    } catch (NoSuchFileException e) {
      // curl begins with none then.
    } catch (IOException e) {
      log.warn("http.cookieFile: {} cannot be read", from);
    }
  }

  private void put(Cookie cookie) {
    cookies.removeIf(cookie::replaces);
    if (!cookie.hasExpired()) {
      cookies.add(cookie);
    }
  }

  private static Optional<Cookie> parseLine(String text) {
    String line = text.startsWith(HTTP_ONLY) ? text.substring(HTTP_ONLY.length()) : text;
    String[] fields = line.split("\t", -1);
    if (line.startsWith("#")
        || fields.length < 6
        || !fields[4].matches("[0-9]{1,18}")
        || !Stream.of(fields).allMatch(HttpCookies::isSendable)) {
      return Optional.empty();
    }
    return Optional.of(
        new Cookie(
            bare(fields[0]),
            fields[1].equalsIgnoreCase("TRUE"),
            fields[2],
            fields[3].equalsIgnoreCase("TRUE"),
            Long.parseLong(fields[4]),
            fields[5],
            fields.length > 6 ? fields[6] : ""));
  }

  /** RFC 6265, 5.2: what is not understood is passed over. */
  private static Optional<Cookie> parseHeader(String header, String from, String directory) {
    String[] parts = header.split(";", -1);
    int equals = parts[0].indexOf('=');
    if (equals <= 0 || !isSendable(parts[0])) {
      return Optional.empty();
    }
    String host = from;
    String path = directory;
    boolean below = false;
    boolean secure = false;
    long expires = 0;
    for (int i = 1; i < parts.length; i++) {
      String[] attribute = parts[i].strip().split("=", 2);
      String value = attribute.length > 1 ? attribute[1].strip() : "";
      switch (attribute[0].strip().toLowerCase(Locale.ROOT)) {
        case "domain" -> {
          String domain = bare(value);
          if (!from.isEmpty() && !from.equals(domain) && !from.endsWith("." + domain)) {
            return Optional.empty();
          }
          host = domain;
          below = true;
        }
        case "path" -> path = value.startsWith("/") ? value : directory;
        case "secure" -> secure = true;
        // One second after 1970 is as good as never.
        case "max-age" ->
            expires =
                value.matches("[1-9][0-9]{0,11}")
                    ? Instant.now().getEpochSecond() + Long.parseLong(value)
                    : 1;
        default -> {
          // Expires in a date: such a cookie lives as long as this remote.
        }
      }
    }
    return Optional.of(
        new Cookie(
            host,
            below,
            path,
            secure,
            expires,
            parts[0].substring(0, equals).strip(),
            parts[0].substring(equals + 1).strip()));
  }

  /** Of a control character neither a header nor a line of the file can be made, says curl too. */
  private static boolean isSendable(String text) {
    return text.strip().chars().noneMatch(c -> Character.isISOControl(c) && c != '\t');
  }

  private static String bare(String domain) {
    String host = domain.strip().toLowerCase(Locale.ROOT);
    return host.startsWith(".") ? host.substring(1) : host;
  }
}
