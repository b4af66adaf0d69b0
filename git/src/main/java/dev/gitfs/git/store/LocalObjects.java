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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.NoPackSignatureException;
import org.eclipse.jgit.errors.PackInvalidException;
import org.eclipse.jgit.errors.PackMismatchException;
import org.eclipse.jgit.errors.UnsupportedPackVersionException;
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
 * The objects on disk: which there are, and what they hold. Notes which packs are in use, and puts
 * a pack that turns out to be damaged out of the way, after which its objects are simply not here.
 *
 * <p>What is read is hashed, so nothing but what its id says is ever given out, whatever became of
 * the files: that takes a tenth as long as inflating it. Otherwise of a pack that was just found
 * the index alone is looked through, and all of it only once something cannot be read.
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

  /** Damaged packs that could not be put out of the way. */
  private final Set<String> shunned = ConcurrentHashMap.newKeySet();

  /** Packs whose index was looked through. Guarded by this. */
  private Set<Pack> checked = Set.of();

  /**
   * @param directory the {@code objects} of a repository
   * @param bases where to keep what others are deltas of
   */
  LocalObjects(Path directory, DeltaBases bases) throws IOException {
    this.directory = directory;
    this.small = new ShelvedPacks(bases);
    this.objects = objectsIn(directory);
    this.shelf = new PackShelf(directory.resolve("pack"));
    this.packs = PackList.of(intact());
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

  /**
   * The bytes of an object of {@code type}; empty if it is not here, or larger than {@link
   * PackEntry#MOST_HELD}.
   */
  Optional<byte[]> bytes(ObjectId id, int type) throws IOException {
    Optional<Pack> pack = packWith(id);
    Optional<byte[]> bytes =
        pack.flatMap(each -> small.bytes(each, id, type))
            .filter(content -> Sha1.isIdOf(id, type, content));
    if (bytes.isPresent()) {
      noteUse(pack.get(), type);
      return bytes;
    }
    bytes =
        read(
                id,
                reader -> {
                  ObjectLoader object = reader.open(id, type);
                  return object.getSize() > PackEntry.MOST_HELD
                      ? Optional.<byte[]>empty()
                      : Optional.of(verified(id, object));
                })
            .flatMap(read -> read);
    if (bytes.isPresent()) {
      noteUse(id, type);
    }
    return bytes;
  }

  /**
   * The same for a larger one.
   *
   * @throws IOException if it has more than {@code most} bytes
   */
  Optional<byte[]> largeBytes(ObjectId id, int type, long most) throws IOException {
    Optional<byte[]> bytes =
        read(
            id,
            reader -> {
              ObjectLoader object = reader.open(id, type);
              if (object.getSize() > most) {
                throw new IOException(
                    "%s has %,d bytes, of which at most %,d are held; --memory gives more room"
                        .formatted(id.name(), object.getSize(), most));
              }
              return verified(id, object);
            });
    if (bytes.isPresent()) {
      noteUse(id, type);
    }
    return bytes;
  }

  /**
   * The size of a blob, or empty if it is not here. Of one that is small enough to be held it is
   * that of its content, for a damaged pack may tell any.
   */
  OptionalLong size(ObjectId id) throws IOException {
    Optional<Long> size = read(id, reader -> reader.getObjectSize(id, Constants.OBJ_BLOB));
    if (size.isPresent() && size.get() <= PackEntry.MOST_HELD) {
      size = bytes(id, Constants.OBJ_BLOB).map(content -> (long) content.length);
    }
    return size.isPresent() ? OptionalLong.of(size.get()) : OptionalLong.empty();
  }

  /** Whether {@code id} is here, and can be read. */
  boolean isReadable(ObjectId id) throws IOException {
    return read(id, reader -> verified(id, reader.open(id))).isPresent();
  }

  private byte[] verified(ObjectId id, ObjectLoader object) throws IOException {
    byte[] content;
    try {
      content = object.getCachedBytes(Integer.MAX_VALUE);
    } catch (LargeObjectException e) {
      throw new IOException("there is no memory for " + id.name(), e);
    } finally {
      deleteLoose(id, object);
    }
    if (!Sha1.isIdOf(id, object.getType(), content)) {
      throw new CorruptObjectException(id, "its content has another hash");
    }
    return content;
  }

  /** The type of an object, and how it begins. */
  record Beginning(int type, byte[] bytes) {}

  /** The first {@code most} bytes of an object, or empty if it is not here. */
  Optional<Beginning> beginning(ObjectId id, int most) throws IOException {
    return read(
        id,
        reader -> {
          ObjectLoader object = reader.open(id);
          try (var contents = new VerifiedStream(object.openStream(), id, object.getSize())) {
            byte[] bytes = contents.readNBytes(most);
            contents.transferTo(OutputStream.nullOutputStream());
            return new Beginning(object.getType(), bytes);
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

  /**
   * Streams a blob too large to be held; empty if it is not here. What is read to its end is what
   * {@code id} says, or reading fails.
   */
  <T> Optional<T> stream(ObjectId id, Use<T> use) throws IOException {
    Optional<T> used =
        read(
            id,
            reader -> {
              ObjectLoader object = reader.open(id, Constants.OBJ_BLOB);
              try (var contents = new VerifiedStream(object.openStream(), id, object.getSize())) {
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

  /**
   * One more pack, first of all, for which JGit need not look at the directory again. One of its
   * name that was here may have been damaged.
   */
  private synchronized void take(Pack pack) {
    List<Pack> others =
        packs.all().stream().filter(other -> !nameOf(other).equals(nameOf(pack))).toList();
    shunned.remove(nameOf(pack));
    checked = Stream.concat(Stream.of(pack), checked.stream()).collect(Collectors.toSet());
    boolean replaces = others.size() < packs.all().size();
    packs = packs.next(Stream.concat(Stream.of(pack), others.stream()).toList());
    if (replaces) {
      small.retain(others);
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

  /** Looks through all of a pack, and puts it out of the way if it is damaged. */
  void verify(PackShelf.Shelved pack) {
    new PackCheck(shelf.directory(), pack.name())
        .fullComplaint()
        .ifPresent(complaint -> setAside(pack.name(), complaint));
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
        if (isReadable(id)) {
          throw new IOException(id.name() + " is not of the type its tree says", e);
        }
      } catch (FileNotFoundException | NoSuchFileException | PackInvalidException e) {
        // JGit opens an index again that the collector took from it for want of memory, and packs
        // have been merged since: what it held is in another one now.
        LOG.debug("{} was in a pack that has gone", id.name(), e);
        if (attempt > 1) {
          setAsideDamaged(id);
        }
      } catch (MissingObjectException
          | CorruptObjectException
          | NoPackSignatureException
          | PackMismatchException
          | UnsupportedPackVersionException
          | ZipException
          | EOFException
          | LargeObjectException
          | IndexOutOfBoundsException e) {
        // An index has it and its pack does not deliver: another pack has just been put in its
        // place, or it is damaged, for which JGit has these exceptions.
        LOG.debug("{} cannot be read", id.name(), e);
        if (!isReadableAfresh(id) && !isReadableAfresh(id)) {
          setAsideDamaged(id);
        }
      } catch (IOException e) {
        // Of a header of zeros JGit has no exception of its own; nor has what is done with the
        // contents, which may fail for a full disk.
        if (isReadableAfresh(id)) {
          throw e;
        }
        LOG.debug("{} cannot be read", id.name(), e);
        setAsideDamaged(id);
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
          stale |= isOutOfTheWay(nameOf(pack));
        }
      }
      if (!stale) {
        break;
      }
      list();
    }
    return Optional.empty();
  }

  /** Whether a pack whose index could not be read is gone, or damaged and has now gone. */
  private boolean isOutOfTheWay(String name) {
    Optional<String> complaint = new PackCheck(shelf.directory(), name).complaint();
    complaint.ifPresent(what -> setAside(name, what));
    return !Files.exists(shelf.directory().resolve(name + PackShelf.INDEX));
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

  /** Whether it is in a loose file or an intact pack, as another process would find it. */
  private boolean isReadableAfresh(ObjectId id) throws IOException {
    ObjectDirectory fresh = objectsIn(directory);
    try (ObjectReader reader = fresh.newReader()) {
      var object = reader.open(id);
      try (var contents = new VerifiedStream(object.openStream(), id, object.getSize())) {
        contents.transferTo(OutputStream.nullOutputStream());
      }
      return true;
    } catch (IOException | LargeObjectException | IndexOutOfBoundsException e) {
      return false;
    } finally {
      fresh.close();
    }
  }

  /**
   * Of the packs that should hold {@code id}, and one of which does not, those that are damaged.
   */
  private void setAsideDamaged(ObjectId id) throws IOException {
    for (PackShelf.Shelved pack : shelf.list()) {
      var check = new PackCheck(shelf.directory(), pack.name());
      Optional<String> complaint = check.complaint();
      if (complaint.isEmpty() && holds(pack, id)) {
        complaint = check.fullComplaint();
      }
      if (complaint.isPresent()) {
        setAside(pack.name(), complaint.get());
      }
    }
  }

  private boolean holds(PackShelf.Shelved pack, ObjectId id) throws IOException {
    try {
      return indexOnDisk(pack).hasObject(id);
    } catch (FileNotFoundException | NoSuchFileException e) {
      // Merged away; or there is a lack of descriptors, and nothing is known of this pack.
      LOG.debug("{} cannot be opened", pack.name(), e);
      return false;
    }
  }

  private void setAside(String name, String complaint) {
    try {
      shelf.setAside(name, complaint);
    } catch (IOException e) {
      if (shunned.add(name)) {
        LOG.warn("{} in {}: {}; it is not used", name, shelf.directory(), complaint, e);
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
    packs = before.next(intact());
    if (packs != before) {
      small.retain(packs.all());
    }
    listed = System.nanoTime();
  }

  /** All packs but those that are damaged at first sight: these are put out of the way. */
  private synchronized List<Pack> intact() {
    Collection<Pack> all = objects.getPacks();
    var intact = new ArrayList<Pack>(all.size());
    for (Pack pack : all) {
      String name = nameOf(pack);
      Optional<String> complaint =
          checked.contains(pack)
              ? Optional.empty()
              : new PackCheck(shelf.directory(), name).complaint();
      if (complaint.isPresent()) {
        setAside(name, complaint.get());
      } else if (!shunned.contains(name)) {
        intact.add(pack);
      }
    }
    checked = Set.copyOf(intact);
    return intact;
  }

  static String nameOf(Pack pack) {
    return PackShelf.withoutExtension(pack.getPackFile().toPath());
  }

  static ObjectDirectory objectsIn(Path directory) throws IOException {
    var config = new Config();
    // JGit takes the index of many packs that stock git writes for a pack.
    config.setBoolean("core", null, "multiPackIndex", false);
    return new ObjectDirectory(config, directory.toFile(), null, FS.DETECTED, null);
  }
}
