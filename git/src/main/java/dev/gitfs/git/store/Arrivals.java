package dev.gitfs.git.store;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The objects that have come and been verified while the pack that brings them is still on its way:
 * between their arrival and the moment the pack is on the shelf they are found here.
 */
final class Arrivals {

  private final Map<ObjectId, PackEntry> entries = new ConcurrentHashMap<>();
  private final DeltaBases bases;

  /** Keeps in {@code bases} what others are deltas of. */
  Arrivals(DeltaBases bases) {
    this.bases = bases;
  }

  void add(PackEntry entry) {
    entries.put(entry, entry);
  }

  /** The pack of {@code received} is on the shelf, or was dropped. */
  void remove(List<PackEntry> received) {
    for (PackEntry entry : received) {
      entries.remove(entry, entry);
    }
  }

  boolean has(AnyObjectId id) {
    return entries.containsKey(id);
  }

  OptionalLong size(AnyObjectId id) {
    PackEntry entry = entries.get(id);
    return entry != null && entry.type() == Constants.OBJ_BLOB
        ? OptionalLong.of(entry.size())
        : OptionalLong.empty();
  }

  /** The bytes of an object of {@code type}, unless it is not here. */
  Optional<byte[]> bytes(AnyObjectId id, int type) throws IOException {
    PackEntry entry = entries.get(id);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.type() != type) {
      throw new IOException(entry.name() + " is not of the type its tree says");
    }
    try {
      // Verified as it came, and read again from a file, which anything may have happened to.
      return Optional.of(StagedPack.contents(entry, bases))
          .filter(content -> Sha1.isIdOf(id, type, content));
    } catch (PackFile.ClosedException e) {
      // At this moment: it is on the shelf, or was dropped.
      return Optional.empty();
    }
  }
}
