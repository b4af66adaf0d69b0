package dev.gitfs.git.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.internal.storage.pack.PackWriter;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges the many small packs that fetching leaves into few: a look-up asks one pack after the
 * other.
 *
 * <p>The policy is that of {@code git repack --geometric=2}: of the packs of one kind, the smaller
 * ones are merged up to the point where each pack left is at least twice as large as all smaller
 * ones together. So an object is copied once for every doubling of what came after it, and n of
 * them cost O(n log n). Entries are copied as they are, deltas too, after a check of their CRC.
 *
 * <p>The new pack is complete before an old one goes; whoever comes between finds both.
 */
final class Consolidation {

  private static final Logger LOG = LoggerFactory.getLogger(Consolidation.class);

  /** Packs of one kind that are left alone: 20 look-ups in an index are a few microseconds. */
  static final int MOST_PACKS = 20;

  /** A larger pack is not worth the copying, and would be dropped for lack of space as a whole. */
  private static final long LARGEST_PACK = 256L << 20;

  /** Bounds the memory it takes to merge, about 200 bytes an object. */
  private static final long MOST_OBJECTS = 100_000;

  private final LocalObjects local;
  private final Path scratch;
  private final long largestPack;

  /** Packs are merged in {@code scratch}; {@code diskBytes} is the bound of the cache. */
  Consolidation(LocalObjects local, Path scratch, long diskBytes) {
    this.local = local;
    this.scratch = scratch;
    this.largestPack = Math.min(LARGEST_PACK, diskBytes / 16);
  }

  /** Merges what should be merged. For the holder of the upkeep lock. */
  void run() throws IOException {
    List<PackShelf.Shelved> all = local.shelf().list();
    for (PackKind kind : new PackKind[] {PackKind.TREES, PackKind.BLOBS}) {
      List<PackShelf.Shelved> small =
          tooSmall(all.stream().filter(pack -> pack.kind() == kind).toList());
      if (small.size() > 1) {
        merge(small, kind);
      }
    }
  }

  private List<PackShelf.Shelved> tooSmall(List<PackShelf.Shelved> packs) {
    if (packs.size() <= MOST_PACKS) {
      return List.of();
    }
    List<PackShelf.Shelved> ascending =
        packs.stream().sorted(Comparator.comparingLong(PackShelf.Shelved::bytes)).toList();
    long sum = 0;
    int merged = 0;
    for (int i = 0; i < ascending.size(); i++) {
      long bytes = ascending.get(i).bytes();
      if (sum + bytes > largestPack) {
        break;
      }
      if (bytes < 2 * sum) {
        merged = i + 1;
      }
      sum += bytes;
    }
    return ascending.subList(0, merged);
  }

  private void merge(List<PackShelf.Shelved> packs, PackKind kind) throws IOException {
    long start = System.nanoTime();
    var merged = new ArrayList<PackShelf.Shelved>();
    Set<ObjectId> ids = new HashSet<>();
    for (PackShelf.Shelved pack : packs) {
      PackIndex index = local.indexOf(pack);
      if (ids.size() + index.getObjectCount() <= MOST_OBJECTS) {
        index.forEach(entry -> ids.add(entry.toObjectId()));
        merged.add(pack);
      }
    }
    if (merged.size() < 2) {
      return;
    }
    Path staging = Files.createTempDirectory(scratch, "merge-");
    try {
      Path pack = write(ids, kind, staging);
      Path added = local.add(pack, kind);
      String name = PackShelf.withoutExtension(added);
      Instant used =
          merged.stream().map(PackShelf.Shelved::used).max(Comparator.naturalOrder()).get();
      local.shelf().touch(name, used);
      for (PackShelf.Shelved old : merged) {
        // In memory, so that no look-up between here and the next listing finds it gone.
        local.indexOf(old);
      }
      for (PackShelf.Shelved old : merged) {
        if (!old.name().equals(name)) {
          local.shelf().drop(old.name());
        }
      }
      local.replaced(merged, name);
      LOG.debug(
          "Merged {} packs of {} objects in {} ms",
          merged.size(),
          ids.size(),
          (System.nanoTime() - start) / 1_000_000);
    } catch (MissingObjectException | CorruptObjectException e) {
      merged.forEach(local::verify);
      local.lookAgain();
      throw e;
    } catch (IOException e) {
      throw DiskFull.explain(e, scratch);
    } finally {
      FileTrees.delete(staging);
    }
  }

  private Path write(Set<ObjectId> ids, PackKind kind, Path staging) throws IOException {
    Path pack = staging.resolve("merged.pack");
    try (ObjectReader reader = local.reader();
        var walk = new RevWalk(reader);
        var writer = new PackWriter(config(), reader)) {
      var objects = new ArrayList<RevObject>(ids.size());
      for (ObjectId id : ids) {
        objects.add(
            kind == PackKind.BLOBS
                ? walk.lookupBlob(id)
                : walk.lookupAny(id, reader.open(id).getType()));
      }
      writer.setReuseDeltaCommits(true);
      writer.setReuseValidatingObjects(true);
      writer.setDeltaBaseAsOffset(true);
      writer.preparePack(objects.iterator());
      try (OutputStream out = buffered(pack)) {
        writer.writePack(NullProgressMonitor.INSTANCE, NullProgressMonitor.INSTANCE, out);
      }
      try (OutputStream out = buffered(staging.resolve("merged.idx"))) {
        writer.writeIndex(out);
      }
    }
    return pack;
  }

  private static PackConfig config() {
    var config = new PackConfig();
    config.setReuseDeltas(true);
    config.setReuseObjects(true);
    config.setDeltaCompress(false);
    config.setBuildBitmaps(false);
    config.setThreads(1);
    return config;
  }

  private static OutputStream buffered(Path file) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
  }
}
