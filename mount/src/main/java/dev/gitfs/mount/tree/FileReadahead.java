package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Notifier;
import dev.gitfs.git.store.Blob;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Prefetcher;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Readahead from file to file: who reads the files of a directory one after the other finds the
 * next ones in the kernel's page cache. The kernel's own readahead ends with a file, and most
 * source files are read by a single request, which costs the reader and this side two switches of
 * context each.
 *
 * <p>Only what has been fetched is put there, be it in memory or on disk, and no more than the
 * reader has shown that he goes through: nothing after his first file of a directory, then one,
 * two, four, up to {@link DirectoryRun#MOST_FILES}. The file after those is left to be asked for,
 * which shows that he went on; whoever then begins at one end of another directory does so with the
 * window that he had. Files of a kind that he has not asked for are left out until he does: a
 * search through C alone is told from one through everything. So what is put into the page cache
 * counts as read.
 *
 * <p>It ends before a directory that is still to be listed: who goes through a tree depth first
 * comes to the files behind that much later, and to have read them meanwhile is to have passed over
 * all that is between. Who then reads those first is taken to do so in other directories as well.
 *
 * <p>Who has gone through a directory to its end and lists the next one gets its first files with
 * the end of the listing, when the kernel knows them and before he asks for any. Now and then the
 * last file of a directory is left to be asked for, or all files of those who only list would be
 * read for them.
 *
 * <p>Within a file the same holds: who reads a few KiB first has the kernel ask for 16 KiB, then
 * for 32. If the file is small, the rest of it is there with the answer to that (17,000 reads of an
 * {@code rg} through Linux, and 19,200 without).
 *
 * <p>Readers who share a directory, as the threads of a parallel search do, come to files that are
 * just being put there for one of them. Whoever answers their requests lends a hand first: so they
 * find the rest of the window there as well, where they would ask for each file a moment before it
 * came (a third of the reads of an {@code rg}).
 *
 * <p>Safe for use by many threads. A thread reads ahead only in the directory in which it answers,
 * and nothing that another one there has yet to answer; and of several who answer for parts of one
 * file all but one do so at once: so no two wait for each other's pages.
 */
final class FileReadahead {

  /** Larger files would take the whole of a window, or more. */
  private static final int LARGEST = Fill.MOST_BYTES;

  /** Twice what the kernel reads ahead in a file, once it has seen that its reader goes on. */
  private static final int LARGEST_REST = 256 << 10;

  /** Of a file at a time. */
  private static final int PART = 128 << 10;

  /** Directories that readers are in: as deep as trees are, and some for parallel searches. */
  private static final int MOST_RUNS = 32;

  /** Of the few threads that read requests, for all file systems that they serve. */
  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(PART));

  private final ObjectStore store;
  private final Prefetcher prefetcher;
  private final ReentrantLock lock = new ReentrantLock();

  /** Inodes of files one of whose reads is answered only after something has been put there. */
  private final Set<Long> delayed = ConcurrentHashMap.newKeySet();

  // Guarded by the lock.

  /** The one used last comes first. */
  private final Deque<DirectoryRun> runs = new ArrayDeque<>();

  /** What is read ahead now. */
  private final Map<Directory, Fill> fills = new HashMap<>();

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
    if (prefetcher.isRecording()) {
      return;
    }
    long inode = version.inodeOf(index);
    if (delayed.add(inode)) {
      try {
        readDelayed(kernel, reader, version, tree, index);
      } finally {
        delayed.remove(inode);
      }
    } else {
      readAlone(reader, version, tree, index);
    }
  }

  private void readDelayed(Notifier kernel, int reader, Version version, Tree tree, int index)
      throws IOException {
    Fill fill;
    lock.lock();
    try {
      var run = runOf(reader, version, tree, index);
      fill = fills.get(version.directory());
      if (fill == null) {
        var claim = run.come(reader, index);
        if (claim.isEmpty()) {
          return;
        }
        fill = begin(claim);
      } else if (!run.pass(reader, index) || fill.run() != run) {
        return;
      }
      if (!fill.join(index)) {
        return;
      }
    } finally {
      lock.unlock();
    }
    work(kernel, fill, index);
  }

  /** The same by a thread that must not wait for the kernel, or with a part of the file. */
  void readAlone(int reader, Version version, Tree tree, int index) {
    if (!prefetcher.isRecording()) {
      lock.lock();
      try {
        runOf(reader, version, tree, index).pass(reader, index);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * The beginning of a file is about to be answered, {@code count} bytes of it: puts what follows
   * into the page cache, if that is little. To be called by a thread that reads requests.
   *
   * @return whether all of it is there, so that this answers the file to its end
   */
  boolean readOn(Notifier kernel, long inode, Blob blob, int count) throws IOException {
    if (blob.size() > LARGEST_REST || !delayed.add(inode)) {
      return false;
    }
    try {
      return put(kernel, inode, blob, count);
    } finally {
      delayed.remove(inode);
    }
  }

  /**
   * A listing of {@code version} has come to its end. To be called by a thread that reads requests,
   * before it is answered.
   */
  void listed(Notifier kernel, int reader, Version version, Tree tree) throws IOException {
    if (prefetcher.isRecording()) {
      return;
    }
    Fill fill;
    lock.lock();
    try {
      var before = last(reader);
      if (before == null || find(version) != null || fills.containsKey(version.directory())) {
        return;
      }
      var run = DirectoryRun.expect(before, reader, version, tree);
      if (run == null) {
        return;
      }
      var claim = run.next();
      if (claim.isEmpty()) {
        return;
      }
      follow(run);
      fill = begin(claim);
      fill.join(Fill.NONE);
    } finally {
      lock.unlock();
    }
    work(kernel, fill, Fill.NONE);
  }

  private Fill begin(DirectoryRun.Claim claim) {
    var fill = new Fill(claim);
    fills.put(claim.run().version().directory(), fill);
    return fill;
  }

  private DirectoryRun runOf(int reader, Version version, Tree tree, int index) {
    var run = find(version);
    if (run == null) {
      var last = last(reader);
      run =
          DirectoryRun.begin(last == null ? runs.peekFirst() : last, reader, version, tree, index);
      follow(run);
    }
    return run;
  }

  private DirectoryRun find(Version version) {
    for (var run : runs) {
      if (run.version() == version) {
        if (run != runs.peekFirst()) {
          runs.remove(run);
          runs.addFirst(run);
        }
        return run;
      }
    }
    return null;
  }

  private DirectoryRun last(int reader) {
    for (var run : runs) {
      if (run.isReader(reader)) {
        return run;
      }
    }
    return null;
  }

  private void follow(DirectoryRun run) {
    runs.addFirst(run);
    if (runs.size() > MOST_RUNS) {
      runs.removeLast();
    }
  }

  /** Puts into the page cache what nobody else does, on behalf of entry {@code index}. */
  private void work(Notifier kernel, Fill fill, int index) throws IOException {
    try {
      for (int place; (place = take(fill)) != Fill.NONE; ) {
        int size = Fill.NONE;
        try {
          size = put(kernel, fill.run(), fill.index(place));
        } finally {
          isPut(fill, place, size);
        }
      }
    } finally {
      lock.lock();
      try {
        if (fill.leave(index)) {
          fills.remove(fill.run().version().directory());
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private int take(Fill fill) {
    lock.lock();
    try {
      return fill.take();
    } finally {
      lock.unlock();
    }
  }

  private void isPut(Fill fill, int place, int size) {
    lock.lock();
    try {
      fill.put(place, size);
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes that were; none if it is not here, or the kernel does not know it. */
  private int put(Notifier kernel, DirectoryRun run, int index) throws IOException {
    var id = run.tree().id(index);
    var held = store.blobAhead(id);
    if (held.isEmpty()) {
      return Fill.NONE;
    }
    long size;
    try (var blob = held.get()) {
      size = blob.size();
      if (size > LARGEST || !put(kernel, run.version().inodeOf(index), blob, 0)) {
        return Fill.NONE;
      }
    }
    prefetcher.read(run.version().folder(), index);
    store.wasRead(id);
    return (int) size;
  }

  /** What is empty is never asked for. */
  private static boolean put(Notifier kernel, long inode, Blob blob, long from) throws IOException {
    var buffer = BUFFER.get();
    for (long done = from; done < blob.size(); ) {
      int part = blob.read(done, buffer);
      if (!kernel.store(inode, done, buffer.asSlice(0, part))) {
        return false;
      }
      done += part;
    }
    return true;
  }
}
