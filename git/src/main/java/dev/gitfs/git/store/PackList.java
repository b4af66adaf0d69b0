package dev.gitfs.git.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackIndex;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.MutableObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The packs there were at some moment, and which of them to ask for an object. Most objects that
 * are looked for are in none of them, and a reader who goes through a repository leaves dozens of
 * packs before they are merged: to ask all of them, five times for each file, took 4% of all
 * processor time. So of packs that have come since the first list was made the ids are in a filter.
 * Those that are in one are mostly in the one where the last was found, which is asked first.
 *
 * <p>Does not change but for the order of asking, and for its filter, which lists made one from the
 * other share. For any number of threads.
 */
final class PackList {

  private static final Logger LOG = LoggerFactory.getLogger(PackList.class);

  /** Larger ones are rare, and reading their ids would take longer than asking them ever does. */
  private static final long MOST_FILTERED = 200_000;

  private static final int FIRST_ROOM = 1024;

  private final List<Pack> all;

  /** The same, the one in which something was found last first. Replaced as a whole. */
  private volatile List<Pack> byUse;

  /** Those whose ids are not in the filter. */
  private final List<Pack> others;

  private final Set<Pack> filtered;
  private final IdFilter filter;

  private PackList(List<Pack> all, List<Pack> others, Set<Pack> filtered, IdFilter filter) {
    this.all = all;
    this.byUse = all;
    this.others = others;
    this.filtered = filtered;
    this.filter = filter;
  }

  /** A first list: what was there before is mostly in few packs. */
  static PackList of(Collection<Pack> packs) {
    var all = List.copyOf(packs);
    return new PackList(all, all, Set.of(), new IdFilter(FIRST_ROOM));
  }

  /** The list that follows this one. One thread at a time may make it. */
  PackList next(Collection<Pack> packs) {
    var now = List.copyOf(packs);
    if (now.equals(all)) {
      return this;
    }
    var sorted = sort(now, filtered);
    var ids = filter;
    if (sorted.objects() > ids.room()) {
      sorted = sort(now, Set.of());
      ids = new IdFilter(2 * sorted.objects());
    }
    for (PackIndex index : sorted.come) {
      add(index, ids);
    }
    return new PackList(now, sorted.others, sorted.filtered, ids);
  }

  /**
   * Packs by what becomes of them.
   *
   * @param come indexes whose ids are not in the filter yet, of packs that are among the filtered
   */
  private record Sorted(Set<Pack> filtered, List<Pack> others, List<PackIndex> come) {

    long objects() {
      return come.stream().mapToLong(PackIndex::getObjectCount).sum();
    }
  }

  private Sorted sort(List<Pack> now, Set<Pack> inFilter) {
    var sorted = new Sorted(new HashSet<>(), new ArrayList<>(), new ArrayList<>());
    for (Pack pack : now) {
      if (inFilter.contains(pack)) {
        sorted.filtered.add(pack);
        continue;
      }
      Optional<PackIndex> index = others.contains(pack) ? Optional.empty() : small(pack);
      if (index.isPresent()) {
        sorted.filtered.add(pack);
        sorted.come.add(index.get());
      } else {
        sorted.others.add(pack);
      }
    }
    return sorted;
  }

  /** All of them. */
  List<Pack> all() {
    return all;
  }

  /** Those that may hold {@code id}, the likeliest first. */
  List<Pack> withMaybe(AnyObjectId id) {
    return filter.mayHold(id) ? byUse : others;
  }

  /** An object was found in {@code pack}, which is one of these. */
  void found(Pack pack) {
    List<Pack> before = byUse;
    if (before.getFirst() != pack) {
      var now = new ArrayList<Pack>(before.size());
      now.add(pack);
      before.stream().filter(other -> other != pack).forEach(now::add);
      byUse = now;
    }
  }

  /** The index of a pack, if there is one and its ids are to be read. */
  private static Optional<PackIndex> small(Pack pack) {
    try {
      return Optional.of(pack.getIndex()).filter(index -> index.getObjectCount() <= MOST_FILTERED);
    } catch (IOException e) {
      // Whoever asks the pack finds that out as well, and knows what to do.
      LOG.debug("{} has no index any more", pack, e);
      return Optional.empty();
    }
  }

  private static void add(PackIndex index, IdFilter filter) {
    var id = new MutableObjectId();
    for (PackIndex.MutableEntry entry : index) {
      entry.copyOidTo(id);
      filter.add(id);
    }
  }
}
