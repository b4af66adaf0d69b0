package dev.gitfs.git.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tells which blocks of a message may come from an attack on SHA-1, by the conditions that every
 * such block meets. One in twenty meets some by chance.
 *
 * <p>The conditions are on the message alone, so blocks need not wait for each other as they do in
 * the hash: hundreds are looked at side by side, and the loops over them become vector
 * instructions. After some conditions few blocks are left, with few vectors each; for these the
 * others are looked at one by one, up to the first that is not met. For one thread.
 */
final class SuspectBlocks {

  /** Blocks looked at together: with all their words they fit a processor's second cache. */
  static final int MOST = 256;

  private static final String CONDITIONS = "sha1-attack-conditions.txt";

  /**
   * Two bits of a block that are equal, or differ, if it comes from certain attacks.
   *
   * @param shift brings the bit to the top
   * @param inverse all ones if they differ
   * @param vectors that this takes
   */
  private record Condition(
      int word, int shift, int otherWord, int otherShift, int inverse, int vectors) {}

  private static final List<Condition> ALL = read();

  /**
   * Conditions looked at for all blocks. The next one would take more than it spares: it narrows
   * the choice in one block of fifty.
   */
  private static final int FIRST = 64;

  private static final Condition[] COMMON = ALL.subList(0, FIRST).toArray(Condition[]::new);

  /** For each vector, the other conditions that take it. */
  private static final Condition[][] OTHERS =
      IntStream.range(0, Integer.SIZE)
          .mapToObj(vector ->
              ALL.subList(FIRST, ALL.size()).stream()
                  .filter(condition -> (condition.vectors >>> vector & 1) != 0)
                  .toArray(Condition[]::new))
          .toArray(Condition[][]::new);

  /** For each word of a block, those of all blocks. */
  private final int[][] words = new int[Sha1Block.WORDS][MOST];

  private final int[] vectors = new int[MOST];

  /**
   * For each of {@code count} blocks, the vectors that it may come from, as bits in the order of
   * {@link DisturbanceVector#ALL}. The array is valid until this is called again.
   */
  int[] vectors(byte[] blocks, int count) {
    for (int t = 0; t < Sha1Block.OWN_WORDS; t++) {
      int[] row = words[t];
      for (int i = 0, at = t * Integer.BYTES; i < count; i++, at += Sha1Block.BYTES) {
        row[i] = Sha1Block.word(blocks, at);
      }
    }
    for (int t = Sha1Block.OWN_WORDS; t < Sha1Block.WORDS; t++) {
      expand(words[t], words[t - 3], words[t - 8], words[t - 14], words[t - 16], count);
    }
    Arrays.fill(vectors, 0, count, -1);
    for (Condition condition : COMMON) {
      narrow(
          words[condition.word],
          condition.shift,
          words[condition.otherWord],
          condition.otherShift,
          condition.inverse,
          condition.vectors,
          count);
    }
    for (int i = 0; i < count; i++) {
      if (vectors[i] != 0) {
        vectors[i] = narrowed(vectors[i], i);
      }
    }
    return vectors;
  }

  /** Which of the vectors of a block, by its place, are left by all conditions. */
  private int narrowed(int some, int block) {
    int left = some;
    for (int rest = some; rest != 0; rest &= left & rest - 1) {
      for (Condition condition : OTHERS[Integer.numberOfTrailingZeros(rest)]) {
        if (!isMet(condition, block)) {
          left &= ~condition.vectors;
          break;
        }
      }
    }
    return left;
  }

  private boolean isMet(Condition condition, int block) {
    int bit = words[condition.word][block] << condition.shift;
    int otherBit = words[condition.otherWord][block] << condition.otherShift;
    return ((bit ^ otherBit) >> Integer.SIZE - 1) == condition.inverse;
  }

  private static void expand(int[] row, int[] a, int[] b, int[] c, int[] d, int count) {
    for (int i = 0; i < count; i++) {
      row[i] = Integer.rotateLeft(a[i] ^ b[i] ^ c[i] ^ d[i], 1);
    }
  }

  private void narrow(
      int[] row, int shift, int[] other, int otherShift, int inverse, int taken, int count) {
    int[] narrowed = vectors;
    for (int i = 0; i < count; i++) {
      int differs = (row[i] << shift ^ other[i] << otherShift) >> Integer.SIZE - 1;
      narrowed[i] &= ~((differs ^ inverse) & taken);
    }
  }

  private static List<Condition> read() {
    try (InputStream in = SuspectBlocks.class.getResourceAsStream(CONDITIONS)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(SuspectBlocks::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Condition parse(String line) {
    String[] fields = line.replace('.', ' ').split(" ");
    return new Condition(
        Integer.parseInt(fields[0]),
        Integer.SIZE - 1 - Integer.parseInt(fields[1]),
        Integer.parseInt(fields[2]),
        Integer.SIZE - 1 - Integer.parseInt(fields[3]),
        -Integer.parseInt(fields[4]),
        Integer.parseUnsignedInt(fields[5], 16));
  }
}
