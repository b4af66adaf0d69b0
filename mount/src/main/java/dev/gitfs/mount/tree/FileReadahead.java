package dev.gitfs.mount.tree;

import dev.gitfs.fuse.FileType;
import dev.gitfs.fuse.Notifier;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Kinds;
import dev.gitfs.mount.prefetch.Prefetcher;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Readahead from file to file: who reads the files of a directory one after the other finds the
 * next ones in the kernel's page cache. The kernel's own readahead ends with a file, and most
 * source files are read by a single request, which costs the reader and this side two switches of
 * context each.
 *
 * <p>Only what has been fetched ahead and waits in memory is put there, and no more than the reader
 * has shown that he goes through: nothing after his first file of a directory, then one, two, four,
 * up to {@link #MOST_FILES}. The file after those, and the last one of a directory, is left to be
 * asked for, which shows that he went on; whoever then begins at one end of another directory does
 * so with the window that he had. Files of a kind that he has not asked for are left out until he
 * does: a search through C alone is told from one through everything. So what is put into the page
 * cache counts as read.
 *
 * <p>Safe for use by many threads. One at a time reads ahead; a file read meanwhile is read alone.
 */
final class FileReadahead {

  /** Half a millisecond of copying, for which the reader waits. */
  static final int MOST_FILES = 32;

  /** In one window. */
  private static final int MOST_BYTES = 1 << 20;

  /** Larger files gain little: the kernel's own readahead is at work in them. */
  private static final int LARGEST = 128 << 10;

  /** Directories that readers are in: as deep as trees are, and some for parallel searches. */
  private static final int MOST_RUNS = 32;

  private static final int NONE = -1;

  private final ObjectStore store;
  private final Prefetcher prefetcher;
  private final ReentrantLock lock = new ReentrantLock();

  // All below is guarded by the lock.

  /** The one used last comes first. */
  private final Deque<Run> runs = new ArrayDeque<>();

  /** Allocated when it is first needed. */
  private MemorySegment buffer = MemorySegment.NULL;

  /** A way through the files of one directory. */
  private static final class Run {
    final Version version;
    final Tree tree;

    /** What was asked for by those who go this way: all else is passed over. */
    final Set<String> kinds = new HashSet<>();

    /** The first entry and the last that were asked for, or put into the page cache. */
    int start;

    int end;

    boolean forward = true;

    /** How many files to put into the page cache next. */
    int window;

    Run(Version version, Tree tree, int index) {
      this.version = version;
      this.tree = tree;
      restart(index);
    }

    void restart(int index) {
      start = index;
      end = index;
      window = 0;
    }

    boolean hasPassed(int index) {
      return Math.min(start, end) <= index && index <= Math.max(start, end);
    }

    /** The next file after {@code index} that its reader is bound to ask for, or {@link #NONE}. */
    int next(int index) {
      int step = forward ? 1 : -1;
      for (int at = index + step; at >= 0 && at < tree.size(); at += step) {
        if (isFile(at) && kinds.contains(kind(at))) {
          return at;
        }
      }
      return NONE;
    }

    /** Whether whoever has come to {@code from} asks for nothing before {@code index}. */
    boolean leads(int from, int index) {
      if (forward ? index <= from : index >= from) {
        return false;
      }
      int next = next(from);
      return next == NONE || (forward ? index <= next : index >= next);
    }

    String kind(int index) {
      return Kinds.of(tree.name(index));
    }

    private boolean isFile(int index) {
      return Node.type(tree.mode(index)) == FileType.REGULAR;
    }
  }

  FileReadahead(ObjectStore store, Prefetcher prefetcher) {
    this.store = store;
    this.prefetcher = prefetcher;
  }

  /**
   * A file is about to be answered as a whole, from memory: entry {@code index} of {@code version},
   * which is what its directory shows now. To be called by a thread that reads requests.
   */
  void read(Notifier kernel, Version version, Tree tree, int index) throws IOException {
    if (prefetcher.isRecording() || !lock.tryLock()) {
      return;
    }
    try {
      var run = find(version);
      if (run == null) {
        run = begin(version, tree, index);
      } else if (run.hasPassed(index)) {
        passed(kernel, run, index);
        return;
      } else {
        advance(run, index);
      }
      run.kinds.add(run.kind(index));
      fillNext(kernel, run);
    } finally {
      lock.unlock();
    }
  }

  private Run find(Version version) {
    for (var run : runs) {
      if (run.version == version) {
        if (run != runs.peekFirst()) {
          runs.remove(run);
          runs.addFirst(run);
        }
        return run;
      }
    }
    return null;
  }

  private Run begin(Version version, Tree tree, int index) {
    var run = new Run(version, tree, index);
    var before = runs.peekFirst();
    if (before != null) {
      run.kinds.addAll(before.kinds);
      boolean first = run.leads(-1, index);
      run.forward = first;
      if (first || run.leads(tree.size(), index)) {
        run.window = before.next(before.end) == NONE ? before.window : before.window / 2;
      }
    }
    runs.addFirst(run);
    if (runs.size() > MOST_RUNS) {
      runs.removeLast();
    }
    return run;
  }

  /** Opens the window if {@code index} is where its reader was bound to come next. */
  private static void advance(Run run, int index) {
    if (run.window == 0) {
      run.forward = index > run.end;
    }
    if (run.leads(run.end, index)) {
      run.window = Math.clamp(2L * run.window, 1, MOST_FILES);
      run.end = index;
    } else {
      run.restart(index);
    }
  }

  /** What was passed over is asked for after all, or the kernel has dropped it. */
  private void passed(Notifier kernel, Run run, int index) throws IOException {
    if (!run.kinds.add(run.kind(index))) {
      return;
    }
    int files = MOST_FILES;
    int bytes = MOST_BYTES;
    int at = run.next(index);
    for (; files > 0 && bytes > 0 && at != NONE && run.hasPassed(at); at = run.next(at)) {
      int size = fill(kernel, run, at);
      files -= size > 0 ? 1 : 0;
      bytes -= size;
    }
  }

  private void fillNext(Notifier kernel, Run run) throws IOException {
    int bytes = MOST_BYTES;
    int next = run.window == 0 ? NONE : run.next(run.end);
    for (int files = run.window; files > 0 && bytes > 0 && next != NONE; files--) {
      int beyond = run.next(next);
      int size = beyond == NONE ? 0 : fill(kernel, run, next);
      if (size == 0) {
        return;
      }
      bytes -= size;
      run.end = next;
      next = beyond;
    }
  }

  /** Returns how many bytes that were; 0 if it is not in memory, or the kernel does not know it. */
  private int fill(Notifier kernel, Run run, int index) throws IOException {
    var id = run.tree.id(index);
    var held = store.blobAhead(id);
    if (held.isEmpty()) {
      return 0;
    }
    int size;
    try (var blob = held.get()) {
      if (blob.size() > LARGEST) {
        return 0;
      }
      if (buffer.byteSize() == 0) {
        buffer = Arena.ofAuto().allocate(LARGEST);
      }
      size = blob.read(0, buffer);
    }
    if (!kernel.store(run.version.inodeOf(index), 0, buffer.asSlice(0, size))) {
      return 0;
    }
    prefetcher.read(run.version.folder(), index);
    store.wasRead(id);
    return size;
  }
}
