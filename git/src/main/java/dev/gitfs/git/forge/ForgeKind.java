package dev.gitfs.git.forge;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of sites that host repositories, by the API they speak. */
public enum ForgeKind {
  GITHUB,
  GITLAB,
  BITBUCKET,
  /** Gitea and Forgejo, of which Codeberg is one. */
  GITEA,
  MESA,
  /** Any git server: repositories below a URL, and no API. */
  PLAIN,
  /** A directory of repositories on this machine. */
  LOCAL;

  /** As configuration spells it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ForgeKind> of(String spelling) {
    return Arrays.stream(values()).filter(kind -> kind.spelling().equals(spelling)).findFirst();
  }

  /** All spellings, for people. */
  public static List<String> spellings() {
    return Arrays.stream(values()).map(ForgeKind::spelling).toList();
  }

  /** Whether there is an API to ask. */
  public boolean hasApi() {
    return this != PLAIN && this != LOCAL;
  }
}
