package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;

/**
 * A pack some of whose deltas are of objects that are here and not in the pack. Made whole by
 * putting those objects before all others, it is a pack like any other, which is read, kept and
 * given to stock git without a thought of where it came from.
 *
 * <p>It is held in memory meanwhile: what two commits differ in is small, and of what is not the
 * reader asks for the whole in the usual way.
 */
final class ThinPack {

  /** Six times all trees of Linux. */
  private static final int MOST_BYTES = 16 << 20;

  private static final int HEADER_BYTES = 12;
  private static final int ID_BYTES = 20;

  /** It cannot be made whole here; a pack that is not thin can be had instead. */
  static final class NotHereException extends IOException {

    private static final long serialVersionUID = 1;

    NotHereException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final byte[] pack;

  private ThinPack(byte[] pack) {
    this.pack = pack;
  }

  /**
   * The pack made whole.
   *
   * @param objects finds what it leans on
   * @throws NotHereException if something of that is not here, or it is too large
   * @throws CorruptPackException if it is damaged
   */
  static InputStream completed(InputStream stream, ObjectReader objects) throws IOException {
    byte[] pack = stream.readNBytes(MOST_BYTES + 1);
    if (pack.length > MOST_BYTES) {
      throw new NotHereException("it is larger than what is held", null);
    }
    var thin = new ThinPack(pack);
    if (!thin.isIntact()) {
      throw new CorruptPackException("its checksum is wrong", null);
    }
    Set<ObjectId> bases = thin.bases();
    return bases.isEmpty() ? new ByteArrayInputStream(pack) : thin.with(bases, objects);
  }

  private boolean isIntact() {
    int end = pack.length - ID_BYTES;
    if (end < HEADER_BYTES) {
      return false;
    }
    MessageDigest digest = Sha1.digest();
    digest.update(pack, 0, end);
    return Arrays.equals(digest.digest(), Arrays.copyOfRange(pack, end, pack.length));
  }

  /** With offsets within the pack agreed on, what deltas name by id is what is not in it. */
  private Set<ObjectId> bases() throws CorruptPackException {
    var bases = new LinkedHashSet<ObjectId>();
    var inflater = new Inflater();
    try {
      int at = HEADER_BYTES;
      for (long left = count(); left > 0; left--) {
        int type = pack[at] >> 4 & 7;
        long size = pack[at] & 15;
        for (int shift = 4; pack[at++] < 0; shift += 7) {
          if (shift > 53) {
            throw new CorruptPackException("an object claims to be larger than any", null);
          }
          size |= (pack[at] & 0x7fL) << shift;
        }
        if (type == Constants.OBJ_OFS_DELTA) {
          while (pack[at++] < 0) {
            // The distance of the base.
          }
        } else if (type == Constants.OBJ_REF_DELTA) {
          bases.add(ObjectId.fromRaw(pack, at));
          at += ID_BYTES;
        }
        at += skip(inflater, at, size);
      }
      return bases;
    } catch (DataFormatException | ArrayIndexOutOfBoundsException e) {
      throw new CorruptPackException("it cannot be inflated", e);
    } finally {
      inflater.end();
    }
  }

  /**
   * How many bytes the deflated object at {@code at} takes, which is of {@code size} bytes: a few
   * megabytes may be gigabytes, deflated.
   */
  private int skip(Inflater inflater, int at, long size) throws DataFormatException {
    var nowhere = new byte[1 << 13];
    inflater.reset();
    inflater.setInput(pack, at, pack.length - ID_BYTES - at);
    while (!inflater.finished()) {
      if (inflater.inflate(nowhere) == 0 && !inflater.finished()) {
        throw new DataFormatException("it ends within an object");
      }
      if (inflater.getBytesWritten() > size) {
        throw new DataFormatException("an object is longer than it claims");
      }
    }
    return Math.toIntExact(inflater.getBytesRead());
  }

  private InputStream with(Set<ObjectId> bases, ObjectReader objects) throws IOException {
    var before = new ByteArrayOutputStream();
    before.write(pack, 0, HEADER_BYTES - Integer.BYTES);
    before.write(number(count() + bases.size()));
    for (ObjectId base : bases) {
      write(base, objects, before);
      if (before.size() > MOST_BYTES) {
        throw new NotHereException("it leans on more than what is held", null);
      }
    }
    int end = pack.length - ID_BYTES;
    MessageDigest digest = Sha1.digest();
    digest.update(before.toByteArray());
    digest.update(pack, HEADER_BYTES, end - HEADER_BYTES);
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                new ByteArrayInputStream(before.toByteArray()),
                new ByteArrayInputStream(pack, HEADER_BYTES, end - HEADER_BYTES),
                new ByteArrayInputStream(digest.digest()))));
  }

  private static void write(ObjectId id, ObjectReader objects, ByteArrayOutputStream out)
      throws IOException {
    byte[] content;
    int type;
    try {
      var object = objects.open(id);
      type = object.getType();
      content = object.getCachedBytes(MOST_BYTES);
    } catch (MissingObjectException e) {
      throw new NotHereException("it leans on " + id.name() + ", which is not here", e);
    } catch (LargeObjectException e) {
      throw new NotHereException("it leans on " + id.name() + ", which is too large", e);
    }
    if (!Sha1.isIdOf(id, type, content)) {
      throw new NotHereException("it leans on " + id.name() + ", which is damaged", null);
    }
    long size = content.length;
    int next = type << 4 | (int) (size & 15);
    for (size >>>= 4; size != 0; size >>>= 7) {
      out.write(next | 0x80);
      next = (int) (size & 0x7f);
    }
    out.write(next);
    var deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(content);
      deflater.finish();
      var buffer = new byte[1 << 13];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
    } finally {
      deflater.end();
    }
  }

  private long count() {
    return Integer.toUnsignedLong(ByteBuffer.wrap(pack).getInt(HEADER_BYTES - Integer.BYTES));
  }

  private static byte[] number(long count) {
    return ByteBuffer.allocate(Integer.BYTES).putInt((int) count).array();
  }
}
