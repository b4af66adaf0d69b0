import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A git server over HTTPS on this machine, for finish-build: most repositories are reached like
 * that, and what an AOT cache has not seen in training it does not hold.
 *
 * <p>Run as {@code java TrainingServer.java KEYSTORE REPOSITORIES}; prints its URL and serves until
 * its standard input ends.
 */
final class TrainingServer {

  private static final char[] PASSWORD = "training".toCharArray();

  private final Path repositories;

  private TrainingServer(Path repositories) {
    this.repositories = repositories;
  }

  public static void main(String[] arguments) throws Exception {
    var keys = KeyStore.getInstance(Path.of(arguments[0]).toFile(), PASSWORD);
    var keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, PASSWORD);
    var tls = SSLContext.getInstance("TLS");
    tls.init(keyManagers.getKeyManagers(), null, null);
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", new TrainingServer(Path.of(arguments[1]))::answer);
    server.start();
    System.out.println("https://localhost:" + server.getAddress().getPort());
    System.in.transferTo(java.io.OutputStream.nullOutputStream());
    System.exit(0);
  }

  /** Hands a request to {@code git http-backend}, as a web server does: by the rules of CGI. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var builder = new ProcessBuilder("git", "http-backend");
      var environment = builder.environment();
      environment.put("GIT_PROJECT_ROOT", repositories.toString());
      environment.put("GIT_HTTP_EXPORT_ALL", "1");
      environment.put("REQUEST_METHOD", exchange.getRequestMethod());
      environment.put("PATH_INFO", exchange.getRequestURI().getPath());
      environment.put("QUERY_STRING", orEmpty(exchange.getRequestURI().getRawQuery()));
      environment.put(
          "CONTENT_TYPE", orEmpty(exchange.getRequestHeaders().getFirst("Content-Type")));
      environment.put(
          "GIT_PROTOCOL", orEmpty(exchange.getRequestHeaders().getFirst("Git-Protocol")));
      Path body = Files.createTempFile("training", null);
      try (InputStream request = decoded(exchange)) {
        Files.write(body, request.readAllBytes());
      }
      environment.put("CONTENT_LENGTH", Long.toString(Files.size(body)));
      Process process = builder.redirectInput(body.toFile()).start();
      try (InputStream response = process.getInputStream()) {
        int status = 200;
        for (String line = line(response); !line.isEmpty(); line = line(response)) {
          String[] header = line.split(": ", 2);
          if (header[0].equals("Status")) {
            status = Integer.parseInt(header[1].substring(0, 3));
          } else {
            exchange.getResponseHeaders().add(header[0], header[1]);
          }
        }
        exchange.sendResponseHeaders(status, 0);
        response.transferTo(exchange.getResponseBody());
      }
      Files.delete(body);
    }
  }

  private static InputStream decoded(HttpExchange exchange) throws IOException {
    InputStream body = exchange.getRequestBody();
    return "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
        ? new GZIPInputStream(body)
        : body;
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString();
  }

  private static String orEmpty(String value) {
    return value == null ? "" : value;
  }
}
