package dev.gitfs.git.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pack files in one directory: how they come and go, and which there are. A pack is named after
 * its checksum, so that one name is one content whoever writes it, and consists of three files:
 * {@code .promisor}, without which stock git would miss what the pack refers to; {@code .pack}; and
 * {@code .idx}, which comes last, goes first, and makes the others count.
 *
 * <p>The {@code .promisor} file holds the pack's {@link PackKind}, and its time is when the pack
 * was last used: that of the pack itself would make JGit take it for another one.
 *
 * @param directory {@code objects/pack} of a repository
 */
record PackShelf(Path directory) {

  private static final Logger LOG = LoggerFactory.getLogger(PackShelf.class);

  private static final String INDEX = ".idx";
  private static final String PACK = ".pack";
  private static final String PROMISOR = ".promisor";

  private static final int CHECKSUM_LENGTH = 20;

  /** A pack comes in three renames; one that has not made it after this long never will. */
  private static final Duration LONGEST_ARRIVAL = Duration.ofMinutes(10);

  /**
   * A pack on the shelf.
   *
   * @param name of its files, without extension
   * @param bytes of its files together
   */
  record Shelved(String name, PackKind kind, long bytes, Instant used) {}

  /** Moves a complete pack, with its index beside it, onto the shelf. Returns where it is. */
  Path add(Path pack, PackKind kind) throws IOException {
    String name = "pack-" + checksum(pack, CHECKSUM_LENGTH);
    Path target = directory.resolve(name + PACK);
    Files.writeString(directory.resolve(name + PROMISOR), kind + "\n");
    if (!Files.exists(directory.resolve(name + INDEX))) {
      Files.move(pack, target, StandardCopyOption.ATOMIC_MOVE);
      Path index = pack.resolveSibling(withoutExtension(pack) + INDEX);
      Files.move(index, directory.resolve(name + INDEX), StandardCopyOption.ATOMIC_MOVE);
    }
    return target;
  }

  /** Notes that a pack is in use, for all processes to see; false if it has been dropped. */
  boolean touch(String name, Instant when) throws IOException {
    try {
      Files.setLastModifiedTime(directory.resolve(name + PROMISOR), FileTime.from(when));
      return true;
    } catch (NoSuchFileException e) {
      LOG.trace("{} was dropped meanwhile", name);
      return false;
    }
  }

  List<Shelved> list() throws IOException {
    var shelved = new ArrayList<Shelved>();
    try (DirectoryStream<Path> indexes = Files.newDirectoryStream(directory, "pack-*" + INDEX)) {
      for (Path index : indexes) {
        describe(withoutExtension(index)).ifPresent(shelved::add);
      }
    }
    return shelved;
  }

  /** The pack of that name, unless it is gone. */
  Optional<Shelved> describe(String name) throws IOException {
    try {
      Path promisor = directory.resolve(name + PROMISOR);
      PackKind kind = PackKind.WHOLE;
      Instant used = Instant.EPOCH;
      if (Files.exists(promisor)) {
        kind = PackKind.parse(Files.readString(promisor));
        used = Files.getLastModifiedTime(promisor).toInstant();
      }
      long bytes =
          Files.size(directory.resolve(name + PACK)) + Files.size(directory.resolve(name + INDEX));
      return Optional.of(new Shelved(name, kind, bytes, used));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Deletes a pack. Processes that read it at this moment read on, or find it gone. */
  void drop(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name + INDEX));
    try (DirectoryStream<Path> rest = Files.newDirectoryStream(directory, name + ".*")) {
      for (Path file : rest) {
        if (!file.toString().endsWith(PROMISOR)) {
          Files.deleteIfExists(file);
        }
      }
    }
    Files.deleteIfExists(directory.resolve(name + PROMISOR));
  }

  /** Deletes what is left of packs that a crash kept from arriving whole, or from going. */
  void clearRemains() throws IOException {
    Instant longAgo = Instant.now().minus(LONGEST_ARRIVAL);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "pack-*")) {
      for (Path file : files) {
        String name = withoutExtension(file);
        boolean counts =
            Files.exists(directory.resolve(name + INDEX))
                && Files.exists(directory.resolve(name + PACK));
        if (counts && file.toString().endsWith(INDEX) && isTorn(name)) {
          LOG.warn("Dropping {}, which a loss of power has torn", name);
          drop(name);
        } else if (!counts && Files.getLastModifiedTime(file).toInstant().isBefore(longAgo)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      LOG.trace("Another process clears the same remains", e);
    }
  }

  /** Whether the pack or its index does not end as it was written, in the pack's checksum. */
  private boolean isTorn(String name) throws IOException {
    String checksum = name.substring(name.indexOf('-') + 1);
    return !checksum.equals(checksum(directory.resolve(name + PACK), CHECKSUM_LENGTH))
        || !checksum.equals(checksum(directory.resolve(name + INDEX), 2 * CHECKSUM_LENGTH));
  }

  static String withoutExtension(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** The checksum that begins {@code fromEnd} bytes before the end; empty in a shorter file. */
  private static String checksum(Path path, int fromEnd) throws IOException {
    try (var file = new RandomAccessFile(path.toFile(), "r")) {
      if (file.length() < fromEnd) {
        return "";
      }
      byte[] checksum = new byte[CHECKSUM_LENGTH];
      file.seek(file.length() - fromEnd);
      file.readFully(checksum);
      return HexFormat.of().formatHex(checksum);
    }
  }
}
