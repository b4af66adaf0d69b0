package dev.gitfs.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/**
 * Stock {@code git http-backend} behind an HTTP/1.1 server that counts requests, keeps their bodies
 * for assertions, and does to chosen ones what {@link Fault} says.
 *
 * <p>All methods may be called at any time from any thread.
 */
public final class HttpBackendServer implements GitServer {

  /** As git advertises it, a pkt-line of protocol v2; git 2.55 says {@code object-info=size}. */
  private static final String OBJECT_INFO_OFFER = "[0-9a-f]{4}object-info(=.*)?\n";

  private static final String RESULT_TYPE = "application/x-git-upload-pack-result";

  /** As much as a pipe holds. */
  private static final int PIECE = 64 << 10;

  private final GitRepositories repositories;
  private final Listener listener;
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong received = new AtomicLong();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final HttpHabits habits = new HttpHabits();
  private volatile CountDownLatch healed = new CountDownLatch(1);
  private volatile Optional<String> authorization = Optional.empty();
  private volatile List<String> challenges = List.of("Basic realm=\"git\"");
  private volatile int refusal = 401;
  private volatile Optional<String> cookie = Optional.empty();
  private volatile boolean protocolV2 = true;
  private volatile boolean offerObjectInfo = true;
  private volatile boolean keepRequests = true;

  public HttpBackendServer(GitRepositories repositories) {
    this.repositories = repositories;
    // Platform threads: they wait for child processes, which would pin carriers of the virtual
    // threads that the code under test runs on.
    listener =
        Listener.start(
            "http-backend",
            socket ->
                Thread.ofPlatform().daemon().name("http-connection").start(() -> serve(socket)));
  }

  /**
   * One request as it came.
   *
   * @param target path and query
   * @param headers by name in any case
   * @param body without its content encoding
   */
  public record Request(
      RequestKind kind, String method, String target, Map<String, String> headers, byte[] body) {

    /** How many objects it asks for by their ids. */
    public int wants() {
      return text().split("want [0-9a-f]{40}", -1).length - 1;
    }

    /** The body as text, for a look at its pkt-lines. */
    public String text() {
      return new String(body, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
      return kind + " of " + body.length + " bytes";
    }
  }

  private record Rule(Predicate<Request> chosen, Fault fault, AtomicInteger remaining) {

    boolean takes(Request request) {
      return chosen.test(request) && remaining.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  @Override
  public String url(String repository) {
    return "http://127.0.0.1:" + port() + "/" + repository;
  }

  @Override
  public int port() {
    return listener.port();
  }

  /** From now on only who sends these credentials is served; others get 401. */
  public HttpBackendServer requireBasicAuth(String user, String password) {
    var credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    authorization = Optional.of("Basic " + Base64.getEncoder().encodeToString(credentials));
    return this;
  }

  /** From now on only who sends {@code authorization}, of whatever scheme, is served. */
  public HttpBackendServer requireAuthorization(String authorization) {
    this.authorization = Optional.of(authorization);
    return this;
  }

  /** What a 401 offers from now on, a {@code WWW-Authenticate} each. */
  public HttpBackendServer challenge(String... values) {
    challenges = List.of(values);
    return this;
  }

  /** What wrong credentials are answered with from now on; none are answered with 401. */
  public HttpBackendServer refuseWith(int status) {
    refusal = status;
    return this;
  }

  /** From now on refuses with 403 a request without that cookie. */
  public HttpBackendServer requireCookie(String wanted) {
    cookie = Optional.of(wanted);
    return this;
  }

  /** From now on speaks protocol v0 whatever the client asks for. */
  public HttpBackendServer withoutProtocolV2() {
    protocolV2 = false;
    return this;
  }

  /**
   * Whether clients are told from now on that there is {@code object-info}, as they are at first.
   * Most forges do not have it, and git of today cannot be configured not to offer it.
   */
  public HttpBackendServer offerObjectInfo(boolean offered) {
    offerObjectInfo = offered;
    return this;
  }

  /** What it does otherwise than git's own server. */
  public HttpHabits habits() {
    return habits;
  }

  /** From now on counts requests, but keeps none of them: for hours of many requests. */
  public HttpBackendServer withoutRecord() {
    keepRequests = false;
    return this;
  }

  /** Every request suffers {@code fault}, until {@link #heal}. */
  public void inject(Fault fault) {
    inject(_ -> true, fault);
  }

  /** The next {@code times} requests of that kind suffer {@code fault}. */
  public void inject(RequestKind kind, Fault fault, int times) {
    rules.add(new Rule(request -> request.kind() == kind, fault, new AtomicInteger(times)));
  }

  /** Every request of that kind suffers {@code fault}, until {@link #heal}. */
  public void inject(RequestKind kind, Fault fault) {
    inject(kind, fault, Integer.MAX_VALUE);
  }

  /** Every request that is {@code chosen} suffers {@code fault}, until {@link #heal}. */
  public void inject(Predicate<Request> chosen, Fault fault) {
    rules.add(new Rule(chosen, fault, new AtomicInteger(Integer.MAX_VALUE)));
  }

  /** Forgets all faults; connections that stall are closed. */
  public void heal() {
    rules.clear();
    var stalled = healed;
    healed = new CountDownLatch(1);
    stalled.countDown();
  }

  /** Closes every connection, idle ones too, as a server does that restarts. */
  public void dropConnections() {
    connections.forEach(HttpConnection::close);
  }

  /** The requests so far, in order of arrival, those included that suffered a fault. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** The requests of one kind so far. */
  public List<Request> requests(RequestKind kind) {
    return requests.stream().filter(request -> request.kind() == kind).toList();
  }

  /** The kinds of the requests so far, in order of arrival. */
  public List<RequestKind> kinds() {
    return requests.stream().map(Request::kind).toList();
  }

  /** How many requests have come since the start, whatever was forgotten. */
  public long requestsReceived() {
    return received.get();
  }

  /** Starts the record anew. */
  public void forgetRequests() {
    requests.clear();
  }

  /** How many connections clients have opened. */
  public int connectionsAccepted() {
    return listener.accepted();
  }

  @Override
  public void close() {
    listener.close();
    heal();
    dropConnections();
  }

  private void serve(Socket socket) {
    try (var connection = new HttpConnection(socket)) {
      connections.add(connection);
      try {
        int answered = 0;
        for (var incoming = connection.read(); incoming.isPresent(); incoming = connection.read()) {
          connection.speaks(habits.isHttp10(), habits.endsConnection(++answered));
          answer(connection, incoming.get());
          if (habits.endsConnection(answered)) {
            return;
          }
        }
      } finally {
        connections.remove(connection);
      }
    } catch (IOException e) {
      // The client went away, or a fault closed the connection: both are daily business here.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(HttpConnection connection, HttpConnection.Incoming incoming)
      throws IOException, InterruptedException {
    var request = classify(incoming);
    received.incrementAndGet();
    if (keepRequests) {
      requests.add(request);
    }
    var fault = rules.stream().filter(rule -> rule.takes(request)).findFirst().map(Rule::fault);
    if (fault.isEmpty() && authorization.isPresent()) {
      var sent = incoming.headers().get("authorization");
      if (!authorization.get().equals(sent)) {
        int status = sent == null ? 401 : refusal;
        connection.answer(status, habits.headersOfNothing(status == 401 ? challenges() : Map.of()));
        return;
      }
    }
    if (fault.isEmpty() && cookie.isPresent()) {
      if (!incoming.headers().getOrDefault("cookie", "").contains(cookie.get())) {
        connection.answer(403, Map.of());
        return;
      }
    }
    var refusal = habits.refusal(request, incoming.body().length);
    if (fault.isEmpty() && refusal.isPresent()) {
      connection.answer(refusal.get(), habits.headersOfNothing(Map.of()));
      return;
    }
    var lag = fault.isEmpty() ? habits.lag(request) : Optional.<byte[]>empty();
    if (lag.isPresent()) {
      connection.begin(200, habits.headers(Map.of("Content-Type", RESULT_TYPE)));
      connection.chunk(lag.get(), 0, lag.get().length);
      connection.end();
      return;
    }
    switch (fault.orElse(new Fault.Delay(Duration.ZERO))) {
      case Fault.Answer(var status, var headers) ->
          connection.answer(status, habits.headersOfNothing(headers));
      case Fault.Redirect(var status, var base) ->
          connection.answer(
              status, habits.headersOfNothing(Map.of("Location", base + incoming.target())));
      case Fault.Delay(var time) -> {
        Thread.sleep(time);
        var body = new BrokenBody(connection, habits.largestAnswer()).breakingOff();
        pass(connection, incoming, body);
        if (body.isCut()) {
          connection.close();
        }
      }
      case Fault.Corrupt(var at) ->
          pass(connection, incoming, new BrokenBody(connection, Long.MAX_VALUE).corrupting(at));
      case Fault.Truncate(var after) -> {
        pass(connection, incoming, new BrokenBody(connection, after));
      }
      case Fault.Reset(var after) -> {
        if (after >= 0) {
          pass(connection, incoming, new BrokenBody(connection, after).leavingOpen());
          // What was sent before must arrive before: a reset overtakes data in the buffers.
          Thread.sleep(20);
        }
        connection.reset();
      }
      case Fault.Stall(var after) -> {
        var until = healed;
        if (after >= 0) {
          pass(connection, incoming, new BrokenBody(connection, after).leavingOpen());
        }
        until.await();
        connection.close();
      }
    }
  }

  /** One header each: a line end within a value begins the next. */
  private Map<String, String> challenges() {
    String name = "WWW-Authenticate";
    return challenges.isEmpty()
        ? Map.of()
        : Map.of(name, String.join("\r\n" + name + ": ", challenges));
  }

  private Request classify(HttpConnection.Incoming incoming) throws IOException {
    var body = incoming.body();
    if ("gzip".equals(incoming.headers().get("content-encoding"))) {
      body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    }
    var start = new String(body, 0, Math.min(body.length, 64), StandardCharsets.ISO_8859_1);
    var kind = RequestKind.OTHER;
    if (incoming.target().contains("/info/refs")) {
      kind = RequestKind.INFO_REFS;
    } else if (incoming.target().endsWith("/git-upload-pack")) {
      kind =
          start.startsWith("command=ls-refs", 4)
              ? RequestKind.LS_REFS
              : start.startsWith("command=object-info", 4)
                  ? RequestKind.OBJECT_INFO
                  : RequestKind.FETCH;
    }
    return new Request(kind, incoming.method(), incoming.target(), incoming.headers(), body);
  }

  /** Runs http-backend as a CGI program and sends what it says through {@code body}. */
  private void pass(HttpConnection connection, HttpConnection.Incoming incoming, BrokenBody body)
      throws IOException {
    var builder =
        new ProcessBuilder(Git.program("git-http-backend").toString())
            .redirectError(
                ProcessBuilder.Redirect.appendTo(
                    repositories.root().resolve("http-backend.log").toFile()));
    builder.environment().clear();
    builder.environment().putAll(cgiEnvironment(incoming));
    var backend = builder.start();
    var feeder =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (var stdin = backend.getOutputStream()) {
                stdin.write(incoming.body());
              } catch (IOException e) {
                // It answered before it had read everything.
              }
            });
    try (var out = backend.getInputStream()) {
      var headers = new TreeMap<>(HttpConnection.headers(out));
      var status = Optional.ofNullable(headers.remove("Status")).orElse("200 OK");
      var content = incoming.target().contains("/info/refs") ? advertisement(out) : out;
      if (habits.isBuffering()) {
        content = new ByteArrayInputStream(content.readAllBytes());
      }
      connection.begin(Integer.parseInt(status.substring(0, 3)), habits.headers(headers));
      var buffer = new byte[PIECE];
      for (var n = content.read(buffer);
          n >= 0 && body.write(buffer, n);
          n = content.read(buffer)) {
        connection.flush();
      }
      body.end();
    } finally {
      var family = new ArrayList<>(backend.descendants().toList());
      backend.destroyForcibly();
      family.forEach(ProcessHandle::destroyForcibly);
      feeder.interrupt();
    }
  }

  /** What is advertised, of all that http-backend would. */
  private InputStream advertisement(InputStream whole) throws IOException {
    var text = new String(whole.readAllBytes(), StandardCharsets.ISO_8859_1);
    var offered = offerObjectInfo ? text : text.replaceAll(OBJECT_INFO_OFFER, "");
    return new ByteArrayInputStream(offered.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Map<String, String> cgiEnvironment(HttpConnection.Incoming incoming) {
    var environment = new TreeMap<>(Git.environment());
    var question = incoming.target().indexOf('?');
    var path = question < 0 ? incoming.target() : incoming.target().substring(0, question);
    environment.put("GIT_PROJECT_ROOT", repositories.root().toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "");
    environment.put("REQUEST_METHOD", incoming.method());
    environment.put(
        "PATH_INFO", URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8));
    environment.put("QUERY_STRING", question < 0 ? "" : incoming.target().substring(question + 1));
    environment.put("REMOTE_ADDR", "127.0.0.1");
    environment.put("CONTENT_LENGTH", Integer.toString(incoming.body().length));
    var headers = incoming.headers();
    environment.put("CONTENT_TYPE", headers.getOrDefault("content-type", ""));
    environment.put("HTTP_CONTENT_ENCODING", headers.getOrDefault("content-encoding", ""));
    if (protocolV2 && headers.containsKey("git-protocol")) {
      environment.put("HTTP_GIT_PROTOCOL", headers.get("git-protocol"));
    }
    return environment;
  }

  /** The body of an answer on its way through: stops, or spoils a byte, where a fault says so. */
  private static final class BrokenBody {
    private final HttpConnection connection;
    private final long limit;
    private long corruptAt = -1;
    private boolean ends = true;
    private boolean breaksOff;
    private long written;

    BrokenBody(HttpConnection connection, long limit) {
      this.connection = connection;
      this.limit = limit;
    }

    BrokenBody corrupting(long at) {
      corruptAt = at;
      return this;
    }

    /** The connection ends where the body is cut. */
    BrokenBody breakingOff() {
      breaksOff = true;
      return this;
    }

    BrokenBody leavingOpen() {
      ends = false;
      return this;
    }

    /** Whether more may follow. */
    boolean write(byte[] bytes, int length) throws IOException {
      if (corruptAt >= written && corruptAt < written + length) {
        bytes[(int) (corruptAt - written)] ^= (byte) 0xff;
      }
      var n = (int) Math.min(length, limit - written);
      connection.chunk(bytes, 0, n);
      written += n;
      return written < limit;
    }

    /** Whether there was more than may be sent. */
    boolean isCut() {
      return written >= limit;
    }

    void end() throws IOException {
      if (ends && !(breaksOff && isCut())) {
        connection.end();
      } else {
        connection.flush();
      }
    }
  }
}
