package dev.gitfs.git.store;

import java.io.EOFException;
import java.io.IOException;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Reads single entries of packs: what they are, and what they hold. Keeps the piece of a file that
 * it read last, since objects are mostly read in the order in which they came. For one thread.
 */
final class ObjectInflater implements AutoCloseable {

  /**
   * Ten or twenty source files, deflated: one read for all of them costs little more than for one.
   */
  private static final int PIECE_BYTES = 1 << 16;

  /** The longest header of an entry: its type and size, and the id of its base. */
  private static final int HEADER_BYTES = 10 + Constants.OBJECT_ID_LENGTH;

  /** Of seven bits of a size: more would not fit 63. */
  private static final int LARGEST_SHIFT = 53;

  /** Nearly all of source code is deflated to less than half of it. */
  private static final int LIKELY_RATIO = 2;

  /** Beside that: very small files are not. */
  private static final int SLACK = 64;

  /** As many as there are threads that read at a time, in most processes. */
  private static final int MOST_SPARE = 4;

  private static final Deque<ObjectInflater> SPARES = new ConcurrentLinkedDeque<>();
  private static final AtomicInteger SPARE_COUNT = new AtomicInteger();

  /**
   * What an entry says of itself.
   *
   * @param type one of {@code Constants.OBJ_…}
   * @param size of what is deflated in it
   * @param body where that begins
   * @param distance how far before it its base is; 0 without one, or if that is told by id
   * @param base the id of its base
   */
  record Header(int type, long size, long body, long distance, Optional<ObjectId> base) {

    boolean isDelta() {
      return type == Constants.OBJ_OFS_DELTA || type == Constants.OBJ_REF_DELTA;
    }
  }

  private Optional<LibDeflate> libDeflate = LibDeflate.open();
  private final Inflater inflater = new Inflater();

  /** Where the piece is from. */
  private PackFile pack;

  private long from;
  private int length;
  private byte[] piece = new byte[PIECE_BYTES];

  /** Where in the piece to read on. */
  private int at;

  private ObjectInflater() {}

  /** One for this thread, to be closed soon. */
  static ObjectInflater take() {
    ObjectInflater spare = SPARES.pollFirst();
    if (spare == null) {
      return new ObjectInflater();
    }
    SPARE_COUNT.decrementAndGet();
    if (spare.libDeflate.isEmpty()) {
      spare.libDeflate = LibDeflate.open();
    }
    return spare;
  }

  /** Gives it back. */
  @Override
  public void close() {
    if (SPARE_COUNT.incrementAndGet() <= MOST_SPARE) {
      SPARES.addFirst(this);
    } else {
      SPARE_COUNT.decrementAndGet();
      libDeflate.ifPresent(LibDeflate::close);
      inflater.end();
    }
  }

  /** What the entry at {@code offset} is. Not to be trusted: whatever is there is read as one. */
  Header header(PackFile file, long offset) throws IOException {
    load(file, offset, HEADER_BYTES);
    int next = next();
    int type = next >> 4 & 7;
    long size = next & 15;
    for (int shift = 4; next >= 0x80; shift += 7) {
      if (shift > LARGEST_SHIFT) {
        throw new IOException("an object of " + file.path() + " claims to be larger than any");
      }
      next = next();
      size |= (next & 0x7fL) << shift;
    }
    long distance = 0;
    Optional<ObjectId> base = Optional.empty();
    if (type == Constants.OBJ_OFS_DELTA) {
      next = next();
      distance = next & 0x7f;
      while (next >= 0x80) {
        next = next();
        distance = distance + 1 << 7 | next & 0x7f;
      }
    } else if (type == Constants.OBJ_REF_DELTA) {
      byte[] id = new byte[Constants.OBJECT_ID_LENGTH];
      for (int i = 0; i < id.length; i++) {
        id[i] = (byte) next();
      }
      base = Optional.of(ObjectId.fromRaw(id));
    }
    return new Header(type, size, from + at, distance, base);
  }

  /**
   * Inflates what begins at {@code body}.
   *
   * @throws IOException if it is not exactly {@code size} bytes
   */
  byte[] inflate(PackFile file, long body, int size) throws IOException {
    byte[] content = new byte[size];
    int most = LibDeflate.mostDeflated(size);
    if (libDeflate.isPresent() && size <= LibDeflate.MOST_AT_ONCE) {
      load(file, body, Math.min(most, size / LIKELY_RATIO + SLACK));
      if (isInflated(content) || length - at < most && loadMore(most) && isInflated(content)) {
        return content;
      }
    }
    inflateBySteps(file, body, content);
    return content;
  }

  private boolean isInflated(byte[] content) {
    return libDeflate.get().inflate(piece, at, length - at, content, content.length) >= 0;
  }

  /** By zlib, which needs no more than the file has of it, and says what is wrong. */
  private void inflateBySteps(PackFile file, long body, byte[] content) throws IOException {
    inflater.reset();
    load(file, body, 1);
    inflater.setInput(piece, at, length - at);
    int filled = 0;
    try {
      // A byte more, for a stream that holds too much or has not ended.
      byte[] spare = new byte[1];
      while (!inflater.finished() && filled <= content.length) {
        boolean full = filled == content.length;
        int count =
            full
                ? inflater.inflate(spare)
                : inflater.inflate(content, filled, content.length - filled);
        filled += count;
        if (count == 0 && !inflater.finished()) {
          if (!inflater.needsInput()) {
            throw new DataFormatException("it wants a dictionary");
          }
          load(file, from + length, 1);
          inflater.setInput(piece, at, length - at);
        }
      }
    } catch (DataFormatException e) {
      throw new IOException("an object of " + file.path() + " cannot be inflated", e);
    }
    if (filled != content.length) {
      throw new IOException("an object of " + file.path() + " is not as large as it claims");
    }
  }

  private int next() throws IOException {
    if (at == length) {
      throw new EOFException(pack.path() + " ends within an object");
    }
    return piece[at++] & 0xff;
  }

  /** Has {@code count} bytes from {@code position} on in the piece, or all that there are. */
  private void load(PackFile file, long position, int count) throws IOException {
    boolean here =
        file == pack && position >= from && position + count <= from + length && length > 0;
    if (!here) {
      pack = file;
      from = position;
      length = 0;
      fill(Math.max(count, PIECE_BYTES));
      if (length == 0) {
        throw new EOFException(file.path() + " ends within an object");
      }
    }
    at = (int) (position - from);
  }

  /** The same with more from where it is; false if there is no more. */
  private boolean loadMore(int count) throws IOException {
    int before = length - at;
    load(pack, from + at, count);
    return length - at > before;
  }

  private void fill(int count) throws IOException {
    if (count > piece.length || piece.length > PIECE_BYTES && count <= PIECE_BYTES) {
      piece = new byte[Math.max(count, PIECE_BYTES)];
    }
    for (int n; length < count; length += n) {
      n = pack.read(from + length, piece, length, count - length);
      if (n <= 0) {
        return;
      }
    }
  }
}
