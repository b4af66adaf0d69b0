package dev.gitfs.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.ServiceMayNotContinueException;
import org.eclipse.jgit.transport.UploadPack;

/**
 * JGit's upload-pack over HTTP, in this process: what its servlets do, behind the JDK's HTTP
 * server. It can be made to fail at what it offers.
 */
public final class JGitHttpServer implements GitServer {

  /** How a server fails at what it has offered. */
  public enum Failing {
    STATUS_500,
    ERROR_PACKET,
    EMPTY_ANSWER,
    CLOSED_CONNECTION,
    /** Answers as if it had not been asked for it. */
    IGNORED
  }

  private record Weakness(String line, Failing how) {}

  private static final String ADVERTISEMENT = "/info/refs";
  private static final String SERVICE = "/git-upload-pack";

  private final GitRepositories repositories;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile Optional<Weakness> weakness = Optional.empty();

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

  /** From now on fails so where a request has a line that begins with {@code line}. */
  public JGitHttpServer failAt(String line, Failing how) {
    weakness = Optional.of(new Weakness(line, how));
    return this;
  }

  /** How many requests have met the weakness. */
  public int failures() {
    return failures.get();
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

  private void upload(HttpExchange exchange, UploadPack upload) throws IOException {
    boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    InputStream body = exchange.getRequestBody();
    var lines = packets((zipped ? new GZIPInputStream(body) : body).readAllBytes());
    exchange.getResponseHeaders().set("Content-Type", "application/x-git-upload-pack-result");
    var met =
        weakness.filter(weak -> lines.stream().anyMatch(line -> line.startsWith(weak.line, 4)));
    if (met.isPresent()) {
      failures.incrementAndGet();
      switch (met.get().how) {
        case STATUS_500 -> exchange.sendResponseHeaders(500, -1);
        case ERROR_PACKET -> {
          exchange.sendResponseHeaders(200, 0);
          new PacketLineOut(exchange.getResponseBody()).writeString("ERR the hamster is tired");
        }
        case EMPTY_ANSWER -> exchange.sendResponseHeaders(200, -1);
        case CLOSED_CONNECTION -> throw new IOException("closes the connection");
        case IGNORED -> lines.removeIf(line -> line.startsWith(met.get().line, 4));
      }
      if (met.get().how != Failing.IGNORED) {
        return;
      }
    }
    exchange.sendResponseHeaders(200, 0);
    try {
      var asked = String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
      upload.upload(new ByteArrayInputStream(asked), exchange.getResponseBody(), null);
    } catch (ServiceMayNotContinueException e) {
      // The client has been told.
    }
  }

  /** Each with its length. */
  private static List<String> packets(byte[] body) {
    var text = new String(body, StandardCharsets.ISO_8859_1);
    var packets = new ArrayList<String>();
    for (int at = 0; at < text.length(); ) {
      int length = Math.max(4, Integer.parseInt(text.substring(at, at + 4), 16));
      packets.add(text.substring(at, at + length));
      at += length;
    }
    return packets;
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
