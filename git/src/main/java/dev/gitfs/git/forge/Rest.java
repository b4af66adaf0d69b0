package dev.gitfs.git.forge;

import com.google.gson.stream.JsonReader;
import dev.gitfs.git.remote.HttpAccess;
import dev.gitfs.git.remote.HttpOrigin;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions to a forge's API: as its user, within its rate limit, and never to another server, to
 * which a token would be given away. Whatever goes wrong is an answer, told in the log once.
 */
final class Rest implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Rest.class);

  /** Renamed twice, and from one host name to another: nothing honest redirects more often. */
  private static final int MOST_REDIRECTS = 5;

  /** The largest tree that GitHub tells is 7 MB, the largest page of repositories less. */
  private static final long LARGEST_ANSWER = 64 << 20;

  /** Makes something of an answer's JSON. */
  @FunctionalInterface
  interface Parser<T> {
    T parse(JsonReader json, HttpHeaders headers) throws IOException;
  }

  /** Asks one URL, in the way HTTP has for it. */
  @FunctionalInterface
  private interface Method {
    HttpAccess.Answer send(URI url, Optional<Token> token)
        throws RemoteException, InterruptedException;
  }

  private final String name;
  private final URI base;
  private final Optional<HttpOrigin> here;
  private final Map<String, String> headers;
  private final Function<Token, String> authorization;
  private final HttpAccess http;
  private final Quota quota;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private volatile Optional<Token> token;
  private volatile boolean closed;

  /**
   * @param headers sent with each request
   * @param authorization how a token is sent
   */
  Rest(
      Forge forge,
      Map<String, String> headers,
      Function<Token, String> authorization,
      RemoteOptions options,
      InstantSource clock) {
    this.name = forge.name();
    this.token = forge.token();
    this.authorization = authorization;
    String api = forge.apiUrl().orElseThrow();
    this.base = URI.create(api + "/");
    this.here = HttpOrigin.of(base);
    this.headers = Map.copyOf(headers);
    this.http = HttpAccess.to(api, options);
    this.quota = new Quota(clock);
  }

  /** Whether a request may be made now. */
  boolean isOpen() {
    return quota.allows();
  }

  /** How many more may be made, as far as the forge has said. */
  long spare() {
    return quota.spare();
  }

  /**
   * @param target a whole URL of this API's, or one relative to it
   * @param etag what was known is true unless this has changed
   */
  <T> Reply<T> get(String target, Optional<String> etag, Parser<T> parser)
      throws InterruptedException {
    var more = new HashMap<String, String>();
    etag.ifPresent(known -> more.put("If-None-Match", known));
    return get(target, more, parser);
  }

  <T> Reply<T> get(String target, Map<String, String> more, Parser<T> parser)
      throws InterruptedException {
    return ask(target, (url, own) -> http.get(url, with(own, more)), parser);
  }

  /**
   * @param question JSON, asked anew of wherever {@code target} redirects to
   */
  <T> Reply<T> post(String target, String question, Parser<T> parser) throws InterruptedException {
    byte[] body = question.getBytes(StandardCharsets.UTF_8);
    var typed = Map.of("Content-Type", "application/json");
    return ask(target, (url, own) -> http.post(url, with(own, typed), body), parser);
  }

  /**
   * Where the next page is that {@code url} refers to. A forge that does not know by what URL it is
   * reached (behind a proxy, without its external URL configured) names another: what says which
   * page is meant is the query, and that is asked of this API.
   */
  Optional<String> next(String url, String reference) {
    var from = base.resolve(url);
    var to = base.resolve(reference);
    if (isHere(to)) {
      return Optional.of(reference);
    }
    if (told.add("elsewhere " + to.getRawAuthority())) {
      log.warn(
          "{}: its pages refer to {}, which is not asked; pages are turned at {}",
          name,
          to.getRawAuthority(),
          base.getRawAuthority());
    }
    return Optional.ofNullable(to.getRawQuery()).map(query -> from.getRawPath() + "?" + query);
  }

  private <T> Reply<T> ask(String target, Method method, Parser<T> parser)
      throws InterruptedException {
    try {
      var url = base.resolve(target);
      for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
        if (!isHere(url)) {
          return none(
              "elsewhere " + url.getRawAuthority(),
              "it redirects to %s, another server, which is not asked; if it is this forge's, set api"
                  .formatted(url.getRawAuthority()));
        }
        if (quota.isClosed()) {
          return new Reply.None<>();
        }
        if (!quota.begin()) {
          return none(
              "quota " + quota.reopens(),
              "its rate limit is nearly used up, and the rest is left to the user until "
                  + quota.reopens()
                  + (token.isPresent() ? "" : "; a token would raise it"));
        }
        var own = token;
        try (var answer = learned(method, url, own)) {
          if (answer.status() == 401 && renewed(own)) {
            continue;
          }
          if (!isRedirect(answer.status())) {
            return reply(url, answer, parser);
          }
          url = url.resolve(answer.headers().firstValue("Location").orElse(""));
        }
      }
      return none("redirects", "it redirects in a circle");
    } catch (RemoteException e) {
      quota.unreached();
      if (closed) {
        return new Reply.None<>();
      }
      return none("offline " + e.kind(), e.getMessage());
    } catch (IOException | RuntimeException e) {
      // Gson and the parsers have unchecked ways to say that an answer has another shape.
      log.debug("{}: {}", name, target, e);
      return none("shape", "it answers in a way that git-fs does not understand: " + e);
    }
  }

  /** Whether there is another token now than {@code refused}. */
  private boolean renewed(Optional<Token> refused) {
    try {
      if (refused.isPresent() && refused.equals(token)) {
        token = Optional.of(refused.get().renewed());
      }
      return !refused.equals(token);
    } catch (IOException e) {
      log.warn("{}: {}", name, e.getMessage());
      return false;
    }
  }

  private HttpAccess.Answer learned(Method method, URI url, Optional<Token> own)
      throws RemoteException, InterruptedException {
    try {
      var answer = method.send(url, own);
      quota.learn(answer.headers());
      return answer;
    } finally {
      quota.end();
    }
  }

  private <T> Reply<T> reply(URI url, HttpAccess.Answer answer, Parser<T> parser)
      throws IOException {
    int status = answer.status();
    if (status == 200 && isPage(answer.headers())) {
      return none(
          "page",
          "a web page came from %s%s instead of data: a login page, or that of a network that wants"
                  .formatted(base.getRawAuthority(), url.getRawPath())
              + " a login; open it in a browser, or check api");
    }
    if (status == 200) {
      told.removeIf(reason -> reason.startsWith("offline"));
      try (var in = new Bounded(answer.body());
          Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8);
          var json = new JsonReader(reader)) {
        return new Reply.Told<>(parser.parse(json, answer.headers()));
      }
    }
    var complaint = status < 400 ? "" : Complaint.of(answer);
    if (Quota.isRefusal(status, answer.headers(), complaint)) {
      quota.refused(answer.headers());
      return none("quota " + quota.reopens(), "no more requests until " + quota.reopens());
    }
    String said = complaint.isEmpty() ? "" : ": " + complaint;
    return switch (status) {
      case 304 -> new Reply.Unchanged<>();
      // 409: GitHub, of an empty repository. 422: of a commit id that is none. 451: of a takedown.
      case 404, 409, 410, 422, 451 -> new Reply.Missing<>();
      case 401 -> none("401", "it refuses " + asWhom() + " (status 401)" + said);
      case 403 ->
          none("403", "it does not let " + asWhom() + " see everything (status 403)" + said);
      default -> {
        if (status >= 500) {
          quota.unreached();
        }
        yield none("status " + status, "it answers with status " + status + said);
      }
    };
  }

  private String asWhom() {
    return token
        .map(known -> "the token (" + known.origin() + ")")
        .orElse("requests without a token");
  }

  private <T> Reply<T> none(String reason, String message) {
    if (told.add(reason)) {
      log.warn("{}: {}", name, message);
    }
    return new Reply.None<>();
  }

  private Map<String, String> with(Optional<Token> own, Map<String, String> more) {
    var all = new HashMap<>(headers);
    own.map(authorization).ifPresent(value -> all.put("Authorization", value));
    all.putAll(more);
    return all;
  }

  /** Whether it is this server, or the same one by TLS. */
  private boolean isHere(URI url) {
    var there = HttpOrigin.of(url);
    return there.equals(here)
        || here.filter(from -> from.port() == 80)
            .map(from -> new HttpOrigin("https", from.host(), 443))
            .equals(there);
  }

  private static boolean isPage(HttpHeaders headers) {
    return headers
        .firstValue("Content-Type")
        .filter(type -> type.strip().toLowerCase(Locale.ROOT).startsWith("text/html"))
        .isPresent();
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  @Override
  public void close() {
    closed = true;
    http.close();
  }

  /** Ends in an error rather than in all of memory. */
  private static final class Bounded extends FilterInputStream {

    private long left = LARGEST_ANSWER;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      throw new UnsupportedOperationException("read by readers, in bulk");
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left <= 0) {
        throw new IOException("an answer of more than " + LARGEST_ANSWER + " bytes");
      }
      int count = super.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(count, 0);
      return count;
    }
  }
}
