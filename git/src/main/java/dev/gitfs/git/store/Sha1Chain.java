package dev.gitfs.git.store;

/** SHA-1 over whole blocks, whose state can be looked at between any two. For one thread. */
sealed interface Sha1Chain permits JdkSha1Chain, PlainSha1Chain {

  /** The fastest that there is here. */
  static Sha1Chain create() {
    return JdkSha1Chain.isOpen() ? new JdkSha1Chain() : new PlainSha1Chain();
  }

  /** Begins a new message. */
  void reset();

  /** Adds {@code count} blocks, which begin at {@code offset}. */
  void add(byte[] blocks, int offset, int count);

  /** The state, which is the hash once the last block has been added. Belongs to this. */
  int[] state();
}
