package dev.gitfs.git.remote;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's credential helpers, through {@code git credential}: its lines go over pipes, never
 * over a command line.
 */
final class CredentialHelpers {

  private static final Logger log = LoggerFactory.getLogger(CredentialHelpers.class);

  /** Helpers may go to the network themselves, to refresh a token. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** All that a helper said: it wants to see it again. Its text form shows nothing. */
  record Answer(Map<String, String> fields) {

    Optional<Credential> credential() {
      return fields.containsKey("username") && fields.containsKey("password")
          ? Optional.of(new Credential(fields.get("username"), fields.get("password")))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return "Answer[…]";
    }
  }

  private final GitProgram git;

  CredentialHelpers(GitProgram git) {
    this.git = git;
  }

  /** Asks for a credential; empty if no helper has one. */
  Optional<Answer> fill(RemoteUrl.Http url) throws InterruptedException {
    var question = new LinkedHashMap<String, String>();
    question.put("protocol", url.base().getScheme());
    question.put("host", url.base().getRawAuthority());
    // git drops the path unless credential.useHttpPath says otherwise.
    question.put("path", url.base().getPath().replaceFirst("^/", ""));
    url.user().ifPresent(user -> question.put("username", user));
    try {
      var answer = new Answer(parse(run("fill", question)));
      return Optional.of(answer).filter(given -> given.credential().isPresent());
    } catch (IOException e) {
      log.debug("{}: git credential fill: {}", url, e.getMessage());
      return Optional.empty();
    }
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
      run(verdict, answer.fields());
    } catch (IOException e) {
      log.debug("git credential {}: {}", verdict, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String run(String action, Map<String, String> fields)
      throws IOException, InterruptedException {
    var input = new StringBuilder();
    fields.forEach((name, value) -> input.append(name).append('=').append(value).append('\n'));
    return GitProgram.run(
        git.outside("credential", action), input.append('\n').toString(), PATIENCE);
  }

  private static Map<String, String> parse(String output) {
    var fields = new LinkedHashMap<String, String>();
    for (String line : output.split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        fields.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return fields;
  }
}
