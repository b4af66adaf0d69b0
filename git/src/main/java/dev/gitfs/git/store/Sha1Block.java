package dev.gitfs.git.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What SHA-1 does with one block, step by step: forwards, and backwards too, which a hash never
 * needs and the search for a forged block does. A state is five words, the youngest first.
 */
final class Sha1Block {

  static final int BYTES = 64;

  /** Of a block as it comes. */
  static final int OWN_WORDS = 16;

  /** Of a block as it is expanded: one for each step. */
  static final int WORDS = 80;

  /** Words of a state. */
  static final int CHAIN = 5;

  // Of the four rounds, of twenty steps each.
  private static final int FIRST = 0x5a827999;
  private static final int SECOND = 0x6ed9eba1;
  private static final int THIRD = 0x8f1bbcdc;
  private static final int FOURTH = 0xca62c1d6;

  private static final VarHandle BIG_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Sha1Block() {}

  /** What a message's first block is added to. */
  static int[] start() {
    return new int[] {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  }

  static int word(byte[] bytes, int offset) {
    return (int) BIG_ENDIAN.get(bytes, offset);
  }

  static void putWord(byte[] bytes, int offset, int word) {
    BIG_ENDIAN.set(bytes, offset, word);
  }

  /** Fills {@code words} from the block at {@code offset}. */
  static void expand(byte[] blocks, int offset, int[] words) {
    for (int t = 0; t < OWN_WORDS; t++) {
      words[t] = word(blocks, offset + t * Integer.BYTES);
    }
    for (int t = OWN_WORDS; t < WORDS; t++) {
      words[t] = Integer.rotateLeft(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    }
  }

  /** Adds an expanded block to {@code chain}, which stands for all before it. */
  static void hash(int[] chain, int[] words) {
    int[] state = chain.clone();
    forwards(state, words, 0, WORDS);
    add(chain, state);
  }

  /** Adds {@code chain} to {@code state}. */
  static void add(int[] state, int[] chain) {
    for (int i = 0; i < state.length; i++) {
      state[i] += chain[i];
    }
  }

  /** Takes {@code state} from before step {@code from} to before step {@code to}. */
  static void forwards(int[] state, int[] words, int from, int to) {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int t = from;
    // One loop for each round: a choice within one would cost as much as all the rest.
    for (; t < Math.min(to, 20); t++) {
      int next = Integer.rotateLeft(a, 5) + (d ^ (b & (c ^ d))) + e + FIRST + words[t];
      e = d;
      d = c;
      c = Integer.rotateLeft(b, 30);
      b = a;
      a = next;
    }
    for (; t < Math.min(to, 40); t++) {
      int next = Integer.rotateLeft(a, 5) + (b ^ c ^ d) + e + SECOND + words[t];
      e = d;
      d = c;
      c = Integer.rotateLeft(b, 30);
      b = a;
      a = next;
    }
    for (; t < Math.min(to, 60); t++) {
      int next = Integer.rotateLeft(a, 5) + ((b & c) | (d & (b | c))) + e + THIRD + words[t];
      e = d;
      d = c;
      c = Integer.rotateLeft(b, 30);
      b = a;
      a = next;
    }
    for (; t < to; t++) {
      int next = Integer.rotateLeft(a, 5) + (b ^ c ^ d) + e + FOURTH + words[t];
      e = d;
      d = c;
      c = Integer.rotateLeft(b, 30);
      b = a;
      a = next;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
    state[4] = e;
  }

  /** Takes {@code state} from before step {@code from} to before the first. */
  static void backwards(int[] state, int[] words, int from) {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    int e = state[4];
    int t = from - 1;
    for (; t >= 60; t--) {
      int younger = a;
      a = b;
      b = Integer.rotateRight(c, 30);
      c = d;
      d = e;
      e = younger - Integer.rotateLeft(a, 5) - (b ^ c ^ d) - FOURTH - words[t];
    }
    for (; t >= 40; t--) {
      int younger = a;
      a = b;
      b = Integer.rotateRight(c, 30);
      c = d;
      d = e;
      e = younger - Integer.rotateLeft(a, 5) - ((b & c) | (d & (b | c))) - THIRD - words[t];
    }
    for (; t >= 20; t--) {
      int younger = a;
      a = b;
      b = Integer.rotateRight(c, 30);
      c = d;
      d = e;
      e = younger - Integer.rotateLeft(a, 5) - (b ^ c ^ d) - SECOND - words[t];
    }
    for (; t >= 0; t--) {
      int younger = a;
      a = b;
      b = Integer.rotateRight(c, 30);
      c = d;
      d = e;
      e = younger - Integer.rotateLeft(a, 5) - (d ^ (b & (c ^ d))) - FIRST - words[t];
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
    state[4] = e;
  }
}
