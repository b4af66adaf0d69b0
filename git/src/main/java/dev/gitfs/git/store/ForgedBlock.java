package dev.gitfs.git.store;

import java.util.Arrays;

/**
 * Tells whether a block that may come from an attack on SHA-1 does. One block in twenty is looked
 * at, so this keeps its arrays: they would be a third of all that a fetch allocates. For one
 * thread.
 */
final class ForgedBlock {

  private final int[] early = new int[Sha1Block.CHAIN];
  private final int[] late = new int[Sha1Block.CHAIN];
  private final int[] end = new int[Sha1Block.CHAIN];
  private final int[] twin = new int[Sha1Block.WORDS];
  private final int[] twinChain = new int[Sha1Block.CHAIN];
  private final int[] twinEnd = new int[Sha1Block.CHAIN];

  /**
   * Whether an expanded block was made to have a twin by one who follows one of {@code vectors}:
   * another block that leads, from a chain of its own, to the same end.
   *
   * @param chain stands for all before the block
   * @param vectors as bits in the order of {@link DisturbanceVector#ALL}
   */
  boolean is(int[] chain, int[] words, int vectors) {
    copy(chain, early);
    Sha1Block.forwards(early, words, 0, DisturbanceVector.EARLY_STEP);
    copy(early, late);
    Sha1Block.forwards(late, words, DisturbanceVector.EARLY_STEP, DisturbanceVector.LATE_STEP);
    copy(late, end);
    Sha1Block.forwards(end, words, DisturbanceVector.LATE_STEP, Sha1Block.WORDS);
    Sha1Block.add(end, chain);
    for (int left = vectors; left != 0; left &= left - 1) {
      var vector = DisturbanceVector.ALL.get(Integer.numberOfTrailingZeros(left));
      vector.twin(words, twin);
      int[] middle = vector.step() == DisturbanceVector.LATE_STEP ? late : early;
      copy(middle, twinChain);
      Sha1Block.backwards(twinChain, twin, vector.step());
      copy(middle, twinEnd);
      Sha1Block.forwards(twinEnd, twin, vector.step(), Sha1Block.WORDS);
      Sha1Block.add(twinEnd, twinChain);
      if (Arrays.equals(end, twinEnd)) {
        return true;
      }
    }
    return false;
  }

  private static void copy(int[] from, int[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }
}
