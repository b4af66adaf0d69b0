package dev.gitfs.testkit;

/** A git server on a free port of the loopback interface. Closing it ends all its processes. */
public interface GitServer extends AutoCloseable {

  /** The URL of a repository by its name in the served {@link GitRepositories}. */
  String url(String repository);

  default String url(TestRepository repository) {
    return url(repository.name());
  }

  /** The port it listens on, 127.0.0.1; 0 for none. */
  int port();

  @Override
  void close();

  /** No server at all: repositories by their path. */
  static GitServer localPath(GitRepositories repositories) {
    return new GitServer() {
      @Override
      public String url(String repository) {
        return repositories.root().resolve(repository).toString();
      }

      @Override
      public int port() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }
}
