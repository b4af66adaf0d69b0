package dev.gitfs.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A blob of gigabytes, almost all zeros, written as a pack of its own in seconds: a block of zeros
 * is deflated once and its bytes repeated, where git would take most of a minute.
 */
final class HugeBlob {
  private static final int BLOCK = 1 << 20;
  private static final int TYPE_BLOB = 3;

  /** The content's first block where it is not all zeros, by number. */
  private final Map<Long, byte[]> marked = new TreeMap<>();

  private final long size;
  private final Adler32 adler = new Adler32();
  private final MessageDigest blobId = sha1();

  /** {@code size} zeros, except for {@code marks}: bytes at offsets, none across two MiB blocks. */
  HugeBlob(long size, Map<Long, byte[]> marks) {
    this.size = size;
    marks.forEach((offset, mark) ->
        System.arraycopy(
            mark,
            0,
            marked.computeIfAbsent(offset / BLOCK, _ -> new byte[BLOCK]),
            (int) (offset % BLOCK),
            mark.length));
  }

  /** Writes the pack and its index below {@code repository}. Returns the blob's id. */
  String writeTo(Path repository) {
    var entry = new ByteArrayOutputStream();
    writeTypeAndSize(entry);
    writeContent(entry);
    var id = blobId.digest();
    var pack = new ByteArrayOutputStream();
    pack.writeBytes(ByteBuffer.allocate(12).putInt(0x5041434b).putInt(2).putInt(1).array());
    pack.writeBytes(entry.toByteArray());
    var packId = sha1().digest(pack.toByteArray());
    pack.writeBytes(packId);
    var path = repository.resolve("objects/pack/pack-" + HexFormat.of().formatHex(packId));
    try {
      Files.write(Path.of(path + ".pack"), pack.toByteArray());
      Files.write(Path.of(path + ".idx"), index(id, entry.toByteArray(), packId));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(id);
  }

  /** Four bits of size beside the type, then seven a byte. */
  private void writeTypeAndSize(ByteArrayOutputStream entry) {
    var rest = size >>> 4;
    entry.write((int) (TYPE_BLOB << 4 | size & 0xf | (rest > 0 ? 0x80 : 0)));
    while (rest > 0) {
      var bits = rest & 0x7f;
      rest >>>= 7;
      entry.write((int) (bits | (rest > 0 ? 0x80 : 0)));
    }
  }

  private void writeContent(ByteArrayOutputStream entry) {
    blobId.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    var zeros = new byte[BLOCK];
    var deflatedZeros = deflated(zeros, BLOCK, false);
    entry.write(0x78);
    entry.write(0x01);
    for (var done = 0L; done < size; done += BLOCK) {
      var block = marked.getOrDefault(done / BLOCK, zeros);
      var length = (int) Math.min(BLOCK, size - done);
      var last = done + length == size;
      adler.update(block, 0, length);
      blobId.update(block, 0, length);
      entry.writeBytes(block == zeros && !last ? deflatedZeros : deflated(block, length, last));
    }
    entry.writeBytes(ByteBuffer.allocate(4).putInt((int) adler.getValue()).array());
  }

  /** A piece of a deflate stream that refers to nothing before it and ends on a byte. */
  private static byte[] deflated(byte[] block, int length, boolean last) {
    try (var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
      deflater.setInput(block, 0, length);
      if (last) {
        deflater.finish();
      }
      var out = new byte[BLOCK + 1024];
      var n = deflater.deflate(out, 0, out.length, Deflater.FULL_FLUSH);
      return Arrays.copyOf(out, n);
    }
  }

  private static byte[] index(byte[] id, byte[] entry, byte[] packId) {
    var crc = new CRC32();
    crc.update(entry);
    var index =
        ByteBuffer.allocate(8 + 256 * 4 + 20 + 4 + 4 + 20 + 20).putInt(0xff744f63).putInt(2);
    for (var first = 0; first < 256; first++) {
      index.putInt(first >= (id[0] & 0xff) ? 1 : 0);
    }
    index.put(id).putInt((int) crc.getValue()).putInt(12).put(packId);
    var digest = sha1();
    digest.update(index.array(), 0, index.position());
    return index.put(digest.digest()).array();
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
