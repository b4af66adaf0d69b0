package dev.gitfs.git.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The contents of files, one after the other in the order in which they came, in pieces of memory
 * outside of the heap, or of a file ("slabs"). They are mostly read in that order too, so a slab is
 * soon free as a whole and used again: nothing is allocated for a file, and no collector carries it
 * around.
 *
 * <p>A file keeps the slabs it is in until it is dropped, and while it is written or open. Not safe
 * for use by several threads; only what is open may be read by any, and what is reserved be written
 * by one.
 */
final class Slabs {

  /**
   * What nobody has read for so long makes room for what is coming, where there is no more: a link
   * of 200 Mbit/s fills all of this memory in a second, so its readers have gone elsewhere, or are
   * slow enough to have it inflated once more.
   */
  static final long PATIENCE = TimeUnit.SECONDS.toNanos(2);

  /** What is read first must not find all memory taken by what is read after it. */
  private static final int LATER_SHARE = 2;

  /** Larger ones would take the place of dozens in memory, which are read as often. */
  private static final int LARGEST_IN_MEMORY = 1 << 20;

  private final StoreMemory memory;
  private final Overflow overflow;
  private final Map<ObjectId, Held> files = new HashMap<>();

  /** Those with files in them, in the order of their first ones. */
  private final Set<Slab> slabs = new LinkedHashSet<>();

  /**
   * Where the next file from each source goes, in the order in which they began: they are read one
   * after the other, and a slab with files of two would stay until both are. The first slab may
   * have something in it already.
   */
  private final Map<Object, Deque<Slab>> fresh = new LinkedHashMap<>();

  /** Slabs with room left by a source that has ended. */
  private final Deque<Slab> begun = new ArrayDeque<>();

  /** The content of a file. */
  static final class Held {
    private final ObjectId id;
    private final List<Slab> slabs;
    private final int offset;
    private final int length;
    private boolean opened;

    private Held(ObjectId id, List<Slab> slabs, int offset, int length) {
      this.id = id;
      this.slabs = slabs;
      this.offset = offset;
      this.length = length;
    }

    int length() {
      return length;
    }

    /**
     * Fills the room that was reserved for this file, on any thread; nobody else sees it yet.
     *
     * @param content what starts with it
     */
    void write(byte[] content) throws IOException {
      for (int done = 0; done < length; ) {
        long at = (long) offset + done;
        Place place = slabs.get((int) (at / slabs.getFirst().place.size())).place;
        int within = (int) (at % place.size());
        int part = Math.min(length - done, place.size() - within);
        place.write(within, content, done, part);
        done += part;
      }
    }

    /** Copies from {@code from} on, as much as there is and fits; only while this is open. */
    int read(long from, MemorySegment target) throws IOException {
      long count = Math.clamp(length - from, 0, target.byteSize());
      for (long done = 0; done < count; ) {
        long at = offset + from + done;
        Place place = slabs.get((int) (at / slabs.getFirst().place.size())).place;
        int within = (int) (at % place.size());
        long part = Math.min(count - done, place.size() - within);
        place.read(within, target.asSlice(done, part));
        done += part;
      }
      return (int) count;
    }
  }

  private static final class Slab {
    final Place place;
    final List<Held> files = new ArrayList<>();
    int filled;

    /** How many of its files nobody has opened; how many were not dropped; how many are open. */
    int unopened;

    int wanted;
    int open;

    /** When its last file came. */
    long since;

    Slab(Place place) {
      this.place = place;
    }

    int room() {
      return place.size() - filled;
    }
  }

  /** Holds what {@code memory} has room for, and beyond that {@code overflow}. */
  Slabs(StoreMemory memory, Overflow overflow) {
    this.memory = memory;
    this.overflow = overflow;
  }

  /**
   * Room for a file, to be {@link Held#write written} and {@link #add added}, or given back by
   * {@link #abandon}; empty if the file is here already or there is no room.
   *
   * @param further whether it is worth writing to a file if memory has none
   */
  Optional<Held> reserve(Object source, ObjectId id, int length, boolean further) {
    if (files.containsKey(id)) {
      return Optional.empty();
    }
    Deque<Slab> into = fresh.computeIfAbsent(source, each -> new ArrayDeque<>());
    if (!reserve(length, into, further)) {
      return Optional.empty();
    }
    var parts = new ArrayList<Slab>(1);
    int offset = into.getFirst().filled;
    for (int done = 0; done < length || parts.isEmpty(); ) {
      Slab slab = into.getFirst();
      int part = Math.min(length - done, slab.room());
      slab.filled += part;
      slab.open++;
      done += part;
      parts.add(slab);
      slabs.add(slab);
      if (slab.room() == 0) {
        into.removeFirst();
      }
    }
    return Optional.of(new Held(id, parts, offset, length));
  }

  /** Keeps a file that was written to the room reserved for it. */
  void add(Held file) {
    if (files.putIfAbsent(file.id, file) != null) {
      abandon(file);
      return;
    }
    long now = System.nanoTime();
    for (Slab slab : file.slabs) {
      slab.open--;
      slab.files.add(file);
      slab.since = now;
      slab.unopened++;
      slab.wanted++;
    }
  }

  /** Gives back what was reserved for a file that is not added. */
  void abandon(Held file) {
    close(file);
  }

  /** Files will come from {@code source}, to be read after those from sources that began before. */
  void began(Object source) {
    fresh.putIfAbsent(source, new ArrayDeque<>());
  }

  /** Nothing more comes from {@code source}. */
  void ended(Object source) {
    Deque<Slab> left = fresh.remove(source);
    if (left != null) {
      begun.addAll(left);
    }
  }

  /** A file for reading, to be closed after that. */
  Optional<Held> open(AnyObjectId id) {
    Held file = files.get(id);
    if (file != null) {
      for (Slab slab : file.slabs) {
        slab.open++;
        slab.unopened -= file.opened ? 0 : 1;
      }
      file.opened = true;
    }
    return Optional.ofNullable(file);
  }

  void close(Held file) {
    for (Slab slab : file.slabs) {
      slab.open--;
      freeIfUnused(slab);
    }
  }

  /** Nobody will need this file any more, but for those who have it open. */
  void drop(AnyObjectId id) {
    Held file = files.remove(id);
    if (file != null) {
      for (Slab slab : file.slabs) {
        slab.wanted--;
        slab.unopened -= file.opened ? 0 : 1;
        freeIfUnused(slab);
      }
    }
  }

  /** Drops all files. */
  void clear() {
    List.copyOf(files.keySet()).forEach(this::drop);
  }

  /** Drops what came more than so many nanoseconds ago, but for what is open. */
  void dropOlder(long nanos) {
    long since = System.nanoTime() - nanos;
    for (Slab slab : List.copyOf(slabs)) {
      if (slab.open == 0 && slab.since - since < 0) {
        drop(slab);
      }
    }
  }

  /** Sees to it that there are slabs for so many bytes. */
  private boolean reserve(int length, Deque<Slab> into, boolean further) {
    if (into.isEmpty() && !begun.isEmpty()) {
      into.add(begun.remove());
    }
    boolean inMemory = length <= LARGEST_IN_MEMORY;
    boolean first = fresh.values().iterator().next() == into;
    int spared = first ? 0 : LATER_SHARE;
    while (into.isEmpty() || room(into) < length) {
      Optional<? extends Place> place = place(inMemory, spared, further);
      while (place.isEmpty() && makeRoom(inMemory, further)) {
        place = place(inMemory, spared, further);
      }
      if (place.isEmpty()) {
        giveBackUnused(into);
        return false;
      }
      into.addLast(new Slab(place.get()));
    }
    return true;
  }

  private Optional<? extends Place> place(boolean inMemory, int spared, boolean further) {
    Optional<? extends Place> place = inMemory ? memory.takeAhead(spared) : Optional.empty();
    return place.isEmpty() && further ? overflow.take() : place;
  }

  private void giveBackUnused(Deque<Slab> into) {
    while (!into.isEmpty() && into.getLast().filled == 0) {
      giveBack(into.removeLast().place);
    }
  }

  private void giveBack(Place place) {
    switch (place) {
      case StoreMemory.Piece piece -> memory.giveBack(piece);
      case Overflow.Piece piece -> overflow.giveBack(piece);
    }
  }

  private static int room(Deque<Slab> slabs) {
    int room = 0;
    for (Slab slab : slabs) {
      room += slab.room();
    }
    return room;
  }

  /** What was looked at, or not needed, makes room; what is still to be read does not. */
  private boolean makeRoom(boolean inMemory, boolean further) {
    long now = System.nanoTime();
    for (Slab slab : slabs) {
      boolean isRoom = slab.place instanceof StoreMemory.Piece ? inMemory : further;
      if (isRoom && slab.open == 0 && (slab.unopened == 0 || now - slab.since > PATIENCE)) {
        drop(slab);
        return true;
      }
    }
    return false;
  }

  private void drop(Slab slab) {
    for (Held file : slab.files) {
      if (files.get(file.id) == file) {
        drop(file.id);
      }
    }
  }

  /** Once for each: what is not among the slabs was given back already. */
  private void freeIfUnused(Slab slab) {
    if (slab.wanted == 0 && slab.open == 0 && slabs.remove(slab)) {
      begun.remove(slab);
      fresh.values().forEach(into -> into.remove(slab));
      giveBack(slab.place);
    }
  }
}
