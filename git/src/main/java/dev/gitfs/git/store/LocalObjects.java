package dev.gitfs.git.store;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.PackInvalidException;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.util.FS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects on disk: which there are, and what they hold. Notes which packs are in use, and drops
 * a pack that turns out to be damaged, after which its objects are simply not here.
 */
final class LocalObjects implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LocalObjects.class);

  /** Often enough to tell packs in use from others, rare enough to cost nothing. */
  private static final Duration TOUCH_INTERVAL = Duration.ofMinutes(1);

  /** What other processes fetch need not be seen at once: at worst it is fetched a second time. */
  private static final Duration LIST_INTERVAL = Duration.ofSeconds(1);

  /**
   * Each reads what replaced a pack that vanished under the one before; for that to happen thrice
   * in a row packs would have to be merged as fast as they are listed.
   */
  private static final int READ_ATTEMPTS = 3;

  private final Path directory;
  private final ObjectDirectory objects;
  private final PackShelf shelf;
  private final ShelvedPacks small;

  /** The packs there were when {@link #listed}. Replaced as a whole. */
  private volatile PackList packs;

  /** By {@link System#nanoTime}. */
  private volatile long listed;

  /** When each pack that was read was last touched, by {@link System#nanoTime}. */
  private final Map<String, Long> touched = new ConcurrentHashMap<>();

  /** Packs that lead to what is shown: in use for as long as this is open, read or not. */
  private final Set<String> held = ConcurrentHashMap.newKeySet();

  /**
   * @param directory the {@code objects} of a repository
   * @param bases where to keep what others are deltas of
   */
  LocalObjects(Path directory, DeltaBases bases) throws IOException {
    this.directory = directory;
    this.small = new ShelvedPacks(bases);
    this.objects = objectsIn(directory);
    this.shelf = new PackShelf(directory.resolve("pack"));
    this.packs = PackList.of(objects.getPacks());
    this.listed = System.nanoTime();
  }

  PackShelf shelf() {
    return shelf;
  }

  /**
   * Whether {@code id} is here, as far as this process has noticed: a pack that another process
   * brought is seen after {@link #LIST_INTERVAL}. Touches no file, for it is asked far more often
   * than the answer is yes.
   */
  boolean has(ObjectId id) {
    return packWith(id).isPresent();
  }

  /** The bytes of an object of {@code type}, or empty if it is not here. */
  Optional<byte[]> bytes(ObjectId id, int type) throws IOException {
    Optional<Pack> pack = packWith(id);
    Optional<byte[]> bytes = pack.flatMap(each -> small.bytes(each, id, type));
    if (bytes.isPresent()) {
      noteUse(pack.get(), type);
      return bytes;
    }
    bytes = read(id, reader -> reader.open(id, type).getCachedBytes(Integer.MAX_VALUE));
    if (bytes.isPresent()) {
      noteUse(id, type);
    }
    return bytes;
  }

  /** The size of a blob, or empty if it is not here. */
  OptionalLong size(ObjectId id) throws IOException {
    Optional<Long> size = read(id, reader -> reader.getObjectSize(id, Constants.OBJ_BLOB));
    return size.isPresent() ? OptionalLong.of(size.get()) : OptionalLong.empty();
  }

  /** The type of an object, and how it begins. */
  record Beginning(int type, byte[] bytes) {}

  /** The first {@code most} bytes of an object, or empty if it is not here. */
  Optional<Beginning> beginning(ObjectId id, int most) throws IOException {
    return read(
        id,
        reader -> {
          ObjectLoader object = reader.open(id);
          try (InputStream contents = object.openStream()) {
            return new Beginning(object.getType(), contents.readNBytes(most));
          } finally {
            deleteLoose(id, object);
          }
        });
  }

  boolean isCommit(ObjectId id) throws IOException {
    return read(id, reader -> reader.open(id).getType()).equals(Optional.of(Constants.OBJ_COMMIT));
  }

  /** What to do with the contents of a blob as they are inflated. */
  @FunctionalInterface
  interface Use<T> {
    T of(InputStream contents) throws IOException;
  }

  /** Streams a blob too large to be held; empty if it is not here. */
  <T> Optional<T> stream(ObjectId id, Use<T> use) throws IOException {
    Optional<T> used =
        read(
            id,
            reader -> {
              ObjectLoader object = reader.open(id, Constants.OBJ_BLOB);
              try (InputStream contents = object.openStream()) {
                return use.of(contents);
              } finally {
                deleteLoose(id, object);
              }
            });
    if (used.isPresent()) {
      noteUse(id, Constants.OBJ_BLOB);
    }
    return used;
  }

  /** Of a large object that is a delta JGit leaves a loose copy, which nobody bounds. */
  private void deleteLoose(ObjectId id, ObjectLoader object) {
    if (object.isLarge()) {
      objects.fileFor(id).delete();
    }
  }

  /** How many packs there are, of all kinds. */
  int packCount() {
    return packs().all().size();
  }

  /** A reader for walking commits; the caller closes it. */
  ObjectReader reader() {
    return objects.newReader();
  }

  /** Takes a complete pack, with its index beside it, from elsewhere on this file system. */
  Path add(Path pack, PackKind kind) throws IOException {
    Path added = shelf.add(pack, kind);
    take(objects.openPack(added.toFile()));
    return added;
  }

  /** One more pack, first of all, for which JGit need not look at the directory again. */
  private synchronized void take(Pack pack) {
    if (packs.all().stream().noneMatch(other -> nameOf(other).equals(nameOf(pack)))) {
      packs = packs.next(Stream.concat(Stream.of(pack), packs.all().stream()).toList());
    }
  }

  /** Tells that {@code old} are now the one pack {@code merged}. */
  void replaced(List<PackShelf.Shelved> old, String merged) {
    for (PackShelf.Shelved pack : old) {
      touched.remove(pack.name());
      if (held.remove(pack.name())) {
        held.add(merged);
      }
    }
    lookAgain();
  }

  /** Drops the pack that should hold {@code id} if it does not. */
  void verify(ObjectId id) throws IOException {
    read(id, reader -> reader.open(id).getSize());
  }

  PackIndex indexOf(PackShelf.Shelved shelved) throws IOException {
    for (Pack pack : packs().all()) {
      if (nameOf(pack).equals(shelved.name())) {
        try {
          return pack.getIndex();
        } catch (PackInvalidException e) {
          LOG.debug("JGit has given up {}, which is there again", shelved.name(), e);
        }
      }
    }
    return indexOnDisk(shelved);
  }

  private PackIndex indexOnDisk(PackShelf.Shelved shelved) throws IOException {
    return PackIndex.open(shelf.directory().resolve(shelved.name() + ".idx").toFile());
  }

  /** Sees what was brought or dropped, by whomever, since the packs were last listed. */
  void lookAgain() {
    list();
  }

  /** Keeps the packs that lead to what is shown from looking unused. */
  void touchHeld() throws IOException {
    for (String name : held) {
      if (!shelf.touch(name, Instant.now())) {
        held.remove(name);
      }
    }
  }

  /** {@code id}, and what is packed with it, is in use until this is closed. */
  void hold(ObjectId id) throws IOException {
    noteUse(id, Constants.OBJ_COMMIT);
  }

  /** The same for all of a pack. */
  void hold(Path pack) {
    held.add(PackShelf.withoutExtension(pack));
  }

  @Override
  public void close() {
    small.close();
    objects.close();
  }

  /** What is read of an object that is here. */
  interface Read<T> {
    T from(ObjectReader reader) throws IOException;
  }

  /** Reads again, from elsewhere, what vanishes meanwhile; empty if it is not here. */
  <T> Optional<T> read(ObjectId id, Read<T> read) throws IOException {
    for (int attempt = 1; has(id) && attempt <= READ_ATTEMPTS; attempt++) {
      try (ObjectReader reader = objects.newReader()) {
        return Optional.of(read.from(reader));
      } catch (IncorrectObjectTypeException e) {
        throw new IOException(id.name() + " is not of the type its tree says", e);
      } catch (FileNotFoundException | NoSuchFileException | PackInvalidException e) {
        // JGit opens an index again that the collector took from it for want of memory, and packs
        // have been merged since: what it held is in another one now.
        LOG.debug("{} was in a pack that has gone", id.name(), e);
      } catch (MissingObjectException | CorruptObjectException | ZipException | EOFException e) {
        // An index has it and its pack does not deliver: another pack has just been put in its
        // place, or it is damaged.
        LOG.debug("{} cannot be read", id.name(), e);
        if (!isReadableAfresh(id) && !isReadableAfresh(id)) {
          dropPacksWith(id);
        }
      }
      lookAgain();
    }
    return Optional.empty();
  }

  private Optional<Pack> packWith(ObjectId id) {
    for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      boolean stale = false;
      PackList current = packs();
      for (Pack pack : current.withMaybe(id)) {
        try {
          if (pack.hasObject(id)) {
            current.found(pack);
            return Optional.of(pack);
          }
        } catch (IOException e) {
          LOG.debug("{} has gone, or its index is damaged", nameOf(pack), e);
          stale = true;
        }
      }
      if (!stale) {
        break;
      }
      list();
    }
    return Optional.empty();
  }

  private void noteUse(ObjectId id, int type) throws IOException {
    Optional<Pack> pack = packWith(id);
    if (pack.isPresent()) {
      noteUse(pack.get(), type);
    }
  }

  private void noteUse(Pack pack, int type) throws IOException {
    String name = nameOf(pack);
    if (type != Constants.OBJ_BLOB) {
      held.add(name);
    }
    long now = System.nanoTime();
    Long last = touched.get(name);
    if (last == null || now - last > TOUCH_INTERVAL.toNanos()) {
      touched.put(name, now);
      shelf.touch(name, Instant.now());
    }
  }

  private boolean isReadableAfresh(ObjectId id) throws IOException {
    ObjectDirectory fresh = objectsIn(directory);
    try (ObjectReader reader = fresh.newReader();
        InputStream contents = reader.open(id).openStream()) {
      contents.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      fresh.close();
    }
  }

  private void dropPacksWith(ObjectId id) throws IOException {
    for (PackShelf.Shelved pack : shelf.list()) {
      Path file = shelf.directory().resolve(pack.name() + ".pack");
      // Reading a byte tells damage from a lack of descriptors or permissions, which passes.
      try (var stream = Files.newInputStream(file)) {
        if (stream.read() >= 0 && indexOnDisk(pack).hasObject(id)) {
          LOG.warn("Dropping {}, which is damaged; its objects will be fetched again", file);
          shelf.drop(pack.name());
        }
      } catch (FileNotFoundException | NoSuchFileException e) {
        // Merged away; or there is a lack of descriptors, and nothing is known of this pack.
        LOG.debug("{} cannot be opened", file, e);
      }
    }
  }

  private PackList packs() {
    if (System.nanoTime() - listed > LIST_INTERVAL.toNanos()) {
      list();
    }
    return packs;
  }

  /**
   * JGit looks at the directory, and for new packs if that has changed. One at a time: what one
   * lists before a pack has come must not replace what another lists after that.
   */
  private synchronized void list() {
    PackList before = packs;
    packs = before.next(objects.getPacks());
    if (packs != before) {
      small.retain(packs.all());
    }
    listed = System.nanoTime();
  }

  static String nameOf(Pack pack) {
    return PackShelf.withoutExtension(pack.getPackFile().toPath());
  }

  static ObjectDirectory objectsIn(Path directory) throws IOException {
    return new ObjectDirectory(new Config(), directory.toFile(), null, FS.DETECTED, null);
  }
}
