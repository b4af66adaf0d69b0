package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Understands what git servers, git and ssh say when something fails. There is no other way to
 * tell: none of them sends a code.
 */
final class ServerComplaint {

  private record Phrase(String text, Kind kind, String advice) {
    Phrase(String text, Kind kind) {
      this(text, kind, "");
    }
  }

  private static final String NO_GIT =
      "no git-upload-pack is where the server looks for programs (PATH): install git there, or add"
          + " its directory to the PATH of logins without a terminal";

  /** The first that occurs in a complaint decides, so the particular stand before the general. */
  private static final List<Phrase> PHRASES =
      List.of(
          // These repeat a path, which may hold any of the others.
          new Phrase(
              "dubious ownership",
              Kind.FORBIDDEN,
              "it belongs to another user; to trust it, run: git config --global --add"
                  + " safe.directory DIRECTORY"),
          new Phrase("does not appear to be a git repository", Kind.NOT_FOUND),
          new Phrase("not a git repository", Kind.NOT_FOUND),
          new Phrase("repository not exported", Kind.NOT_FOUND),
          new Phrase("repository not found", Kind.NOT_FOUND),
          // bash; zsh; dash; fish; cmd.exe.
          new Phrase("command not found", Kind.UNSUPPORTED, NO_GIT),
          new Phrase("git-upload-pack: not found", Kind.UNSUPPORTED, NO_GIT),
          new Phrase("unknown command: git-upload-pack", Kind.UNSUPPORTED, NO_GIT),
          new Phrase("is not recognized as", Kind.UNSUPPORTED, NO_GIT),
          new Phrase("not our ref", Kind.NO_SUCH_OBJECT),
          // JGit's servers: "want <id> not valid".
          new Phrase("not valid", Kind.NO_SUCH_OBJECT),
          new Phrase("missing object", Kind.NO_SUCH_OBJECT),
          new Phrase("bad object", Kind.NO_SUCH_OBJECT),
          // git, of an object that it has lost or cannot inflate: "aborting due to possible
          // repository
          // corruption on the remote side".
          new Phrase("possible repository corruption", Kind.NO_SUCH_OBJECT),
          // git: "filter 'tree' not supported", "tree filter allows max depth 0", "unexpected line:
          // 'filter …'", "invalid filter-spec".
          new Phrase("filter '", Kind.UNSUPPORTED),
          new Phrase("filter allows", Kind.UNSUPPORTED),
          new Phrase("line: 'filter", Kind.UNSUPPORTED),
          new Phrase("filter-spec", Kind.UNSUPPORTED),
          new Phrase("filtering", Kind.UNSUPPORTED),
          new Phrase("filter not", Kind.UNSUPPORTED),
          new Phrase("object-info", Kind.UNSUPPORTED),
          new Phrase("unknown command", Kind.UNSUPPORTED),
          new Phrase("invalid command", Kind.UNSUPPORTED),
          new Phrase("no such file or directory", Kind.NOT_FOUND),
          new Phrase("not found", Kind.NOT_FOUND),
          new Phrase(
              "host key verification failed",
              Kind.UNREACHABLE,
              "connect once by hand with ssh to accept the host's key"),
          // ssh: "user@host: Permission denied (publickey)."
          new Phrase("permission denied (", Kind.UNAUTHENTICATED),
          new Phrase("too many authentication failures", Kind.UNAUTHENTICATED),
          new Phrase("permission denied", Kind.FORBIDDEN),
          new Phrase("access denied", Kind.FORBIDDEN),
          new Phrase("could not resolve", Kind.UNREACHABLE),
          new Phrase("connection refused", Kind.UNREACHABLE),
          new Phrase("connection timed out", Kind.UNREACHABLE),
          new Phrase("no route to host", Kind.UNREACHABLE),
          new Phrase("network is unreachable", Kind.UNREACHABLE));

  private ServerComplaint() {}

  /** From an {@code ERR} packet or the error band. */
  static TryFailedException inAnswer(ServerErrorException error) {
    return understand(error.getMessage())
        .map(phrase -> failure(phrase, "the server says: " + error.getMessage(), error))
        .orElseGet(() ->
            TryFailedException.passing(
                Kind.SERVER_FAILED, "the server says: " + error.getMessage(), error));
  }

  /** From a child process that ended before the server said anything. */
  static TryFailedException onConnect(String lastWords, IOException cause) {
    if (lastWords.isEmpty()) {
      return TryFailedException.passing(
          Kind.SERVER_FAILED, "the server closed the connection without a word", cause);
    }
    String words = lastWords.replaceAll("\\s*\\R\\s*", "; ");
    return understand(lastWords)
        .map(phrase -> failure(phrase, words, cause))
        .orElseGet(() -> TryFailedException.passing(Kind.SERVER_FAILED, words, cause));
  }

  /** From what came instead of an advertisement. */
  static TryFailedException insteadOfGit(String words, IOException cause) {
    String shown = words.replaceAll("\\p{Cntrl}+", " ").strip();
    return TryFailedException.lasting(
        Kind.UNSUPPORTED,
        "before git's answer the server printed \""
            + shown
            + "\": a login without a terminal must print nothing (see its .bashrc or .profile)",
        cause);
  }

  private static Optional<Phrase> understand(String complaint) {
    String lower = complaint.toLowerCase(Locale.ROOT);
    return PHRASES.stream().filter(phrase -> lower.contains(phrase.text)).findFirst();
  }

  private static TryFailedException failure(Phrase phrase, String words, Throwable cause) {
    String message = phrase.advice.isEmpty() ? words : phrase.advice + " (" + words + ")";
    return phrase.kind == Kind.UNREACHABLE
        ? TryFailedException.passing(phrase.kind, message, cause)
        : TryFailedException.lasting(phrase.kind, message, cause);
  }
}
