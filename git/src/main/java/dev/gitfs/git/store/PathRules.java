package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Which names of tree entries a checkout by git on Linux would refuse: what git's own path
 * verification refuses with its defaults there (core.protectNTFS on, core.protectHFS off), and what
 * the file system cannot hold.
 */
final class PathRules {

  /** NAME_MAX of Linux: a longer name fails in git's checkout too. */
  static final int MAX_NAME_LENGTH = 255;

  private static final byte[] MODULES = "modules".getBytes(US_ASCII);
  private static final byte[] GITMODULES = "gitmodules".getBytes(US_ASCII);

  /** The start of the 8.3 name that NTFS falls back to for {@code .gitmodules}. */
  private static final byte[] GITMODULES_SHORT = "gi7eba".getBytes(US_ASCII);

  private PathRules() {}

  /** Whether the name in {@code raw} from {@code from} to {@code to} may be shown. */
  static boolean accepts(byte[] raw, int from, int to, boolean symlink) {
    int length = to - from;
    if (length == 0 || length > MAX_NAME_LENGTH || isDots(raw, from, to)) {
      return false;
    }
    if (refusedOnWindows(raw, from, to, symlink)) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (raw[i] == '/') {
        return false;
      }
      // On NTFS a backslash separates too, so what follows it is looked at as a name of its own;
      // but not what follows one at the very start, which git overlooks and so checks out.
      if (i > from && raw[i] == '\\' && refusedOnWindows(raw, i + 1, to, symlink)) {
        return false;
      }
    }
    return !(symlink && isDotGit(raw, from, to) && matches(raw, from + 4, to, MODULES));
  }

  private static boolean isDots(byte[] raw, int from, int to) {
    int length = to - from;
    return raw[from] == '.' && (length == 1 || length == 2 && raw[from + 1] == '.');
  }

  private static boolean refusedOnWindows(byte[] raw, int from, int to, boolean symlink) {
    return isNtfsDotGit(raw, from, to) || symlink && isNtfsDotGitmodules(raw, from, to);
  }

  /** {@code .git} or {@code git~1} in any case, then spaces and dots, then the end or a stream. */
  private static boolean isNtfsDotGit(byte[] raw, int from, int to) {
    int rest;
    if (isDotGit(raw, from, to)) {
      rest = from + 4;
    } else if (to - from >= 5 && isGit(raw, from) && raw[from + 3] == '~' && raw[from + 4] == '1') {
      rest = from + 5;
    } else {
      return false;
    }
    for (int i = rest; i < to; i++) {
      switch (raw[i]) {
        case '\\', '/', ':' -> {
          return true;
        }
        case '.', ' ' -> {}
        default -> {
          return false;
        }
      }
    }
    return true;
  }

  /** {@code .gitmodules} in any of the spellings NTFS would open it by. */
  private static boolean isNtfsDotGitmodules(byte[] raw, int from, int to) {
    if (to > from && raw[from] == '.' && startsWith(raw, from + 1, to, GITMODULES, 10)) {
      return onlySpacesAndDots(raw, from + 11, to);
    }
    if (to - from >= 8
        && startsWith(raw, from, to, GITMODULES, 6)
        && raw[from + 6] == '~'
        && raw[from + 7] >= '1'
        && raw[from + 7] <= '4') {
      return onlySpacesAndDots(raw, from + 8, to);
    }
    return isNtfsFallback(raw, from, to);
  }

  /** The 8.3 name made of a hash: up to six characters of it, a tilde, a number; eight in all. */
  private static boolean isNtfsFallback(byte[] raw, int from, int to) {
    if (to - from < 8) {
      return false;
    }
    boolean tilde = false;
    for (int i = 0; i < 8; i++) {
      byte c = raw[from + i];
      if (tilde) {
        if (c < '0' || c > '9') {
          return false;
        }
      } else if (c == '~') {
        i++;
        if (from + i >= to || raw[from + i] < '1' || raw[from + i] > '9') {
          return false;
        }
        tilde = true;
      } else if (i >= 6 || lower(c) != GITMODULES_SHORT[i]) {
        return false;
      }
    }
    return onlySpacesAndDots(raw, from + 8, to);
  }

  private static boolean onlySpacesAndDots(byte[] raw, int from, int to) {
    for (int i = from; i < to; i++) {
      if (raw[i] == ':') {
        return true;
      }
      if (raw[i] != ' ' && raw[i] != '.') {
        return false;
      }
    }
    return true;
  }

  private static boolean isDotGit(byte[] raw, int from, int to) {
    return to - from >= 4 && raw[from] == '.' && isGit(raw, from + 1);
  }

  private static boolean isGit(byte[] raw, int from) {
    return lower(raw[from]) == 'g' && lower(raw[from + 1]) == 'i' && lower(raw[from + 2]) == 't';
  }

  private static boolean matches(byte[] raw, int from, int to, byte[] word) {
    return to - from == word.length && startsWith(raw, from, to, word, word.length);
  }

  private static boolean startsWith(byte[] raw, int from, int to, byte[] word, int length) {
    if (to - from < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (lower(raw[from + i]) != word[i]) {
        return false;
      }
    }
    return true;
  }

  private static int lower(byte c) {
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  }
}
