package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.StandardConstants;

/**
 * Asks hosts whose names java.net.http refuses: {@code my_git}, as docker-compose makes them,
 * {@code a-.example}, with TLS {@code example.org.}, and addresses with a zone. The JDK's older
 * client takes them; it speaks HTTP/1.1, over connections that it keeps.
 */
final class UnusualHosts {

  /** Of 64 KiB, that may wait for the reader. */
  private static final int CHUNKS_AHEAD = 8;

  private static final int CHUNK = 64 << 10;

  private static final Pattern STATUS = Pattern.compile(".*HTTP/1\\.[01] ([1-5][0-9]{2}).*");

  private record Name(SSLContext trust, String host) {}

  // A connection is used again where these are the same.

  private static final Map<Name, SSLSocketFactory> FACTORIES = new ConcurrentHashMap<>();
  private static final Map<Credential, ProxyLogin> LOGINS = new ConcurrentHashMap<>();

  private UnusualHosts() {}

  static boolean isOne(URI url) {
    String host = url.getHost();
    return host == null
        || host.indexOf('%') >= 0
        || (host.endsWith(".") && url.getScheme().equals("https"));
  }

  static CompletableFuture<HttpAnswer> send(
      HttpClients.Terms terms, HttpCall call, Duration idle, Traffic traffic, Set<Inflow> alive) {
    var answer = new CompletableFuture<HttpAnswer>();
    var receiver = new Receiver(idle, traffic, alive);
    var exchange = new Exchange(terms, call, receiver, answer, new AtomicBoolean());
    // Its reads and writes answer an interrupt, as those of a virtual thread do.
    var thread = Thread.ofVirtual().name("http " + call.url().getRawAuthority()).start(exchange);
    answer.whenComplete((_, failure) -> {
      if (failure != null) {
        thread.interrupt();
      }
    });
    return answer;
  }

  private record Receiver(Duration idle, Traffic traffic, Set<Inflow> alive) {}

  /**
   * One request, on a thread of its own.
   *
   * @param otherName whether the server has shown a certificate of another
   */
  private record Exchange(
      HttpClients.Terms terms,
      HttpCall call,
      Receiver receiver,
      CompletableFuture<HttpAnswer> answer,
      AtomicBoolean otherName)
      implements Runnable {

    @Override
    public void run() {
      try {
        var connection = connection();
        try {
          receive(connection);
        } catch (IOException e) {
          connection.disconnect();
          answer.completeExceptionally(meant(e));
        }
      } catch (IOException | RuntimeException e) {
        answer.completeExceptionally(e);
      }
    }

    private HttpURLConnection connection() throws IOException {
      var through =
          terms
              .proxy()
              .map(proxy ->
                  new Proxy(Proxy.Type.HTTP, new InetSocketAddress(proxy.host(), proxy.port())))
              .orElse(Proxy.NO_PROXY);
      var connection = (HttpURLConnection) call.url().toURL().openConnection(through);
      connection.setConnectTimeout(Math.toIntExact(terms.connect().toMillis()));
      connection.setInstanceFollowRedirects(false);
      var login = terms.proxy().flatMap(HttpProxy::credential);
      if (connection instanceof HttpsURLConnection secure) {
        login.ifPresent(
            known -> connection.setAuthenticator(LOGINS.computeIfAbsent(known, ProxyLogin::new)));
        String host = HttpOrigin.of(call.url()).orElseThrow().host().replaceFirst("\\.$", "");
        secure.setSSLSocketFactory(
            FACTORIES.computeIfAbsent(
                new Name(terms.trust(), host),
                name -> new NamedSockets(name.trust.getSocketFactory(), name.host)));
        secure.setHostnameVerifier((_, session) -> {
          boolean covered = !terms.verified() || CertificateNames.cover(host, session);
          otherName.set(!covered);
          return covered;
        });
      }
      var proxyLogin = terms.proxy().flatMap(ProxyAuthentication::header);
      if (proxyLogin.isPresent() && !(connection instanceof HttpsURLConnection)) {
        connection.setRequestProperty("Proxy-Authorization", proxyLogin.get());
      }
      try {
        call.headers()
            .forEach(header -> connection.addRequestProperty(header.name(), header.value()));
      } catch (IllegalArgumentException e) {
        throw HttpClients.unsendable(call);
      }
      return connection;
    }

    private void receive(HttpURLConnection connection) throws IOException {
      if (call.body().isPresent()) {
        connection.setDoOutput(true);
        try (var out = connection.getOutputStream()) {
          out.write(call.body().get());
        }
      }
      int status;
      try {
        status = connection.getResponseCode();
      } catch (IOException e) {
        var refusal = STATUS.matcher(String.valueOf(e.getMessage()));
        if (!refusal.matches()) {
          throw e;
        }
        // A proxy's, of a tunnel.
        answer.complete(
            new HttpAnswer(
                call.url(),
                Integer.parseInt(refusal.group(1)),
                HttpHeaders.of(Map.of(), (_, _) -> true),
                Inflow.empty()));
        throw e;
      }
      var error = connection.getErrorStream();
      try (var in = status < 400 ? connection.getInputStream() : error) {
        var room = new Semaphore(CHUNKS_AHEAD);
        var thread = Thread.currentThread();
        var inflow =
            new Inflow(
                receiver.idle,
                receiver.traffic,
                new Inflow.Source() {
                  @Override
                  public void more() {
                    room.release();
                  }

                  @Override
                  public void cancel() {
                    thread.interrupt();
                  }
                });
        receiver.alive.add(inflow);
        try {
          answer.complete(new HttpAnswer(call.url(), status, headers(connection), inflow));
          pump(in == null ? InputStream.nullInputStream() : in, inflow, room);
        } finally {
          receiver.alive.remove(inflow);
        }
      }
    }

    private static void pump(InputStream in, Inflow inflow, Semaphore room) throws IOException {
      var chunk = new byte[CHUNK];
      try {
        for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
          inflow.arrive(ByteBuffer.wrap(Arrays.copyOf(chunk, count)));
          room.acquire();
        }
        inflow.end();
      } catch (InterruptedException e) {
        throw new IOException("nobody wants the rest", e);
      } catch (IOException e) {
        inflow.fail(e);
        throw e;
      }
    }

    private static HttpHeaders headers(HttpURLConnection connection) {
      var headers = new HashMap<String, List<String>>();
      // The first has no name: it is the status line.
      for (int i = 1; connection.getHeaderField(i) != null; i++) {
        headers
            .computeIfAbsent(
                connection.getHeaderFieldKey(i).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
            .add(connection.getHeaderField(i));
      }
      return HttpHeaders.of(headers, (_, _) -> true);
    }

    /** The same failure as java.net.http would tell of it. */
    private IOException meant(IOException e) {
      if (e instanceof SocketTimeoutException) {
        // No read has a limit there.
        return new HttpConnectTimeoutException(e.getMessage());
      }
      if (otherName.get()) {
        return new SSLHandshakeException(
            "the certificate is not for " + HttpOrigin.of(call.url()).orElseThrow().host());
      }
      return e;
    }
  }

  /** Tells a proxy its password when it asks for it, and a server nothing. */
  private static final class ProxyLogin extends Authenticator {

    private final Credential credential;

    /** Whether this exchange has told it: it would be asked for twenty times. */
    private final ThreadLocal<Boolean> told = ThreadLocal.withInitial(() -> false);

    ProxyLogin(Credential credential) {
      this.credential = credential;
    }

    @Override
    protected PasswordAuthentication getPasswordAuthentication() {
      boolean basic = "basic".equalsIgnoreCase(getRequestingScheme());
      if (getRequestorType() != RequestorType.PROXY || !basic || told.get()) {
        return null;
      }
      told.set(true);
      return new PasswordAuthentication(credential.user(), credential.password().toCharArray());
    }
  }

  /**
   * Sockets that tell a server by which name it is asked for, whatever Java thinks of that name.
   */
  private static final class NamedSockets extends SSLSocketFactory {

    private final SSLSocketFactory sockets;
    private final String host;

    NamedSockets(SSLSocketFactory sockets, String host) {
      this.sockets = sockets;
      this.host = host;
    }

    @Override
    public Socket createSocket(Socket connected, String named, int port, boolean autoClose)
        throws IOException {
      var socket = (SSLSocket) sockets.createSocket(connected, named, port, autoClose);
      if (host.indexOf(':') < 0) {
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new ServerName(host)));
        socket.setSSLParameters(parameters);
      }
      return socket;
    }

    @Override
    public Socket createSocket(String named, int port) throws IOException {
      throw new UnsupportedOperationException("sockets come connected");
    }

    @Override
    public Socket createSocket(String named, int port, InetAddress from, int fromPort)
        throws IOException {
      return createSocket(named, port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port) throws IOException {
      return createSocket(address.getHostName(), port);
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress from, int fromPort)
        throws IOException {
      return createSocket(address, port);
    }

    @Override
    public String[] getDefaultCipherSuites() {
      return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return sockets.getSupportedCipherSuites();
    }
  }

  /** Not a SNIHostName, which may hold nothing but letters, digits and hyphens. */
  private static final class ServerName extends SNIServerName {
    ServerName(String host) {
      super(StandardConstants.SNI_HOST_NAME, host.getBytes(US_ASCII));
    }
  }

  /** Which hosts a certificate is for: Java's own check refuses the names this is for. */
  static final class CertificateNames {

    private static final int DNS = 2;

    private CertificateNames() {}

    static boolean cover(String host, SSLSession session) {
      try {
        var certificate = (X509Certificate) session.getPeerCertificates()[0];
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names != null
            && names.stream()
                .filter(name -> name.get(0).equals(DNS))
                .anyMatch(name -> covers((String) name.get(1), host));
      } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
        return false;
      }
    }

    /** As RFC 6125 has it: a star stands for the whole first label, never for a whole domain. */
    static boolean covers(String name, String host) {
      if (name.equalsIgnoreCase(host)) {
        return true;
      }
      int dot = host.indexOf('.');
      String parent = dot < 0 ? "" : host.substring(dot);
      return name.startsWith("*.")
          && parent.indexOf('.', 1) > 0
          && name.substring(1).equalsIgnoreCase(parent);
    }
  }
}
