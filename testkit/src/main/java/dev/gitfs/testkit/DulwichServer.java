package dev.gitfs.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * dulwich, git in Python, as a server: over HTTP as a WSGI application, or over {@code git://}.
 * Speaks version 0 of the protocol alone, and offers filters but no objects by their ids.
 */
public final class DulwichServer implements GitServer {

  private static final String PROGRAM =
      """
      import sys
      from socketserver import ThreadingMixIn
      from wsgiref.simple_server import WSGIServer, make_server
      from dulwich.repo import Repo
      from dulwich.server import Backend, TCPGitServer
      from dulwich.web import make_wsgi_chain

      scheme, port, root = sys.argv[1], int(sys.argv[2]), sys.argv[3]

      class Repositories(Backend):
          def open_repository(self, path):
              path = path.decode() if isinstance(path, bytes) else path
              return Repo(root + "/" + path.strip("/"))

      class Threads(ThreadingMixIn, WSGIServer):
          daemon_threads = True

      if scheme == "git":
          TCPGitServer(Repositories(), "127.0.0.1", port).serve_forever()
      else:
          application = make_wsgi_chain(Repositories())
          make_server("127.0.0.1", port, application, server_class=Threads).serve_forever()
      """;

  private final String scheme;
  private final int port = ServerProcess.freePort();
  private final ServerProcess process;

  private DulwichServer(GitRepositories repositories, String scheme) {
    this.scheme = scheme;
    var python = Path.of(System.getProperty("gitfs.dulwich"), "bin/python");
    if (!Files.exists(python)) {
      throw new IllegalStateException("no dulwich in " + python + ": ./verify installs it");
    }
    process =
        ServerProcess.start(
            repositories.root(),
            repositories.root().resolve("dulwich-" + scheme + ".log"),
            Git.environment(),
            List.of(
                python.toString(),
                "-c",
                PROGRAM,
                scheme,
                Integer.toString(port),
                repositories.root().toString()),
            port);
  }

  public static DulwichServer http(GitRepositories repositories) {
    return new DulwichServer(repositories, "http");
  }

  public static DulwichServer daemon(GitRepositories repositories) {
    return new DulwichServer(repositories, "git");
  }

  @Override
  public String url(String repository) {
    return scheme + "://127.0.0.1:" + port + "/" + repository;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
  }
}
