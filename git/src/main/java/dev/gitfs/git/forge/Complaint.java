package dev.gitfs.git.forge;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gitfs.git.remote.HttpAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What a forge's API says in the body of a refusal, for the log. */
final class Complaint {

  /** A sentence and where to read more; a page of HTML is none. */
  private static final int MOST_READ = 16 << 10;

  private static final int MOST_SAID = 300;

  private Complaint() {}

  /** Its message in one line, or nothing. */
  static String of(HttpAccess.Answer answer) {
    try {
      var body = new String(answer.body().readNBytes(MOST_READ), StandardCharsets.UTF_8);
      return JsonParser.parseString(body) instanceof JsonObject said ? message(said) : "";
    } catch (IOException | JsonParseException e) {
      return "";
    }
  }

  /** GitHub, GitLab and Gitea say {@code message}; Bitbucket and mesa say it in {@code error}. */
  private static String message(JsonObject said) {
    var within = said.get("error") instanceof JsonObject error ? error : said;
    String message =
        Dialect.text(within, "message").or(() -> Dialect.text(within, "error")).orElse("");
    String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
    return line.length() > MOST_SAID ? line.substring(0, MOST_SAID) + "…" : line;
  }
}
