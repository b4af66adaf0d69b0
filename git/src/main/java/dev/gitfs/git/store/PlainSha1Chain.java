package dev.gitfs.git.store;

/** SHA-1 in Java: for a JVM that keeps its own to itself, and to compare that with. */
final class PlainSha1Chain implements Sha1Chain {

  private final int[] state = Sha1Block.start();
  private final int[] words = new int[Sha1Block.WORDS];

  @Override
  public void reset() {
    System.arraycopy(Sha1Block.start(), 0, state, 0, state.length);
  }

  @Override
  public void add(byte[] blocks, int offset, int count) {
    for (int i = 0; i < count; i++) {
      Sha1Block.expand(blocks, offset + i * Sha1Block.BYTES, words);
      Sha1Block.hash(state, words);
    }
  }

  @Override
  public int[] state() {
    return state;
  }
}
