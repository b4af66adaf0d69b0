package dev.gitfs.git.remote;

import dev.gitfs.git.background.Background;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The credentials for one server. It starts with none, unless the URL holds them, and moves on each
 * time the server refuses: from the URL's to {@code ~/.netrc}, then to the user's credential
 * helpers. Once all are refused it starts over with the next request.
 *
 * <p>Safe for use by many threads: when the server refuses several requests at once, one of them
 * asks the helpers and all use what it learns.
 */
final class HttpAuthentication {

  /** A helper that writes a file or asks a daemon is done long before. */
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private enum Origin {
    URL,
    NETRC,
    HELPER
  }

  /** A credential in use. */
  static final class Login {

    private final Credential credential;
    private final Origin origin;
    private final Optional<CredentialHelpers.Answer> answer;

    /** Guarded by the lock of its {@link HttpAuthentication} but for quick looks. */
    private volatile boolean proven;

    private Login(Credential credential, Origin origin, Optional<CredentialHelpers.Answer> answer) {
      this.credential = credential;
      this.origin = origin;
      this.answer = answer;
    }

    String header() {
      return credential.basic();
    }
  }

  private final RemoteUrl.Http url;
  private final Optional<Path> netrc;
  private final CredentialHelpers helpers;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Optional<Login> current;
  private volatile Optional<Thread> approving = Optional.empty();

  HttpAuthentication(RemoteUrl.Http url, Optional<Path> netrc, CredentialHelpers helpers) {
    this.url = url;
    this.netrc = netrc;
    this.helpers = helpers;
    this.current = fromUrl();
  }

  /** What to send with the next request. */
  Optional<Login> current() {
    return current;
  }

  /**
   * The server refused {@code refused}, or, if that is empty, a request without credentials.
   *
   * @return what to try next; empty if there is nothing left
   */
  Optional<Login> next(Optional<Login> refused) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (current.isPresent() && !current.equals(refused)) {
        return current;
      }
      current = successor(refused);
      return current;
    } finally {
      lock.unlock();
    }
  }

  /** The server took {@code login}. */
  void accepted(Login login) {
    if (login.proven) {
      return;
    }
    lock.lock();
    try {
      if (!login.proven) {
        login.proven = true;
        // No request waits for a helper to store what it knows already.
        login.answer.ifPresent(answer ->
            approving =
                Optional.of(Background.start("credential helpers", () -> helpers.approve(answer))));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits, a moment at most, until helpers have stored what they were told. */
  void settle() {
    try {
      if (approving.isPresent()) {
        approving.get().join(SETTLING);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Login> successor(Optional<Login> refused) throws InterruptedException {
    if (refused.isEmpty()) {
      var fromUrl = fromUrl();
      return fromUrl.isPresent() ? fromUrl : fromNetrcOrHelpers();
    }
    var login = refused.get();
    return switch (login.origin) {
      case URL -> fromNetrcOrHelpers();
      case NETRC -> fromHelpers();
      case HELPER -> {
        login.answer.ifPresent(helpers::reject);
        // A token that has worked has now expired; its helper may know how to get another.
        yield login.proven ? fromHelpers() : Optional.empty();
      }
    };
  }

  private Optional<Login> fromUrl() {
    return url.credential().map(found -> new Login(found, Origin.URL, Optional.empty()));
  }

  private Optional<Login> fromNetrc() {
    return netrc
        .flatMap(file -> Netrc.look(file, url.origin().host(), url.user()))
        .map(found -> new Login(found, Origin.NETRC, Optional.empty()));
  }

  private Optional<Login> fromNetrcOrHelpers() throws InterruptedException {
    var fromNetrc = fromNetrc();
    return fromNetrc.isPresent() ? fromNetrc : fromHelpers();
  }

  private Optional<Login> fromHelpers() throws InterruptedException {
    return helpers
        .fill(url)
        .map(answer ->
            new Login(answer.credential().orElseThrow(), Origin.HELPER, Optional.of(answer)));
  }
}
