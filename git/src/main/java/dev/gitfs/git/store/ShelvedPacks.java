package dev.gitfs.git.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.AnyObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads objects of the packs on the shelf that are small enough to be held, which are nearly all:
 * in a third of the time that JGit takes, for it needs no window cache, and has libdeflate inflate
 * each at once. Whatever is not as it should be is left to JGit, which tells what is wrong. For any
 * number of threads.
 */
final class ShelvedPacks implements Closeable {

  private static final Logger LOG = LoggerFactory.getLogger(ShelvedPacks.class);

  /** Files kept open. Of all packs there are, readers are in a few at a time. */
  private static final int MOST_OPEN = 16;

  /** Git makes no longer ones: a longer one would lead back to itself. */
  private static final int LONGEST_CHAIN = 4095;

  private final DeltaBases bases;

  /** By name, the one used last at the end. Guarded by this. */
  private final Map<String, PackFile> open = new LinkedHashMap<>(16, 0.75f, true);

  /** An object, for as long as its pack is open. */
  private record Place(PackFile pack, long offset) {}

  private record Deltified(Place place, ObjectInflater.Header header) {}

  ShelvedPacks(DeltaBases bases) {
    this.bases = bases;
  }

  /** The content of the object {@code id} of {@code pack}, or empty if JGit is to read it. */
  Optional<byte[]> bytes(Pack pack, AnyObjectId id, int type) {
    try (var inflater = ObjectInflater.take()) {
      PackIndex index = pack.getIndex();
      return bytes(inflater, open(pack), index, index.findOffset(id), type);
    } catch (IOException | IndexOutOfBoundsException e) {
      LOG.debug("JGit is to read {}", id.name(), e);
      return Optional.empty();
    }
  }

  private Optional<byte[]> bytes(
      ObjectInflater inflater, PackFile pack, PackIndex index, long offset, int type)
      throws IOException {
    Deque<Deltified> deltas = new ArrayDeque<>();
    var place = new Place(pack, offset);
    byte[] content = null;
    while (content == null) {
      if (place.offset <= 0 || deltas.size() > LONGEST_CHAIN) {
        return Optional.empty();
      }
      var header = inflater.header(pack, place.offset);
      if (header.size() > PackEntry.MOST_HELD) {
        return Optional.empty();
      }
      if (header.type() == type) {
        content = inflater.inflate(pack, header.body(), (int) header.size());
        if (!deltas.isEmpty()) {
          bases.put(place, content);
        }
      } else if (header.isDelta()) {
        deltas.push(new Deltified(place, header));
        place =
            new Place(
                pack,
                header.base().map(index::findOffset).orElse(place.offset - header.distance()));
        content = bases.getIfPresent(place);
      } else {
        return Optional.empty();
      }
    }
    for (var delta : deltas) {
      byte[] instructions = inflater.inflate(pack, delta.header.body(), (int) delta.header.size());
      if (Delta.resultSize(instructions, content.length) > PackEntry.MOST_HELD) {
        return Optional.empty();
      }
      content = Delta.apply(content, instructions);
      bases.put(delta.place, content);
    }
    return Optional.of(content);
  }

  /** Closes the files of all other packs than these. */
  synchronized void retain(Collection<Pack> packs) {
    Set<String> names = packs.stream().map(LocalObjects::nameOf).collect(Collectors.toSet());
    open.entrySet().removeIf(each -> !names.contains(each.getKey()) && isClosed(each.getValue()));
  }

  @Override
  public synchronized void close() {
    open.values().removeIf(ShelvedPacks::isClosed);
  }

  /** The one used longest ago makes room: who reads it at this moment has JGit read. */
  private synchronized PackFile open(Pack pack) throws IOException {
    String name = LocalObjects.nameOf(pack);
    PackFile file = open.get(name);
    if (file == null) {
      Path path = pack.getPackFile().toPath();
      file = new PackFile(path);
      open.put(name, file);
      if (open.size() > MOST_OPEN) {
        var eldest = open.values().iterator();
        isClosed(eldest.next());
        eldest.remove();
      }
    }
    return file;
  }

  private static boolean isClosed(PackFile file) {
    try {
      file.close();
    } catch (IOException e) {
      LOG.debug("{} was only read", file.path(), e);
    }
    return true;
  }
}
