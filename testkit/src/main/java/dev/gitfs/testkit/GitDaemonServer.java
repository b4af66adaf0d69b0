package dev.gitfs.testkit;

import java.util.List;

/** {@code git daemon}: the {@code git://} protocol. */
public final class GitDaemonServer implements GitServer {
  private final int port = ServerProcess.freePort();
  private final ServerProcess process;

  public GitDaemonServer(GitRepositories repositories) {
    process =
        ServerProcess.start(
            repositories.root(),
            repositories.root().resolve("daemon.log"),
            Git.environment(),
            List.of(
                Git.program("git-daemon").toString(),
                "--export-all",
                "--reuseaddr",
                "--verbose",
                "--listen=127.0.0.1",
                "--port=" + port,
                "--base-path=" + repositories.root()),
            port);
  }

  @Override
  public String url(String repository) {
    return "git://127.0.0.1:" + port + "/" + repository;
  }

  @Override
  public int port() {
    return port;
  }

  /** How many commands clients have sent. */
  public int requests() {
    return (int) process.output().lines().filter(line -> line.contains("Request ")).count();
  }

  @Override
  public void close() {
    process.close();
  }
}
