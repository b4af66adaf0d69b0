package dev.gitfs.git.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What stores hold in memory: one store, or all stores of a process together within one bound. An
 * object is the same in whichever repository it is, so they share what they hold, and those in use
 * have what the idle ones do not need. Safe for use by many threads.
 */
public final class StoreMemory {

  /** Trees are small, listed again and again, and lead to everything else. */
  private static final int TREE_SHARE = 4;

  /**
   * What is to be read soon: twice what was read, which the kernel mostly holds as well. With a
   * quarter, 20,000 of the 78,635 files that a grep of Linux reads did not fit.
   */
  private static final int AHEAD_SHARE = 2;

  /** Enough for the longest chains of ordinary files, which are read one after the other. */
  private static final int BASE_SHARE = 16;

  /** Small beside the bound, for a file that nobody reads keeps all of it; large beside files. */
  private static final long PIECE_BYTES = 256 << 10;

  private static final int LEAST_PIECES = 64;

  /** An id, a cache's entry and an array header. */
  private static final int ENTRY_BYTES = 136;

  private final long bytes;
  private final long pieceBytes;
  private final int mostPieces;

  /** Pieces in use. */
  private final AtomicInteger taken = new AtomicInteger();

  /** Pieces that are not, which are used before new ones are allocated. */
  private final Queue<Piece> spares = new ConcurrentLinkedQueue<>();

  private final Cache<ObjectId, ParsedTree> trees;
  private final LargeTrees largeTrees = new LargeTrees();
  private final Cache<ObjectId, byte[]> blobs;
  private final DeltaBases bases;

  /**
   * @param bytes bound on trees and blobs together
   */
  public StoreMemory(long bytes) {
    this.bytes = bytes;
    long treeBytes = bytes / TREE_SHARE;
    long aheadBytes = outsideHeap(bytes);
    pieceBytes = Math.min(PIECE_BYTES, aheadBytes / LEAST_PIECES);
    mostPieces = (int) (aheadBytes / pieceBytes);
    trees = cache(treeBytes, ParsedTree::weight);
    long baseBytes = bytes / BASE_SHARE;
    blobs = cache(bytes - treeBytes - aheadBytes - baseBytes, content -> content.length);
    bases = new DeltaBases(baseBytes);
  }

  /** How much of a bound of so many bytes is for what is kept outside of the heap. */
  public static long outsideHeap(long bytes) {
    return bytes / AHEAD_SHARE;
  }

  /** The bound. */
  public long bytes() {
    return bytes;
  }

  /** The size of all pieces of what was not asked for yet. */
  int pieceBytes() {
    return (int) pieceBytes;
  }

  Cache<ObjectId, ParsedTree> trees() {
    return trees;
  }

  /** Those that the cache has no room for. */
  LargeTrees largeTrees() {
    return largeTrees;
  }

  Cache<ObjectId, byte[]> blobs() {
    return blobs;
  }

  /** What objects on disk are deltas of. */
  DeltaBases bases() {
    return bases;
  }

  /**
   * Takes a piece for what was not asked for yet, with anything in it; empty if there is none left.
   * To be given back.
   *
   * @param spared how much of all of it to leave, as one part of so many; 0 for nothing
   */
  Optional<Piece> takeAhead(int spared) {
    int most = spared == 0 ? mostPieces : mostPieces - mostPieces / spared;
    if (taken.incrementAndGet() > most) {
      taken.decrementAndGet();
      return Optional.empty();
    }
    Piece spare = spares.poll();
    return Optional.of(spare != null ? spare : Piece.allocate(pieceBytes));
  }

  /** Gives back a piece that nobody reads or writes any more. */
  void giveBack(Piece piece) {
    spares.offer(piece);
    taken.decrementAndGet();
  }

  /** Frees what is not in use. */
  void trim() {
    largeTrees.trim();
    for (Piece spare; (spare = spares.poll()) != null; ) {
      spare.free();
    }
  }

  /**
   * Memory outside of the heap. Freed by whoever has it, once; whoever reads or writes it after
   * that gets an exception.
   */
  record Piece(Arena arena, MemorySegment segment) implements Place {

    private static Piece allocate(long bytes) {
      var arena = Arena.ofShared();
      return new Piece(arena, arena.allocate(bytes));
    }

    @Override
    public int size() {
      return (int) segment.byteSize();
    }

    @Override
    public void write(int at, byte[] content, int from, int count) {
      MemorySegment.copy(content, from, segment, ValueLayout.JAVA_BYTE, at, count);
    }

    @Override
    public void read(int at, MemorySegment target) {
      MemorySegment.copy(segment, at, target, 0, target.byteSize());
    }

    private void free() {
      arena.close();
    }
  }

  /** Drops what is held of a store that is closed. */
  void forget(Predicate<ObjectId> isItsOwn) {
    trees.asMap().keySet().removeIf(isItsOwn);
    blobs.asMap().keySet().removeIf(isItsOwn);
  }

  /** Bounds are kept on the thread that adds, so what is held never overshoots for long. */
  private static <V> Cache<ObjectId, V> cache(long bytes, ToIntFunction<V> weight) {
    return Caffeine.newBuilder()
        .maximumWeight(bytes)
        .weigher((ObjectId id, V value) -> ENTRY_BYTES + weight.applyAsInt(value))
        .executor(Runnable::run)
        .build();
  }
}
