package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
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

  static final String INDEX = ".idx";
  static final String PACK = ".pack";
  private static final String PROMISOR = ".promisor";

  /** A pack comes in three renames; one that has not made it after this long never will. */
  private static final Duration LONGEST_ARRIVAL = Duration.ofMinutes(10);

  /**
   * A pack on the shelf.
   *
   * @param name of its files, without extension
   * @param bytes of its files together
   */
  record Shelved(String name, PackKind kind, long bytes, Instant used) {}

  /**
   * Moves a complete pack, with its index beside it, onto the shelf. Returns where it is. One of
   * that name that is there already has the same content, unless it is damaged: it is replaced.
   */
  Path add(Path pack, PackKind kind) throws IOException {
    String name = "pack-" + HexFormat.of().formatHex(PackCheck.checksum(pack, Sha1.BYTES));
    Path target = directory.resolve(name + PACK);
    Path index = pack.resolveSibling(withoutExtension(pack) + INDEX);
    AtomicFile.write(pack.getParent(), directory.resolve(name + PROMISOR), kind + "\n");
    AtomicFile.move(pack, target);
    AtomicFile.move(index, directory.resolve(name + INDEX));
    return target;
  }

  /** Puts a pack out of the way that is not what it should be, and says so. */
  void setAside(String name, String complaint) throws IOException {
    boolean first = damaged().move(directory.resolve(name + INDEX));
    try (DirectoryStream<Path> rest = Files.newDirectoryStream(directory, name + ".*")) {
      for (Path file : rest) {
        first |= damaged().move(file);
      }
    }
    if (first) {
      LOG.warn(
          "{}: {}; set aside in {}, and what was in it is fetched again",
          directory.resolve(name + PACK),
          complaint,
          damaged().directory());
    }
  }

  /** Where packs go that are damaged. */
  Damaged damaged() {
    return new Damaged(directory.resolve("../..").normalize());
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
    } catch (NoSuchFileException | NotDirectoryException e) {
      LOG.debug("There are no packs where they should be", e);
    }
    return shelved;
  }

  /** The pack of that name, unless it is gone. */
  Optional<Shelved> describe(String name) throws IOException {
    try {
      Path promisor = directory.resolve(name + PROMISOR);
      PackKind kind = PackKind.WHOLE;
      Instant used = Instant.EPOCH;
      if (Files.isRegularFile(promisor)) {
        kind = PackKind.parse(Files.readString(promisor, ISO_8859_1));
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
    // As git's own repack does: it would name a pack that is not there.
    Files.deleteIfExists(directory.resolve("multi-pack-index"));
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
        if (counts && file.toString().endsWith(INDEX)) {
          Optional<String> complaint = new PackCheck(directory, name).complaint();
          if (complaint.isPresent()) {
            setAside(name, complaint.get());
          } else if (!Files.exists(directory.resolve(name + PROMISOR))) {
            // Without it stock git misses what the pack refers to.
            AtomicFile.write(directory, directory.resolve(name + PROMISOR), PackKind.WHOLE + "\n");
          }
        } else if (!counts && Files.getLastModifiedTime(file).toInstant().isBefore(longAgo)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      LOG.trace("Another process clears the same remains", e);
    }
  }

  static String withoutExtension(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }
}
