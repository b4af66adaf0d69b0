package dev.gitfs.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

/**
 * Plays the API of a forge from its published shape: paging, ETags, rate limits, renames, refusals.
 * What it hosts is told to it; git itself is served elsewhere. Counts what it is asked.
 *
 * <p>All methods may be called at any time from any thread.
 */
public final class ForgeServer implements AutoCloseable {

  /** Which forge's API it plays. */
  public enum Api {
    GITHUB,
    GITLAB,
    BITBUCKET,
    GITEA,
    MESA
  }

  /**
   * A repository it hosts.
   *
   * @param origin whose commits and trees it tells of
   */
  record Hosted(
      int id, String path, String branch, boolean archived, Optional<TestRepository> origin) {

    String owner() {
      return path.substring(0, path.lastIndexOf('/'));
    }

    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /** One request as it came; {@code headers} by name in any case. */
  public record Request(String method, String target, Map<String, String> headers, String body) {
    @Override
    public String toString() {
      return method + " " + target;
    }
  }

  /** An answer: body and headers beyond the usual ones. */
  record Answer(int status, String body, Map<String, String> headers) {
    static Answer ok(String body) {
      return new Answer(200, body, Map.of());
    }

    Answer with(String name, String value) {
      var more = new TreeMap<>(headers);
      more.put(name, value);
      return new Answer(status, body, more);
    }
  }

  private final Api api;
  private final String path;
  private final HttpServer server;
  private final ForgeShape shape;
  private final Map<String, Hosted> repositories = new LinkedHashMap<>();
  private final Map<String, String> groups = new LinkedHashMap<>();
  private final Map<String, String> renamed = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostAtOnce = new AtomicInteger();
  private final AtomicInteger remaining = new AtomicInteger(Integer.MAX_VALUE);
  private volatile int limit;
  private volatile int largestPage = 100;
  private volatile int mostFiles = Integer.MAX_VALUE;
  private volatile OptionalInt mostComplexity = OptionalInt.empty();
  private volatile Duration delay = Duration.ZERO;
  private volatile Optional<String> believedRoot = Optional.empty();
  private volatile Optional<String> authorization = Optional.empty();
  private volatile Optional<Answer> refusal = Optional.empty();

  /** Where those who configure nothing find it: GitHub's has a host of its own and no path. */
  public ForgeServer(Api api) {
    this(
        api,
        switch (api) {
          case GITHUB -> "";
          case GITLAB -> "/api/v4";
          case BITBUCKET -> "/2.0";
          case GITEA, MESA -> "/api/v1";
        });
  }

  /**
   * @param path of its API's URL, without a slash at its end
   */
  public ForgeServer(Api api, String path) {
    this.api = api;
    this.path = path;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    shape = ForgeShape.of(api, this);
    server.createContext("/", this::serve);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
  }

  /** What the URLs of its API begin with. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** What its own pages call that. */
  String believedUrl() {
    return believedRoot.map(root -> root + path).orElseGet(this::url);
  }

  /** Hosts {@code owner/…/repository}, of which there is nothing but its name. */
  public ForgeServer repository(String path, String defaultBranch) {
    return host(path, defaultBranch, false, Optional.empty());
  }

  /** Hosts a repository whose commits and files it tells of. */
  public ForgeServer repository(String path, TestRepository origin) {
    return host(path, "main", false, Optional.of(origin));
  }

  public ForgeServer archived(String path) {
    return host(path, "main", true, Optional.empty());
  }

  private synchronized ForgeServer host(
      String path, String branch, boolean archived, Optional<TestRepository> origin) {
    repositories.put(path, new Hosted(repositories.size() + 1, path, branch, archived, origin));
    return this;
  }

  /** There is a group {@code path}, for GitLab. */
  public synchronized ForgeServer group(String path) {
    groups.put(path, path);
    return this;
  }

  /** A repository has another path now; the old one redirects. */
  public synchronized ForgeServer rename(String old, String now) {
    var was = repositories.remove(old);
    repositories.put(now, new Hosted(was.id, now, was.branch, was.archived, was.origin));
    renamed.put(old, now);
    return this;
  }

  /** From now on a page has so many entries at most, whatever is asked for. */
  public ForgeServer largestPage(int entries) {
    largestPage = entries;
    return this;
  }

  /** From now on a recursive tree has so many entries at most, and is truncated. */
  public ForgeServer mostFiles(int entries) {
    mostFiles = entries;
    return this;
  }

  /** From now on a query of GraphQL may be as complex as this, whoever asks. */
  public ForgeServer mostComplexity(int most) {
    mostComplexity = OptionalInt.of(most);
    return this;
  }

  /** From now on so many requests are left of {@code limit}, and each takes one. */
  public ForgeServer rateLimit(int limit, int left) {
    this.limit = limit;
    remaining.set(left);
    return this;
  }

  /** From now on it takes this for the URL of its site, as one behind a proxy may. */
  public ForgeServer believeRoot(String url) {
    believedRoot = Optional.of(url);
    return this;
  }

  /** From now on everybody gets this status, with these headers. */
  public ForgeServer refuse(int status, Map<String, String> headers) {
    refusal = Optional.of(new Answer(status, shape.error(status), headers));
    return this;
  }

  /** From now on everybody gets this body, with status 200. */
  public ForgeServer say(String body) {
    return say(200, body, Map.of());
  }

  /** From now on everybody gets this. */
  public ForgeServer say(int status, String body, Map<String, String> headers) {
    refusal = Optional.of(new Answer(status, body, headers));
    return this;
  }

  /** From now on only this {@code Authorization} is let in; others get 401. */
  public ForgeServer requireAuthorization(String value) {
    authorization = Optional.of(value);
    return this;
  }

  /** From now on each answer takes so long. */
  public ForgeServer delay(Duration time) {
    delay = time;
    return this;
  }

  /** Refuses nobody any more, and is quick. */
  public ForgeServer heal() {
    refusal = Optional.empty();
    authorization = Optional.empty();
    remaining.set(Integer.MAX_VALUE);
    delay = Duration.ZERO;
    return this;
  }

  /** The requests so far, in order of arrival. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  public void forgetRequests() {
    requests.clear();
    mostAtOnce.set(0);
  }

  /** How many requests were under way at a time, at most. */
  public int mostAtOnce() {
    return mostAtOnce.get();
  }

  int largestPage() {
    return largestPage;
  }

  int mostFiles() {
    return mostFiles;
  }

  OptionalInt mostComplexity() {
    return mostComplexity;
  }

  synchronized Optional<Hosted> find(String path) {
    return Optional.ofNullable(repositories.get(path));
  }

  synchronized Optional<Hosted> find(int id) {
    return repositories.values().stream().filter(each -> each.id == id).findFirst();
  }

  Optional<String> nowOf(String path) {
    return Optional.ofNullable(renamed.get(path));
  }

  synchronized List<Hosted> of(String owner) {
    return repositories.values().stream().filter(each -> each.owner().equals(owner)).toList();
  }

  synchronized List<Hosted> all() {
    return List.copyOf(repositories.values());
  }

  synchronized List<String> groupsIn(String group) {
    return groups.keySet().stream()
        .filter(each -> each.lastIndexOf('/') == group.length() && each.startsWith(group + "/"))
        .toList();
  }

  synchronized boolean isGroup(String path) {
    return groups.containsKey(path);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
      exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
      var request =
          new Request(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              Map.copyOf(headers),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      requests.add(request);
      mostAtOnce.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      Thread.sleep(delay);
      var answer = conditional(answer(request, headers), headers);
      underWay.decrementAndGet();
      send(exchange, answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Answer answer(Request request, Map<String, String> headers) {
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (authorization.isPresent() && !authorization.get().equals(headers.get("Authorization"))) {
      return new Answer(401, shape.error(401), Map.of());
    }
    if (api == Api.GITHUB && !headers.containsKey("User-Agent")) {
      return new Answer(403, "Request forbidden by administrative rules.", Map.of());
    }
    int left = remaining.getAndUpdate(count -> Math.max(0, count - 1));
    if (left <= 0) {
      int status = api == Api.GITHUB ? 403 : 429;
      return new Answer(status, shape.error(status), limitHeaders(0));
    }
    var all = new TreeMap<>(limitHeaders(left - 1));
    var answer = request.method().equals("POST") ? shape.query(request) : get(request);
    all.putAll(answer.headers());
    return new Answer(answer.status(), answer.body(), all);
  }

  private Answer get(Request request) {
    int question = request.target().indexOf('?');
    String asked = question < 0 ? request.target() : request.target().substring(0, question);
    var query = query(question < 0 ? "" : request.target().substring(question + 1));
    return asked.startsWith(path + "/")
        ? shape.answer(asked.substring(path.length() + 1), query)
        : new Answer(404, shape.error(404), Map.of());
  }

  private Map<String, String> limitHeaders(int left) {
    if (limit == 0) {
      return Map.of();
    }
    String prefix = api == Api.GITLAB ? "RateLimit-" : "X-RateLimit-";
    long reset = System.currentTimeMillis() / 1000 + 1800;
    return Map.of(
        prefix + "Limit", Integer.toString(limit),
        prefix + "Remaining", Integer.toString(left),
        prefix + "Reset", Long.toString(reset));
  }

  private static Answer conditional(Answer answer, Map<String, String> asked) {
    if (answer.status() != 200) {
      return answer;
    }
    String etag = "W/\"" + Integer.toHexString(answer.body().hashCode()) + "\"";
    var tagged = answer.with("ETag", etag);
    return etag.equals(asked.get("If-None-Match")) ? new Answer(304, "", tagged.headers()) : tagged;
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    if (accepts(exchange, "gzip") && body.length > 0) {
      body = zipped(body);
      exchange.getResponseHeaders().set("Content-Encoding", "gzip");
    }
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static boolean accepts(HttpExchange exchange, String encoding) {
    var accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
    return accepted != null && accepted.contains(encoding);
  }

  private static byte[] zipped(byte[] body) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(bytes)) {
      zip.write(body);
    }
    return bytes.toByteArray();
  }

  private static Map<String, String> query(String text) {
    var query = new TreeMap<String, String>();
    for (String each : text.split("&")) {
      int equals = each.indexOf('=');
      if (equals > 0) {
        query.put(
            each.substring(0, equals),
            URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
