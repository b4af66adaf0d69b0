package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The bytes of a pack as they come from the network: written to a file before anybody looks at
 * them, hashed, and inflated. For one thread.
 */
final class PackSource implements Closeable {

  /** All but the largest objects of source code are in it as a whole, deflated. */
  private static final int BUFFER_BYTES = 1 << 19;

  /** A packet of git's protocol is a little shorter. */
  private static final int PIECE_BYTES = 1 << 16;

  /** Source code is deflated to a quarter: with less than a tenth, it is hardly all there. */
  private static final int HIGHEST_RATIO = 10;

  /** Says that the stream is not to be read on, whatever is still to come. */
  static final class EnoughException extends Exception {
    private static final long serialVersionUID = 1;

    EnoughException() {
      super("enough of the pack has come", null, false, false);
    }
  }

  /** Says that the network failed, not the disk. */
  static final class BrokenException extends Exception {
    private static final long serialVersionUID = 1;

    private final IOException failure;

    BrokenException(IOException failure) {
      super(failure);
      this.failure = failure;
    }

    IOException failure() {
      return failure;
    }
  }

  private final InputStream stream;
  private final RandomAccessFile file;
  private final LongPredicate enough;
  private final MessageDigest digest = Sha1.digest();
  private final CRC32 crc = new CRC32();
  private final Optional<LibDeflate> libDeflate;

  /** For what is not in the buffer as a whole. */
  private final Inflater inflater = new Inflater();

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final byte[] spare = new byte[1];
  private int position;
  private int limit;

  /** How much of the buffer is in the digest and in the CRC already. */
  private int hashed;

  private int crcFrom;

  /** Bytes taken from the stream, all of which are in the file. */
  private long received;

  /** Reads on until {@code enough}, asked before each read, says so of the bytes received. */
  PackSource(InputStream stream, Path file, LongPredicate enough, Optional<LibDeflate> libDeflate)
      throws IOException {
    this.libDeflate = libDeflate;
    this.stream = stream;
    this.file = new RandomAccessFile(file.toFile(), "rw");
    this.enough = enough;
  }

  /** Where in the pack the next byte is from. */
  long position() {
    return received - limit + position;
  }

  long received() {
    return received;
  }

  int read() throws IOException, EnoughException, BrokenException {
    if (position == limit) {
      fill();
    }
    return buffer[position++] & 0xff;
  }

  void read(byte[] target) throws IOException, EnoughException, BrokenException {
    for (int i = 0; i < target.length; i++) {
      target[i] = (byte) read();
    }
  }

  /** Whether the stream is at its end. */
  boolean atEnd() throws IOException, BrokenException {
    try {
      return position == limit && stream.read() < 0;
    } catch (IOException e) {
      throw new BrokenException(e);
    }
  }

  void startEntry() {
    crc.reset();
    crcFrom = position;
  }

  /** The CRC of all since {@link #startEntry}. */
  int endEntry() {
    crc.update(buffer, crcFrom, position - crcFrom);
    crcFrom = position;
    return (int) crc.getValue();
  }

  /**
   * Inflates what follows, which must be exactly {@code size} bytes, to where {@code target}
   * starts.
   */
  void inflate(byte[] target, int size) throws IOException, EnoughException, BrokenException {
    if (libDeflate.isPresent() && inflateAtOnce(libDeflate.get(), target, size)) {
      return;
    }
    start();
    int filled = 0;
    while (filled < size) {
      int count = inflateSome(target, filled, size - filled);
      if (count < 0) {
        throw new CorruptPackException("an object is shorter than it claims", null);
      }
      filled += count;
    }
    finish();
  }

  /** The same, piece by piece into {@code target}. */
  void inflate(long size, OutputStream target)
      throws IOException, EnoughException, BrokenException {
    byte[] piece = new byte[PIECE_BYTES];
    start();
    for (long done = 0; done < size; ) {
      int count = inflateSome(piece, 0, (int) Math.min(piece.length, size - done));
      if (count < 0) {
        throw new CorruptPackException("an object is shorter than it claims", null);
      }
      target.write(piece, 0, count);
      done += count;
    }
    finish();
  }

  /**
   * Takes in as much as it needs. False if that is too much, or is not what it should be: it is
   * then still to be inflated.
   */
  private boolean inflateAtOnce(LibDeflate whole, byte[] target, int size)
      throws IOException, EnoughException, BrokenException {
    if (size > LibDeflate.MOST_AT_ONCE) {
      return false;
    }
    int tried = 0;
    while (true) {
      int here = limit - position;
      if (here >= size / HIGHEST_RATIO && here >= tried + tried / 2) {
        int taken = whole.inflate(buffer, position, here, target, size);
        if (taken >= 0) {
          position += taken;
          return true;
        }
        tried = here;
      }
      if (here > LibDeflate.mostDeflated(size) || here == buffer.length || !receive()) {
        return false;
      }
    }
  }

  /** The checksum over all that was read. */
  byte[] checksum() {
    digest.update(buffer, hashed, position - hashed);
    hashed = position;
    return digest.digest();
  }

  /**
   * Makes the file a pack of the first {@code count} objects, which end at {@code end}. Returns its
   * checksum.
   */
  byte[] cut(long end, int count) throws IOException {
    file.setLength(end);
    file.seek(8);
    file.writeInt(count);
    file.seek(0);
    MessageDigest whole = Sha1.digest();
    for (int n; (n = file.read(buffer)) > 0; ) {
      whole.update(buffer, 0, n);
    }
    byte[] checksum = whole.digest();
    file.write(checksum);
    return checksum;
  }

  @Override
  public void close() throws IOException {
    libDeflate.ifPresent(LibDeflate::close);
    inflater.end();
    file.close();
  }

  private void start() {
    inflater.reset();
    inflater.setInput(buffer, position, limit - position);
  }

  /** At least one byte, or -1 at the end. */
  private int inflateSome(byte[] target, int offset, int length)
      throws IOException, EnoughException, BrokenException {
    try {
      while (true) {
        int count = inflater.inflate(target, offset, length);
        if (count > 0) {
          return count;
        }
        if (inflater.finished()) {
          return -1;
        }
        if (!inflater.needsInput()) {
          throw new CorruptPackException("an object wants a dictionary", null);
        }
        position = limit;
        fill();
        inflater.setInput(buffer, 0, limit);
      }
    } catch (DataFormatException e) {
      throw new CorruptPackException("an object cannot be inflated: " + e.getMessage(), e);
    }
  }

  private void finish() throws IOException, EnoughException, BrokenException {
    if (!inflater.finished() && inflateSome(spare, 0, 1) >= 0) {
      throw new CorruptPackException("an object is longer than it claims", null);
    }
    position = limit - inflater.getRemaining();
  }

  private void fill() throws IOException, EnoughException, BrokenException {
    if (!receive()) {
      throw new CorruptPackException("it ends after " + received + " bytes", null);
    }
  }

  /** Adds to what is in the buffer and not read yet; false at the end of the stream. */
  private boolean receive() throws IOException, EnoughException, BrokenException {
    if (position == limit || limit == buffer.length) {
      makeRoom();
    }
    if (enough.test(received)) {
      throw new EnoughException();
    }
    int count;
    try {
      count = stream.read(buffer, limit, buffer.length - limit);
    } catch (IOException e) {
      if (enough.test(received)) {
        throw new EnoughException();
      }
      throw new BrokenException(e);
    }
    if (count < 0) {
      return false;
    }
    file.write(buffer, limit, count);
    limit += count;
    received += count;
    return true;
  }

  /** Moves what is not read yet to the start of the buffer. */
  private void makeRoom() {
    digest.update(buffer, hashed, position - hashed);
    crc.update(buffer, crcFrom, position - crcFrom);
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    hashed = 0;
    crcFrom = 0;
  }
}
