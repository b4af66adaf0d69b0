package dev.gitfs.git.remote;

import java.util.Map;

/**
 * What a remote takes from around it.
 *
 * @param environment the environment variables that count: git's, the proxies', {@code HOME}; also
 *     those of every child process
 */
public record RemoteOptions(
    Map<String, String> environment, Timeouts timeouts, RetryPolicy retries) {

  public RemoteOptions {
    environment = Map.copyOf(environment);
  }

  /** This process's environment and the default patience. */
  public static RemoteOptions defaults() {
    return new RemoteOptions(System.getenv(), Timeouts.DEFAULT, RetryPolicy.DEFAULT);
  }

  /** An environment holds tokens: it is not for logs. */
  @Override
  public String toString() {
    return "RemoteOptions[" + timeouts + ", " + retries + "]";
  }
}
