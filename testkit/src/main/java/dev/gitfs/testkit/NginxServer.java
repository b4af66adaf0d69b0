package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * nginx with TLS and HTTP/2, its certificate signed by a private CA made for the test, in front of
 * {@code git http-backend} through fcgiwrap. Clients need {@link #caFile}. The certificate is also
 * for {@code git_host}.
 */
public final class NginxServer implements GitServer {
  private final Path home;
  private final int port = ServerProcess.freePort();
  private final ServerProcess fcgiwrap;
  private final ServerProcess nginx;

  public NginxServer(GitRepositories repositories) {
    this(repositories, 1000);
  }

  /** One that ends each connection after so many requests. */
  public static NginxServer closingAfter(int requests, GitRepositories repositories) {
    return new NginxServer(repositories, requests);
  }

  private NginxServer(GitRepositories repositories, int requestsPerConnection) {
    try {
      home = Files.createTempDirectory("gitfs-nginx");
      Files.createDirectories(home.resolve("temp"));
      certificates();
      Files.writeString(
          home.resolve("nginx.conf"), configuration(repositories, requestsPerConnection));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var socket = home.resolve("fcgi.sock");
    fcgiwrap =
        ServerProcess.start(
            home,
            home.resolve("fcgiwrap.log"),
            Git.environment(),
            // Eight at a time: as many clients as a test runs, or more wait a moment.
            List.of("fcgiwrap", "-c", "8", "-s", "unix:" + socket),
            () -> Files.exists(socket));
    nginx =
        ServerProcess.start(
            home,
            home.resolve("nginx.log"),
            Git.environment(),
            List.of("nginx", "-p", home.toString(), "-c", home.resolve("nginx.conf").toString()),
            port);
  }

  private String configuration(GitRepositories repositories, int requestsPerConnection) {
    return """
    daemon off;
    %s
    worker_processes 1;
    pid %2$s/nginx.pid;
    error_log %2$s/error.log warn;
    events { worker_connections 256; }
    http {
      log_format requests '$server_protocol $status $connection $request_method $request_uri';
      access_log %2$s/access.log requests;
      client_body_temp_path %2$s/temp/body;
      proxy_temp_path %2$s/temp/proxy;
      fastcgi_temp_path %2$s/temp/fastcgi;
      uwsgi_temp_path %2$s/temp/uwsgi;
      scgi_temp_path %2$s/temp/scgi;
      client_max_body_size 0;
      keepalive_requests %6$d;
      server {
        listen 127.0.0.1:%3$d ssl http2;
        server_name localhost;
        ssl_certificate %2$s/server.pem;
        ssl_certificate_key %2$s/server.key;
        location / {
          fastcgi_pass unix:%2$s/fcgi.sock;
          fastcgi_buffering off;
          fastcgi_read_timeout 300s;
          fastcgi_param SCRIPT_FILENAME %4$s;
          fastcgi_param GIT_PROJECT_ROOT %5$s;
          fastcgi_param GIT_HTTP_EXPORT_ALL "";
          fastcgi_param PATH_INFO $uri;
          fastcgi_param QUERY_STRING $query_string;
          fastcgi_param REQUEST_METHOD $request_method;
          fastcgi_param CONTENT_TYPE $content_type;
          fastcgi_param CONTENT_LENGTH $content_length;
          fastcgi_param REMOTE_ADDR $remote_addr;
          fastcgi_param SERVER_PROTOCOL $server_protocol;
        }
      }
    }
    """
        .formatted(
            // Workers must reach a test's private directories.
            System.getProperty("user.name").equals("root") ? "user root;" : "",
            home,
            port,
            Git.program("git-http-backend"),
            repositories.root(),
            requestsPerConnection);
  }

  private void certificates() throws IOException {
    Files.writeString(
        home.resolve("server.ext"), "subjectAltName=DNS:localhost,DNS:git_host,IP:127.0.0.1\n");
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
            + " -keyout ca.key -out ca.pem -subj /CN=git-fs-test-CA");
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
            + " -keyout server.key -out server.csr -subj /CN=localhost");
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30"
            + " -extfile server.ext -out server.pem");
  }

  private void openssl(String arguments) {
    Processes.command(Stream.concat(Stream.of("openssl"), Stream.of(arguments.split(" "))).toList())
        .in(home)
        .run()
        .orFail();
  }

  @Override
  public String url(String repository) {
    return "https://localhost:" + port + "/" + repository;
  }

  @Override
  public int port() {
    return port;
  }

  /** The private CA's certificate, in PEM: what a client must trust. */
  public Path caFile() {
    return home.resolve("ca.pem");
  }

  /**
   * What it has answered so far, once that is {@code least} requests: an answer is logged some time
   * after the client has read it.
   */
  public List<Access> accesses(int least) throws InterruptedException {
    Eventually.holds(least + " requests are logged", () -> accesses().size() >= least);
    return accesses();
  }

  /** What it has logged so far, in order of completion. */
  public List<Access> accesses() {
    try {
      return Files.readAllLines(home.resolve("access.log")).stream().map(Access::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One answered request.
   *
   * @param protocol {@code HTTP/2.0} or {@code HTTP/1.1}
   * @param connection the number of the connection it came over
   */
  public record Access(String protocol, int status, long connection, String method, String uri) {

    private static Access parse(String line) {
      var fields = line.split(" ", 5);
      return new Access(
          fields[0], Integer.parseInt(fields[1]), Long.parseLong(fields[2]), fields[3], fields[4]);
    }
  }

  @Override
  public void close() {
    nginx.close();
    fcgiwrap.close();
    TemporaryFiles.delete(home);
  }
}
