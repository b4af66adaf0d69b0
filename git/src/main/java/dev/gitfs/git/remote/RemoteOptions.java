package dev.gitfs.git.remote;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a remote takes from around it.
 *
 * @param environment the environment variables that count: git's, the proxies', {@code HOME}; also
 *     those of every child process
 * @param credential what the server is offered over HTTP before anything the user's git knows; sent
 *     to the host that the source names, to no other that {@code url.*.insteadOf} or a redirect
 *     leads to
 * @param redirects whether a redirect of the server's may lead to the repository of that URL
 */
public record RemoteOptions(
    Map<String, String> environment,
    Timeouts timeouts,
    RetryPolicy retries,
    Optional<CredentialSource> credential,
    Predicate<String> redirects) {

  public RemoteOptions {
    environment = Map.copyOf(environment);
  }

  public RemoteOptions(Map<String, String> environment, Timeouts timeouts, RetryPolicy retries) {
    this(environment, timeouts, retries, Optional.empty(), _ -> true);
  }

  /** This process's environment and the default patience. */
  public static RemoteOptions defaults() {
    return new RemoteOptions(System.getenv(), Timeouts.DEFAULT, RetryPolicy.DEFAULT);
  }

  /** The same, with a credential from {@code offered}. */
  public RemoteOptions with(CredentialSource offered) {
    return new RemoteOptions(environment, timeouts, retries, Optional.of(offered), redirects);
  }

  /** The same, with redirects followed only to repositories of which {@code allowed} holds. */
  public RemoteOptions redirectedOnlyTo(Predicate<String> allowed) {
    return new RemoteOptions(environment, timeouts, retries, credential, allowed);
  }

  /** An environment holds tokens: it is not for logs. */
  @Override
  public String toString() {
    return "RemoteOptions[" + timeouts + ", " + retries + "]";
  }
}
