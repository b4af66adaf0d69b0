package dev.gitfs.git.remote;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The credentials for one server. It starts without any; when the server asks for some, its sources
 * are asked one after the other: what was given with the remote, the URL, {@code ~/.netrc}, the
 * user's credential helpers, the askpass program. A source whose credential worked, and no longer
 * does, is asked once more. Once all are refused it starts over with the next request.
 *
 * <p>A user and password are sent to a server that offers Basic, to no other: as curl does for git.
 *
 * <p>Safe for use by many threads: when the server refuses several requests at once, one of them
 * asks the sources and all use what it learns, be it a failure.
 */
final class HttpAuthentication {

  /** A helper that writes a file or asks a daemon is done long before. */
  private static final Duration SETTLING = Duration.ofSeconds(2);

  /** Readers of a directory that all fail ask the sources once in this time, not once each. */
  private static final Duration SHORTEST_MEMORY = Duration.ofSeconds(1);

  /** A place where credentials come from. */
  private interface Source {

    /** What it is called after "the credentials from". */
    String name();

    /** What a person can do who reads that it was refused. */
    String advice();

    Optional<Login> ask(Challenges challenges) throws IOException, InterruptedException;
  }

  /** A credential in use. */
  static final class Login {

    private final Source source;
    private final String header;
    private final Optional<CredentialHelpers.Answer> answer;

    /** Guarded by the lock of its {@link HttpAuthentication} but for quick looks. */
    private volatile boolean proven;

    private Login(Source source, Credential credential) {
      this(source, credential.basic(), Optional.empty());
    }

    private Login(Source source, String header, Optional<CredentialHelpers.Answer> answer) {
      this.source = source;
      this.header = header;
      this.answer = answer;
    }

    /** The value of {@code Authorization}. */
    String header() {
      return header;
    }

    private boolean isBasic() {
      return header.startsWith("Basic ");
    }

    private boolean hasExpired() {
      return answer.filter(CredentialHelpers.Answer::hasExpired).isPresent();
    }
  }

  private record Failure(TryFailedException exception, long untilNanos) {}

  private final RemoteUrl.Http url;
  private final List<Source> sources;
  private final CredentialHelpers helpers;
  private final Optional<Challenges> proactive;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile Optional<Login> current = Optional.empty();
  private volatile Optional<Thread> approving = Optional.empty();

  // Guarded by the lock.
  private final Set<Source> refused = new LinkedHashSet<>();
  private final List<String> problems = new ArrayList<>();
  private Optional<Failure> failure = Optional.empty();

  /**
   * @param given what goes before everything that the user's git knows
   */
  HttpAuthentication(
      RemoteUrl.Http url,
      HttpSettings settings,
      Map<String, String> environment,
      CredentialHelpers helpers,
      Optional<Askpass> askpass,
      Optional<CredentialSource> given) {
    this.url = url;
    this.helpers = helpers;
    var netrc = Optional.ofNullable(environment.get("HOME")).map(home -> Path.of(home, ".netrc"));
    this.sources =
        Stream.<Optional<Source>>of(
                given.map(Given::new),
                url.user().or(url::password).map(_ -> new FromUrl(netrc)),
                netrc.map(FromNetrc::new),
                Optional.of(new FromHelpers()),
                askpass.map(FromAskpass::new))
            .flatMap(Optional::stream)
            .toList();
    this.proactive =
        settings
            .proactiveAuthentication()
            .or(() -> given.filter(CredentialSource::proactive).map(_ -> Challenges.UNKNOWN));
  }

  /** What to send with the next request. */
  Optional<Login> current() throws TryFailedException, InterruptedException {
    var login = current;
    boolean fresh = login.isPresent() ? !login.get().hasExpired() : proactive.isEmpty();
    if (fresh) {
      return login;
    }
    lock.lockInterruptibly();
    try {
      if (current.equals(login) && failure.filter(HttpAuthentication::isRecent).isEmpty()) {
        current = successor(login, proactive.orElse(Challenges.UNKNOWN));
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The server refused a request, with status 401, or with 403 what was sent along. Returns if
   * {@link #current} now has something else to try.
   *
   * @param sent what the request was sent with
   * @param wanted the values of the answer's {@code WWW-Authenticate}
   * @throws TryFailedException if there is nothing left to try; it says what was tried
   */
  void refused(Optional<Login> sent, int status, List<String> wanted)
      throws TryFailedException, InterruptedException {
    long began = System.nanoTime();
    lock.lockInterruptibly();
    try {
      if (current.isPresent() && !current.equals(sent)) {
        return;
      }
      if (failure.filter(HttpAuthentication::isRecent).isPresent()) {
        throw failure.get().exception;
      }
      var challenges = new Challenges(wanted);
      current = status == 403 ? renewed(sent, challenges) : successor(sent, challenges);
      if (current.isEmpty()) {
        var exception = status == 403 ? forbidden(sent) : unauthenticated(challenges);
        refused.clear();
        problems.clear();
        // A helper that took long to say nothing is not asked at once again.
        long memory = Math.max(SHORTEST_MEMORY.toNanos(), System.nanoTime() - began);
        failure = Optional.of(new Failure(exception, System.nanoTime() + memory));
        throw exception;
      }
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
      refused.clear();
      problems.clear();
      failure = Optional.empty();
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

  private static boolean isRecent(Failure failure) {
    return System.nanoTime() < failure.untilNanos;
  }

  /** What the source of {@code sent} has now, if that is something else. */
  private Optional<Login> renewed(Optional<Login> sent, Challenges challenges)
      throws InterruptedException {
    if (sent.isEmpty() || !sent.get().proven) {
      return Optional.empty();
    }
    // 403 comes without a challenge; what worked before was asked for then.
    return ask(sent.get().source, challenges)
        .filter(login -> !login.header.equals(sent.get().header));
  }

  /** Of the source of {@code sent}, if it worked before, or of one after it. */
  private Optional<Login> successor(Optional<Login> sent, Challenges challenges)
      throws InterruptedException {
    int next = 0;
    if (sent.isPresent()) {
      var login = sent.get();
      refused.add(login.source);
      login.answer.filter(_ -> !login.hasExpired()).ifPresent(helpers::reject);
      next = sources.indexOf(login.source) + (login.proven ? 0 : 1);
    }
    for (var source : sources.subList(next, sources.size())) {
      var login =
          ask(source, challenges)
              .filter(found -> !found.isBasic() || challenges.offers("Basic"))
              .filter(found -> sent.isEmpty() || !found.header.equals(sent.get().header));
      if (login.isPresent()) {
        return login;
      }
    }
    return Optional.empty();
  }

  private Optional<Login> ask(Source source, Challenges challenges) throws InterruptedException {
    try {
      return source.ask(challenges);
    } catch (IOException e) {
      problems.add(e.getMessage());
      return Optional.empty();
    }
  }

  private TryFailedException unauthenticated(Challenges challenges) {
    String wanted = "";
    if (challenges.isEmpty() && refused.isEmpty()) {
      wanted = "it does not say which kind (no WWW-Authenticate), so none are sent; ";
    } else if (!challenges.isEmpty() && !challenges.offers("Basic")) {
      wanted =
          "it wants "
              + challenges
              + " and does not offer Basic, the one scheme for a user and password that git-fs"
              + " speaks; another can come from a credential helper alone (git 2.46 and later,"
              + " authtype); ";
    }
    String said;
    if (!refused.isEmpty()) {
      said =
          "the server refused the credentials from "
              + refused.stream().map(Source::name).collect(Collectors.joining(", and those from "))
              + " (status 401); "
              + wanted
              + refused.stream().map(Source::advice).collect(Collectors.joining("; "));
    } else if (!wanted.isEmpty() || !problems.isEmpty()) {
      said = "the server wants credentials (status 401)" + wanted.replaceFirst("^(.*); $", "; $1");
    } else {
      said =
          "the server wants credentials, and neither ~/.netrc nor a git credential helper has any"
              + "; or there is no such repository (status 401)";
    }
    return TryFailedException.lasting(Kind.UNAUTHENTICATED, said + told());
  }

  private TryFailedException forbidden(Optional<Login> sent) {
    String said =
        sent.map(login ->
                "access is not allowed with the credentials from "
                    + login.source.name()
                    + " (status 403); "
                    + login.source.advice())
            .orElse("access is not allowed (status 403)");
    return TryFailedException.lasting(Kind.FORBIDDEN, said + told());
  }

  private String told() {
    return problems.isEmpty()
        ? ""
        : "; " + problems.stream().distinct().collect(Collectors.joining("; "));
  }

  private final class Given implements Source {

    private final CredentialSource given;

    Given(CredentialSource given) {
      this.given = given;
    }

    @Override
    public String name() {
      return given.name();
    }

    @Override
    public String advice() {
      return given.advice();
    }

    @Override
    public Optional<Login> ask(Challenges challenges) throws IOException {
      return Optional.of(new Login(this, given.credential()));
    }
  }

  /** A user alone has an empty password, unless {@code ~/.netrc} has one for him: as in curl. */
  private final class FromUrl implements Source {

    private final Optional<Path> netrc;

    FromUrl(Optional<Path> netrc) {
      this.netrc = netrc;
    }

    @Override
    public String name() {
      return "the URL";
    }

    @Override
    public String advice() {
      return "correct them there";
    }

    @Override
    public Optional<Login> ask(Challenges challenges) {
      String user = url.user().orElse("");
      String password =
          url.password().or(() -> netrc.flatMap(this::known).map(Credential::password)).orElse("");
      return Optional.of(new Login(this, new Credential(user, password)));
    }

    private Optional<Credential> known(Path file) {
      return Netrc.look(file, url.origin().host(), url.user());
    }
  }

  private final class FromNetrc implements Source {

    private final Path file;

    FromNetrc(Path file) {
      this.file = file;
    }

    @Override
    public String name() {
      return file.toString();
    }

    @Override
    public String advice() {
      return "correct the entry of " + url.origin().host() + " in " + file;
    }

    @Override
    public Optional<Login> ask(Challenges challenges) {
      return Netrc.look(file, url.origin().host(), url.user()).map(found -> new Login(this, found));
    }
  }

  private final class FromHelpers implements Source {

    @Override
    public String name() {
      return "git's credential helper";
    }

    @Override
    public String advice() {
      return "log in anew with that helper, or try: git credential fill";
    }

    @Override
    public Optional<Login> ask(Challenges challenges) throws IOException, InterruptedException {
      return helpers
          .fill(url, challenges)
          .map(
              answer -> new Login(this, answer.authorization().orElseThrow(), Optional.of(answer)));
    }
  }

  private final class FromAskpass implements Source {

    private final Askpass askpass;

    FromAskpass(Askpass askpass) {
      this.askpass = askpass;
    }

    @Override
    public String name() {
      return askpass.name();
    }

    @Override
    public String advice() {
      return "see what it prints for: Password for '" + url.base().resolve("/") + "'";
    }

    @Override
    public Optional<Login> ask(Challenges challenges) throws IOException, InterruptedException {
      return helpers
          .fill(url, challenges, askpass)
          .map(
              answer -> new Login(this, answer.authorization().orElseThrow(), Optional.of(answer)));
    }
  }
}
