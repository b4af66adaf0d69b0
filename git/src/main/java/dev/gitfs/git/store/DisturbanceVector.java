package dev.gitfs.git.store;

import java.util.List;
import java.util.stream.Stream;

/**
 * A way to forge a collision of SHA-1: a pattern of disturbances in the 80 words of a block that
 * the corrections after each of them undo again. All known attacks follow one of 32 such patterns,
 * in the classification of Manuel ("Classification and generation of disturbance vectors for
 * collision attacks against SHA-1", 2011).
 *
 * <p>What makes an attack detectable (Stevens, "Counter-cryptanalysis", 2013): from the one block
 * that is there the other one, which the attacker kept, follows. So it can be computed whether that
 * one has the same hash.
 */
final class DisturbanceVector {

  /** From which of 32, each a bit of a mask, a block may come. The order is that of the bits. */
  static final List<DisturbanceVector> ALL =
      Stream.concat(
              Stream.of(43, 44, 45, 46, 146, 47, 147, 48, 148, 49, 149, 50, 150, 51, 151, 52)
                  .map(place -> new DisturbanceVector(false, place % 100, place / 100 * 2)),
              Stream.of(45, 46, 146, 47, 48, 49, 149, 50, 150, 51, 151, 52, 53, 54, 55, 56)
                  .map(place -> new DisturbanceVector(true, place % 100, place / 100 * 2)))
          .toList();

  /** A disturbance is corrected within the five steps that follow it. */
  private static final int CORRECTIONS = 5;

  /** No vector disturbs the last steps before both of this and {@link #EARLY_STEP}. */
  static final int LATE_STEP = 65;

  static final int EARLY_STEP = 58;

  private final int[] difference = new int[Sha1Block.WORDS];
  private final int step;

  /** The vector of a type (I or II), a place and a bit. */
  private DisturbanceVector(boolean second, int place, int bit) {
    // Words before the block disturb its first ones.
    int[] words = new int[CORRECTIONS + Sha1Block.WORDS];
    int first = CORRECTIONS + place;
    words[first + 15] = 1 << bit;
    if (second) {
      words[first + 1] = Integer.rotateRight(1 << bit, 1);
      words[first + 3] = words[first + 1];
    }
    // Like a message it is determined by 16 words in a row, forwards and backwards.
    for (int t = first + 16; t < words.length; t++) {
      words[t] = Integer.rotateLeft(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    }
    for (int t = first - 1; t >= 0; t--) {
      words[t] =
          Integer.rotateRight(words[t + 16], 1) ^ words[t + 13] ^ words[t + 8] ^ words[t + 2];
    }
    for (int t = 0; t < difference.length; t++) {
      int at = t + CORRECTIONS;
      difference[t] =
          words[at]
              ^ Integer.rotateLeft(words[at - 1], 5)
              ^ words[at - 2]
              ^ Integer.rotateLeft(words[at - 3] ^ words[at - 4] ^ words[at - 5], 30);
    }
    step = isQuiet(words, LATE_STEP) ? LATE_STEP : EARLY_STEP;
  }

  private static boolean isQuiet(int[] words, int step) {
    for (int t = step; t < step + CORRECTIONS; t++) {
      if (words[t] != 0) {
        return false;
      }
    }
    return true;
  }

  /** Fills {@code twin} with the other block of a pair that differs by this, both expanded. */
  void twin(int[] words, int[] twin) {
    for (int t = 0; t < difference.length; t++) {
      twin[t] = words[t] ^ difference[t];
    }
  }

  /** The step before which the states of both blocks are the same. */
  int step() {
    return step;
  }
}
