package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Names objects: hashes them as git does, and refuses those that were made to have a twin of the
 * same hash, as every git client does. For one thread, for one object after the other.
 *
 * <p>At some 600 MB a second, where the JDK's hash alone does 1,000 and JGit's, which looks for
 * forged collisions, 250: what costs most, to tell blocks that may be forged from others, is done
 * for {@link SuspectBlocks many at a time}, and only those few are looked at in full.
 */
final class ObjectHash {

  private static final int BUFFER_BYTES = SuspectBlocks.MOST * Sha1Block.BYTES;

  /** At the end of a message, after a bit of one and zeros: its length in bits. */
  private static final int LENGTH_BYTES = Long.BYTES;

  private final Sha1Chain chain;
  private final SuspectBlocks suspects = new SuspectBlocks();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final ForgedBlock forgery = new ForgedBlock();
  private final int[] words = new int[Sha1Block.WORDS];
  private final byte[] id = new byte[Sha1.BYTES];
  private int filled;
  private long length;
  private boolean forged;

  ObjectHash() {
    this(Sha1Chain.create());
  }

  ObjectHash(Sha1Chain chain) {
    this.chain = chain;
  }

  /** The id of an object. */
  ObjectId of(int type, byte[] content) throws CorruptPackException {
    return of(type, content, content.length);
  }

  /** The id of an object whose content is the first {@code length} bytes of an array. */
  ObjectId of(int type, byte[] content, int length) throws CorruptPackException {
    begin(type, length);
    update(content, 0, length);
    return id();
  }

  /** Begins an object, whose content follows. */
  void begin(int type, long size) {
    begin();
    byte[] header = Sha1.header(type, size);
    update(header, 0, header.length);
  }

  /** Begins with what is no object. */
  void begin() {
    chain.reset();
    filled = 0;
    length = 0;
    forged = false;
  }

  void update(byte[] content, int offset, int count) {
    length += count;
    for (int done = 0; done < count; ) {
      int part = Math.min(count - done, buffer.length - filled);
      System.arraycopy(content, offset + done, buffer, filled, part);
      filled += part;
      done += part;
      if (filled == buffer.length) {
        hash();
      }
    }
  }

  /**
   * Ends the object.
   *
   * @throws CorruptPackException if it was made to have a twin
   */
  ObjectId id() throws CorruptPackException {
    buffer[filled++] = (byte) 0x80;
    while (filled % Sha1Block.BYTES != Sha1Block.BYTES - LENGTH_BYTES) {
      if (filled == buffer.length) {
        hash();
      }
      buffer[filled++] = 0;
    }
    long bits = length * Byte.SIZE;
    Sha1Block.putWord(buffer, filled, (int) (bits >>> Integer.SIZE));
    Sha1Block.putWord(buffer, filled + Integer.BYTES, (int) bits);
    filled += LENGTH_BYTES;
    hash();
    int[] state = chain.state();
    for (int i = 0; i < state.length; i++) {
      Sha1Block.putWord(id, i * Integer.BYTES, state[i]);
    }
    ObjectId hash = ObjectId.fromRaw(id);
    if (forged) {
      throw new CorruptPackException(
          hash.name() + " is an attempt at a collision of SHA-1 hashes", null);
    }
    return hash;
  }

  /** The blocks in the buffer, which are whole. */
  private void hash() {
    int count = filled / Sha1Block.BYTES;
    int[] vectors = suspects.vectors(buffer, count);
    int hashed = 0;
    for (int i = 0; i < count; i++) {
      if (vectors[i] != 0) {
        chain.add(buffer, hashed * Sha1Block.BYTES, i - hashed);
        hashed = i;
        Sha1Block.expand(buffer, i * Sha1Block.BYTES, words);
        forged |= forgery.is(chain.state(), words, vectors[i]);
      }
    }
    chain.add(buffer, hashed * Sha1Block.BYTES, count - hashed);
    filled = 0;
  }
}
