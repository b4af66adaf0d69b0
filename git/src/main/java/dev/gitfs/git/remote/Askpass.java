package dev.gitfs.git.remote;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The program that git runs to ask for a user or a password, with the prompt as its argument.
 *
 * @param origin the variable or setting that names it
 */
record Askpass(String program, String origin) {

  /**
   * The first that is set, as in git (prompt.c, git_prompt), and none if that is empty. Desktops
   * set {@code SSH_ASKPASS} to a program that opens a window, for ssh; it is passed over where a
   * window could open.
   */
  static Optional<Askpass> of(GitConfig config, Map<String, String> environment) {
    boolean display =
        Stream.of("DISPLAY", "WAYLAND_DISPLAY")
            .anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
    return variable(environment, "GIT_ASKPASS")
        .or(() ->
            config.value("core", "askpass").map(program -> new Askpass(program, "core.askPass")))
        .or(() -> display ? Optional.empty() : variable(environment, "SSH_ASKPASS"))
        .filter(askpass -> !askpass.program.isEmpty());
  }

  private static Optional<Askpass> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(program -> new Askpass(program, name));
  }

  /** What it is called in messages. */
  String name() {
    return "the askpass program " + program + " (" + origin + ")";
  }
}
