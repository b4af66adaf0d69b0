package dev.gitfs.git.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
 * ("slabs") outside of the heap. They are mostly read in that order too, so a slab is soon free as
 * a whole and used again: nothing is allocated for a file, and no collector carries it around.
 *
 * <p>A file keeps the slabs it is in until it is dropped, and while it is open. Not safe for use by
 * several threads; only an open file may be read by any.
 */
final class Slabs {

  /**
   * What nobody has read for so long makes room for what is coming: a link of 200 Mbit/s fills all
   * of this memory in a second, so its readers have gone elsewhere, or are slow enough to have it
   * inflated once more.
   */
  static final long PATIENCE = TimeUnit.SECONDS.toNanos(2);

  /** What is read first must not find all memory taken by what is read after it. */
  private static final int LATER_SHARE = 2;

  private final StoreMemory memory;
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

  private long freed;

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

    /** Copies from {@code from} on, as much as there is and fits; only while this is open. */
    int read(long from, MemorySegment target) {
      long count = Math.clamp(length - from, 0, target.byteSize());
      for (long done = 0; done < count; ) {
        long at = offset + from + done;
        MemorySegment slab = slabs.get((int) (at / slabs.getFirst().size())).memory.segment();
        long within = at % slab.byteSize();
        long part = Math.min(count - done, slab.byteSize() - within);
        MemorySegment.copy(slab, within, target, done, part);
        done += part;
      }
      return (int) count;
    }
  }

  private static final class Slab {
    final StoreMemory.Piece memory;
    final List<Held> files = new ArrayList<>();
    int filled;

    /** How many of its files nobody has opened; how many were not dropped; how many are open. */
    int unopened;

    int wanted;
    int open;

    /** When its last file came. */
    long since;

    Slab(StoreMemory.Piece memory) {
      this.memory = memory;
    }

    int size() {
      return (int) memory.segment().byteSize();
    }

    int room() {
      return size() - filled;
    }
  }

  /** Holds what {@code memory} has room for. */
  Slabs(StoreMemory memory) {
    this.memory = memory;
  }

  /** Keeps a copy of a file, unless it is here already; returns false if there is no room. */
  boolean add(Object source, ObjectId id, byte[] content, int length) {
    if (files.containsKey(id)) {
      return true;
    }
    Deque<Slab> into = fresh.computeIfAbsent(source, each -> new ArrayDeque<>());
    if (!reserve(length, into)) {
      return false;
    }
    var parts = new ArrayList<Slab>(1);
    int offset = into.getFirst().filled;
    for (int done = 0; done < length || parts.isEmpty(); ) {
      Slab slab = into.getFirst();
      int part = Math.min(length - done, slab.room());
      MemorySegment.copy(
          content, done, slab.memory.segment(), ValueLayout.JAVA_BYTE, slab.filled, part);
      slab.filled += part;
      done += part;
      parts.add(slab);
      slabs.add(slab);
      if (slab.room() == 0) {
        into.removeFirst();
      }
    }
    var file = new Held(id, parts, offset, length);
    long now = System.nanoTime();
    for (Slab slab : parts) {
      slab.files.add(file);
      slab.since = now;
      slab.unopened++;
      slab.wanted++;
    }
    files.put(id, file);
    return true;
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

  /** How many slabs have been given back so far. */
  long freed() {
    return freed;
  }

  /** Sees to it that there are slabs for so many bytes. */
  private boolean reserve(int length, Deque<Slab> into) {
    if (into.isEmpty() && !begun.isEmpty()) {
      into.add(begun.remove());
    }
    boolean first = fresh.values().iterator().next() == into;
    int spared = first ? 0 : LATER_SHARE;
    while (into.isEmpty() || room(into) < length) {
      Optional<StoreMemory.Piece> piece = memory.takeAhead(spared);
      if (piece.isEmpty() && makeRoom()) {
        piece = memory.takeAhead(spared);
      }
      if (piece.isEmpty()) {
        while (!into.isEmpty() && into.getLast().filled == 0) {
          memory.giveBack(into.removeLast().memory);
        }
        return false;
      }
      into.addLast(new Slab(piece.get()));
    }
    return true;
  }

  private static int room(Deque<Slab> slabs) {
    int room = 0;
    for (Slab slab : slabs) {
      room += slab.room();
    }
    return room;
  }

  /** What was looked at, or not needed, makes room; what is still to be read does not. */
  private boolean makeRoom() {
    long now = System.nanoTime();
    for (Slab slab : slabs) {
      if (slab.open == 0 && (slab.unopened == 0 || now - slab.since > PATIENCE)) {
        slab.files.forEach(file -> drop(file.id, file));
        return true;
      }
    }
    return false;
  }

  private void drop(ObjectId id, Held file) {
    if (files.get(id) == file) {
      drop(id);
    }
  }

  /** Once for each: what is not among the slabs was given back already. */
  private void freeIfUnused(Slab slab) {
    if (slab.wanted == 0 && slab.open == 0 && slabs.remove(slab)) {
      begun.remove(slab);
      fresh.values().forEach(into -> into.remove(slab));
      memory.giveBack(slab.memory);
      freed++;
    }
  }
}
