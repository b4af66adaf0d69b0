package dev.gitfs.git.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Tells which blocks of a message may come from an attack on SHA-1, by the conditions that every
 * such block meets. One in twenty meets some by chance.
 *
 * <p>The conditions are on the message alone, so blocks need not wait for each other as they do in
 * the hash: hundreds are looked at side by side, and the loops over them become vector
 * instructions. That takes less than the hash itself. For one thread.
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

  private static final Condition[] ALL = read();

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
    for (Condition condition : ALL) {
      narrow(
          words[condition.word],
          condition.shift,
          words[condition.otherWord],
          condition.otherShift,
          condition.inverse,
          condition.vectors,
          count);
    }
    return vectors;
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

  private static Condition[] read() {
    try (InputStream in = SuspectBlocks.class.getResourceAsStream(CONDITIONS)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(SuspectBlocks::parse)
          .toArray(Condition[]::new);
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
