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
 * <p>Only what has been fetched is put there, be it in memory or on disk, and no more than the
 * reader has shown that he goes through: nothing after his first file of a directory, then one,
 * two, four, up to {@link #MOST_FILES}. The file after those is left to be asked for, which shows
 * that he went on; whoever then begins at one end of another directory does so with the window that
 * he had. Files of a kind that he has not asked for are left out until he does: a search through C
 * alone is told from one through everything. So what is put into the page cache counts as read.
 *
 * <p>Who has gone through a directory to its end and lists the next one gets its first files with
 * the end of the listing, when the kernel knows them and before he asks for any. Now and then the
 * last file of a directory is left to be asked for, or all files of those who only list would be
 * read for them: after {@link #TRUST} directories of which he asked for nothing.
 *
 * <p>Safe for use by many threads. One at a time reads ahead; a file read meanwhile is read alone.
 */
final class FileReadahead {

  /** Half a millisecond of copying, or one of inflating, for which the reader waits. */
  static final int MOST_FILES = 32;

  /**
   * Directories filled one after the other on the word of those before: in a tree of small ones
   * three quarters of the requests for their last files are spared. What that may bring in vain is
   * local, and no more than so many windows.
   */
  static final int TRUST = 4;

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

    /** The thread that goes this way. */
    final int reader;

    /** What was asked for by those who go this way: all else is passed over. */
    final Set<String> kinds = new HashSet<>();

    /** The first entry and the last that were asked for, or put into the page cache. */
    int start;

    int end;

    boolean forward = true;

    /** How many files to put into the page cache next. */
    int window;

    /** Of how many directories, this one included, nothing need be asked for. */
    int trust;

    Run(Version version, Tree tree, int reader, int index) {
      this.version = version;
      this.tree = tree;
      this.reader = reader;
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

    /** Where nothing has been passed yet. */
    int outset() {
      return forward ? -1 : tree.size();
    }

    /** Whether whoever has come to {@code from} asks for nothing before {@code index}. */
    boolean leads(int from, int index) {
      if (forward ? index <= from : index >= from) {
        return false;
      }
      int next = next(from);
      return next == NONE || (forward ? index <= next : index >= next);
    }

    boolean isAtItsEnd() {
      return next(end) == NONE;
    }

    /** What whoever has come as far as this may have of the next directory. */
    int inheritance() {
      return isAtItsEnd() ? window : window / 2;
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
   * A file is about to be answered to its end: entry {@code index} of {@code version}, which is
   * what its directory shows now. To be called by a thread that reads requests.
   *
   * @param reader the thread that asks
   */
  void read(Notifier kernel, int reader, Version version, Tree tree, int index) throws IOException {
    if (prefetcher.isRecording() || !lock.tryLock()) {
      return;
    }
    try {
      var run = find(version);
      if (run != null && run.hasPassed(index) && index != run.end) {
        passed(kernel, run, index);
      } else {
        fillNext(kernel, come(run, reader, version, tree, index));
      }
    } finally {
      lock.unlock();
    }
  }

  /** The same by a thread that must not wait for the kernel, or with a part of the file. */
  void readAlone(int reader, Version version, Tree tree, int index) {
    if (!prefetcher.isRecording() && lock.tryLock()) {
      try {
        come(find(version), reader, version, tree, index);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * A listing of {@code version} has come to its end. To be called by a thread that reads requests,
   * before it is answered.
   */
  void listed(Notifier kernel, int reader, Version version, Tree tree) throws IOException {
    if (prefetcher.isRecording() || !lock.tryLock()) {
      return;
    }
    try {
      var before = last(reader);
      if (before == null || before.trust == 0 || find(version) != null) {
        return;
      }
      var run = new Run(version, tree, reader, NONE);
      run.kinds.addAll(before.kinds);
      run.forward = before.forward;
      run.trust = before.trust - 1;
      int first = run.next(run.outset());
      if (first == NONE || before.inheritance() == 0) {
        return;
      }
      run.restart(run.outset());
      run.window = before.inheritance();
      follow(run);
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

  private Run last(int reader) {
    for (var run : runs) {
      if (run.reader == reader) {
        return run;
      }
    }
    return null;
  }

  /** Somebody asks for entry {@code index}. */
  private Run come(Run found, int reader, Version version, Tree tree, int index) {
    var run = found;
    if (run == null) {
      run = begin(reader, version, tree, index);
    } else if (index != run.end) {
      advance(run, index);
    }
    run.trust = TRUST;
    run.kinds.add(run.kind(index));
    return run;
  }

  private Run begin(int reader, Version version, Tree tree, int index) {
    var run = new Run(version, tree, reader, index);
    var before = runs.peekFirst();
    if (before != null) {
      run.kinds.addAll(before.kinds);
      boolean first = run.leads(-1, index);
      run.forward = first;
      if (first || run.leads(tree.size(), index)) {
        run.window = before.inheritance();
      }
    }
    follow(run);
    return run;
  }

  private void follow(Run run) {
    runs.addFirst(run);
    if (runs.size() > MOST_RUNS) {
      runs.removeLast();
    }
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
    run.trust = TRUST;
    if (!run.kinds.add(run.kind(index))) {
      return;
    }
    int files = MOST_FILES;
    int bytes = MOST_BYTES;
    int at = run.next(index);
    for (; files > 0 && bytes > 0 && at != NONE && run.hasPassed(at); at = run.next(at)) {
      int size = fill(kernel, run, at);
      files -= size == NONE ? 0 : 1;
      bytes -= Math.max(size, 0);
    }
  }

  private void fillNext(Notifier kernel, Run run) throws IOException {
    int bytes = MOST_BYTES;
    int next = run.window == 0 ? NONE : run.next(run.end);
    for (int files = run.window; files > 0 && bytes > 0 && next != NONE; files--) {
      int beyond = run.next(next);
      int size = beyond == NONE && run.trust == 0 ? NONE : fill(kernel, run, next);
      if (size == NONE) {
        return;
      }
      bytes -= size;
      run.end = next;
      next = beyond;
    }
  }

  /** Returns how many bytes that were; none if it is not here, or the kernel does not know it. */
  private int fill(Notifier kernel, Run run, int index) throws IOException {
    var id = run.tree.id(index);
    var held = store.blobAhead(id);
    if (held.isEmpty()) {
      return NONE;
    }
    int size;
    try (var blob = held.get()) {
      if (blob.size() > LARGEST) {
        return NONE;
      }
      if (buffer.byteSize() == 0) {
        buffer = Arena.ofAuto().allocate(LARGEST);
      }
      size = blob.read(0, buffer);
    }
    // What is empty is never asked for.
    if (size > 0 && !kernel.store(run.version.inodeOf(index), 0, buffer.asSlice(0, size))) {
      return NONE;
    }
    prefetcher.read(run.version.folder(), index);
    store.wasRead(id);
    return size;
  }
}
