package dev.gitfs.git.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether a pack and its index are what they were when they were written. Both end in a
 * SHA-1 of all before it, and the index repeats that of its pack ({@code man gitformat-pack}).
 *
 * <p>What passes is no complaint: a pack that another process removes meanwhile, or a lack of file
 * descriptors.
 */
final class PackCheck {

  private static final Logger LOG = LoggerFactory.getLogger(PackCheck.class);

  /** Of a pack without objects: a header of 12 bytes and a checksum. */
  private static final int SHORTEST_PACK = 12 + Sha1.BYTES;

  /** Of an index without objects, in its first version: 256 counts and two checksums. */
  private static final int SHORTEST_INDEX = 256 * Integer.BYTES + 2 * Sha1.BYTES;

  private static final int BUFFER_BYTES = 1 << 16;

  private final Path pack;
  private final Path index;

  /**
   * @param directory {@code objects/pack} of a repository
   * @param name of the pack's files, without extension
   */
  PackCheck(Path directory, String name) {
    this.pack = directory.resolve(name + PackShelf.PACK);
    this.index = directory.resolve(name + PackShelf.INDEX);
  }

  /**
   * What is wrong at first sight, if anything is: reads the index, which a look-up reads as a whole
   * too, and the end of the pack.
   */
  Optional<String> complaint() {
    return complaint(false);
  }

  /** What is wrong with any byte, if anything is. Reads the pack too. */
  Optional<String> fullComplaint() {
    return complaint(true);
  }

  private Optional<String> complaint(boolean full) {
    try {
      if (isAnythingBut(index)) {
        return Optional.of("its index is no file");
      }
      if (isAnythingBut(pack)) {
        return Optional.of("it is no file");
      }
      if (Files.size(index) < SHORTEST_INDEX || !endsInItsChecksum(index)) {
        return Optional.of("its index is damaged");
      }
      if (Files.size(pack) < SHORTEST_PACK
          || !Arrays.equals(checksum(pack, Sha1.BYTES), checksum(index, 2 * Sha1.BYTES))) {
        return Optional.of("it is truncated, or not the pack of its index");
      }
      return full && !endsInItsChecksum(pack)
          ? Optional.of("its checksum is wrong")
          : Optional.empty();
    } catch (AccessDeniedException e) {
      return Optional.of("it cannot be read: permission denied");
    } catch (IOException e) {
      LOG.debug("{} cannot be checked", pack, e);
      return Optional.empty();
    }
  }

  /** Whether there is something else by that name: a directory, a link to nothing. */
  private static boolean isAnythingBut(Path file) {
    return !Files.isRegularFile(file) && Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean endsInItsChecksum(Path file) throws IOException {
    MessageDigest digest = Sha1.digest();
    long left = Files.size(file) - Sha1.BYTES;
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, left)];
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (count < 0) {
          return false;
        }
        digest.update(buffer, 0, count);
        left -= count;
      }
      return Arrays.equals(digest.digest(), in.readNBytes(Sha1.BYTES));
    }
  }

  /** The checksum that begins so many bytes before the end. */
  static byte[] checksum(Path path, int fromEnd) throws IOException {
    try (var file = new RandomAccessFile(path.toFile(), "r")) {
      byte[] checksum = new byte[Sha1.BYTES];
      file.seek(Math.max(0, file.length() - fromEnd));
      file.readFully(checksum);
      return checksum;
    }
  }
}
