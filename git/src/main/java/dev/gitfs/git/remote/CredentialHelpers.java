package dev.gitfs.git.remote;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's credential helpers and askpass program, through {@code git credential}: its lines go
 * over pipes, never over a command line. In a process, one question at a time is asked for a
 * server; remotes that have the same question meanwhile share its answer.
 */
final class CredentialHelpers {

  private static final Logger log = LoggerFactory.getLogger(CredentialHelpers.class);

  /** Helpers may go to the network themselves, to refresh a token; nobody is there to type. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** How git's last words begin when nothing has an answer. */
  private static final String UNANSWERED = "fatal: could not read ";

  /** A field of git's credential protocol; a name may come more than once ({@code wwwauth[]}). */
  record Field(String name, String value) {}

  /** All that a helper said: it wants to see it again. Its text form shows nothing. */
  record Answer(List<Field> fields) {

    /**
     * The value of {@code Authorization}: what the helper made itself ({@code authtype}, git 2.46
     * and later), or Basic.
     */
    Optional<String> authorization() {
      var made =
          value("authtype").flatMap(type -> value("credential").map(secret -> type + " " + secret));
      return made.or(() ->
          value("username")
              .flatMap(user -> value("password").map(secret -> new Credential(user, secret)))
              .map(Credential::basic));
    }

    /** Whether it is of no use any more (git 2.40 and later tells). */
    boolean hasExpired() {
      return value("password_expiry_utc")
          .filter(seconds -> seconds.matches("[0-9]{1,12}"))
          .map(seconds -> Instant.ofEpochSecond(Long.parseLong(seconds)))
          .filter(at -> !Instant.now().isBefore(at))
          .isPresent();
    }

    private Optional<String> value(String name) {
      return fields.stream()
          .filter(field -> field.name.equals(name))
          .map(Field::value)
          .reduce((_, later) -> later);
    }

    @Override
    public String toString() {
      return "Answer[…]";
    }
  }

  /**
   * What is asked.
   *
   * @param askpass the program that is asked, instead of the helpers
   */
  private record Question(List<Field> fields, Optional<Askpass> askpass) {}

  /** What came of a question. */
  private record Outcome(Question question, Optional<Answer> answer, Optional<IOException> no) {}

  /** Where the questions for one server queue. */
  private static final class Queue {
    private final ReentrantLock turn = new ReentrantLock(true);

    // Guarded by the turn. Kept only while somebody waits who may have the same question.
    private Optional<Outcome> last = Optional.empty();
  }

  private static final Map<String, Queue> QUEUES = new ConcurrentHashMap<>();

  private final GitProgram git;
  private final GitConfig config;

  CredentialHelpers(GitProgram git, GitConfig config) {
    this.git = git;
    this.config = config;
  }

  /**
   * Asks the helpers for a credential; empty if none has one.
   *
   * @throws IOException if git or a helper fails; fit for people
   */
  Optional<Answer> fill(RemoteUrl.Http url, Challenges challenges)
      throws IOException, InterruptedException {
    return fill(url, new Question(fields(url, challenges), Optional.empty()));
  }

  /**
   * Has git ask {@code askpass} for what the URL does not say of user and password.
   *
   * @throws IOException if git or the program fails; fit for people
   */
  Optional<Answer> fill(RemoteUrl.Http url, Challenges challenges, Askpass askpass)
      throws IOException, InterruptedException {
    return fill(url, new Question(fields(url, challenges), Optional.of(askpass)));
  }

  private Optional<Answer> fill(RemoteUrl.Http url, Question question)
      throws IOException, InterruptedException {
    var queue = QUEUES.computeIfAbsent(url.base().resolve("/").toString(), _ -> new Queue());
    boolean queued = !queue.turn.tryLock();
    if (queued) {
      queue.turn.lockInterruptibly();
    }
    try {
      var shared = queue.last.filter(outcome -> outcome.question.equals(question));
      var outcome = queued && shared.isPresent() ? shared.get() : ask(question);
      queue.last = queue.turn.hasQueuedThreads() ? Optional.of(outcome) : Optional.empty();
      if (outcome.no.isPresent()) {
        throw outcome.no.get();
      }
      return outcome.answer;
    } finally {
      queue.turn.unlock();
    }
  }

  private Outcome ask(Question question) throws InterruptedException {
    try {
      var command =
          question.askpass.map(git::asking).orElseGet(() -> git.outside("credential", "fill"));
      var answer = new Answer(parse(run(command, question.fields)));
      return new Outcome(
          question,
          Optional.of(answer)
              .filter(given -> given.authorization().isPresent())
              .filter(given -> !given.hasExpired()),
          Optional.empty());
    } catch (GitProgram.TimeoutException e) {
      var said =
          new IOException(
              question.askpass.map(Askpass::name).orElse("a credential helper")
                  + " has not answered within "
                  + Durations.text(PATIENCE)
                  + " and was ended"
                  + (question.askpass.isPresent()
                      ? ""
                      : "; to see which, run: git config --get-all credential.helper"),
              e);
      return new Outcome(question, Optional.empty(), Optional.of(said));
    } catch (GitProgram.FailedException e) {
      return new Outcome(
          question,
          Optional.empty(),
          words(question, e.words()).map(said -> new IOException(said, e)));
    } catch (IOException e) {
      log.debug("git credential fill: {}", e.getMessage());
      return new Outcome(question, Optional.empty(), Optional.of(e));
    }
  }

  /** What to say of git's words; nothing if all is well but that there is no answer. */
  private static Optional<String> words(Question question, String words) {
    var own =
        words
            .lines()
            // Without an answer git would ask the user, says that it may not, and fails.
            .filter(line -> question.askpass.isPresent() || !line.startsWith(UNANSWERED))
            // The user wants no program run: credential.interactive (credential.c).
            .filter(line -> !line.equals("fatal: unable to get password from user"))
            .toList();
    if (own.isEmpty()) {
      return Optional.empty();
    }
    if (question.askpass.isEmpty()) {
      return Optional.of("git credential fill: " + words);
    }
    // git's own words alone: what the program says may hold what was for git alone.
    String why =
        own.stream()
            .filter(line -> line.matches("(error|fatal): cannot .*"))
            .reduce((_, last) -> last)
            .map(line -> ": " + line.substring(line.indexOf(' ') + 1))
            .orElse("");
    return Optional.of(
        question.askpass.get().name()
            + " gave no answer"
            + why
            + "; it has to print the user, or the password, and end with status 0");
  }

  private List<Field> fields(RemoteUrl.Http url, Challenges challenges) {
    URI base = url.base();
    var target = UrlPattern.Target.of(url);
    var question = new ArrayList<Field>();
    // Passed on by git 2.46 and later; those before pass over what they do not know.
    question.add(new Field("capability[]", "authtype"));
    question.add(new Field("protocol", base.getScheme()));
    question.add(new Field("host", base.getRawAuthority()));
    // git drops it, but then two repositories would have two questions.
    if (config
        .urlValue("credential", target, "usehttppath")
        .filter(GitConfig::isTrue)
        .isPresent()) {
      question.add(new Field("path", base.getPath().replaceFirst("^/", "")));
    }
    url.user().ifPresent(user -> question.add(new Field("username", user)));
    challenges.headers().forEach(header -> question.add(new Field("wwwauth[]", header)));
    return List.copyOf(question);
  }

  /** The credential worked: helpers may store it. */
  void approve(Answer answer) {
    tell("approve", answer);
  }

  /** It did not: helpers may forget it. */
  void reject(Answer answer) {
    tell("reject", answer);
  }

  private void tell(String verdict, Answer answer) {
    try {
      run(git.outside("credential", verdict), answer.fields());
    } catch (IOException e) {
      log.debug("git credential {}: {}", verdict, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String run(ProcessBuilder command, List<Field> fields)
      throws IOException, InterruptedException {
    String input =
        fields.stream()
            .map(field -> field.name + "=" + field.value + "\n")
            .collect(Collectors.joining("", "", "\n"));
    return GitProgram.run(command, input, PATIENCE);
  }

  private static List<Field> parse(String output) {
    return Stream.of(output.split("\n"))
        .filter(line -> line.indexOf('=') > 0)
        .map(line ->
            new Field(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)))
        .toList();
  }
}
