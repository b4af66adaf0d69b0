package dev.gitfs.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.ServiceMayNotContinueException;
import org.eclipse.jgit.transport.UploadPack;

/**
 * JGit's upload-pack over HTTP, in this process: what its servlets do, behind the JDK's HTTP
 * server.
 */
public final class JGitHttpServer implements GitServer {
  private static final String ADVERTISEMENT = "/info/refs";
  private static final String SERVICE = "/git-upload-pack";

  private final GitRepositories repositories;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  public JGitHttpServer(GitRepositories repositories) {
    this.repositories = repositories;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String end = path.endsWith(ADVERTISEMENT) ? ADVERTISEMENT : SERVICE;
      var repository =
          path.endsWith(end) ? open(path.replace(end, "")) : Optional.<Repository>empty();
      if (repository.isEmpty()) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      try (var opened = repository.get()) {
        var upload = new UploadPack(opened);
        upload.setBiDirectionalPipe(false);
        var version = exchange.getRequestHeaders().getFirst("Git-Protocol");
        upload.setExtraParameters(version == null ? List.of() : List.of(version));
        if (end.equals(SERVICE)) {
          upload(exchange, upload);
        } else {
          advertise(exchange, upload);
        }
      }
    }
  }

  private Optional<Repository> open(String path) throws IOException {
    var directory = repositories.root().resolve(path.substring(1)).toFile();
    return directory.isDirectory()
        ? Optional.of(new FileRepositoryBuilder().setGitDir(directory).build())
        : Optional.empty();
  }

  private static void advertise(HttpExchange exchange, UploadPack upload) throws IOException {
    exchange
        .getResponseHeaders()
        .set("Content-Type", "application/x-git-upload-pack-advertisement");
    exchange.sendResponseHeaders(200, 0);
    var packets = new PacketLineOut(exchange.getResponseBody());
    upload.sendAdvertisedRefs(new PacketLineOutRefAdvertiser(packets), "git-upload-pack");
  }

  private static void upload(HttpExchange exchange, UploadPack upload) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    InputStream body = exchange.getRequestBody();
    exchange.getResponseHeaders().set("Content-Type", "application/x-git-upload-pack-result");
    exchange.sendResponseHeaders(200, 0);
    try {
      upload.upload(zipped ? new GZIPInputStream(body) : body, exchange.getResponseBody(), null);
    } catch (ServiceMayNotContinueException e) {
      // The client has been told.
    }
  }

  @Override
  public String url(String repository) {
    return "http://127.0.0.1:" + port() + "/" + repository;
  }

  @Override
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
