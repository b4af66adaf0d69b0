package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jgit.transport.Daemon;
import org.eclipse.jgit.transport.DaemonClient;
import org.eclipse.jgit.transport.resolver.FileResolver;

/**
 * JGit's own server of the {@code git://} protocol, in this process. What a client has asked for
 * stays with its connection, as in every server that is made of JGit, Gerrit among them.
 */
public final class JGitDaemonServer implements GitServer {
  private final Daemon daemon;

  public JGitDaemonServer(GitRepositories repositories) {
    daemon = new Daemon(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    daemon.setRepositoryResolver(
        new FileResolver<DaemonClient>(repositories.root().toFile(), true));
    try {
      daemon.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String url(String repository) {
    return "git://127.0.0.1:" + port() + "/" + repository;
  }

  @Override
  public int port() {
    return daemon.getAddress().getPort();
  }

  @Override
  public void close() {
    daemon.stop();
  }
}
