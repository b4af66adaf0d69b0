package dev.gitfs.mount.prefetch;

import java.util.HashSet;
import java.util.Set;

/**
 * What came of bringing the rest of a directory on the strength of one or two files, by which the
 * next such guess is measured: a reader who hops about stops paying for it.
 */
final class Guesses {

  /**
   * Files in a guess: 2 MB, or half a megabyte as packed, which take a fast link less than a round
   * trip; and all of nine directories in ten.
   */
  private static final int MOST = 128;

  /**
   * One file used of so many brought, and a guess pays: as packed they take a fast link a fifth of
   * the round trip that was saved.
   */
  private static final int ONE_IN = 64;

  /** Even a reader who hopped so far may stay in the next directory. */
  private static final int FEWEST = 8;

  /** Files brought before guesses are judged, and how many are remembered. */
  private static final int TRIAL = 1024;

  private static final int MEMORY = 8192;

  private final Set<Window> made = new HashSet<>();
  private int brought;
  private int used;

  /** Whether bringing files on suspicion has saved more than it cost. */
  boolean pay() {
    return brought < TRIAL || (long) used * ONE_IN >= brought;
  }

  /** How many files to bring. */
  int size() {
    return pay() ? MOST : FEWEST;
  }

  void made(Window window) {
    if (brought > MEMORY) {
      brought /= 2;
      used /= 2;
      made.removeIf(old -> 2 * old.used > old.count);
    }
    made.add(window);
    brought += window.count;
  }

  void used(Window window) {
    if (made.contains(window)) {
      used++;
    }
  }
}
