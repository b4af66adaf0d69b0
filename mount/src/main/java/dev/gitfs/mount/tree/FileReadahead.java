package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Notifier;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Tree;
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
 * two, four, up to {@link DirectoryRun#MOST_FILES}. The file after those is left to be asked for,
 * which shows that he went on; whoever then begins at one end of another directory does so with the
 * window that he had. Files of a kind that he has not asked for are left out until he does: a
 * search through C alone is told from one through everything. So what is put into the page cache
 * counts as read.
 *
 * <p>Who has gone through a directory to its end and lists the next one gets its first files with
 * the end of the listing, when the kernel knows them and before he asks for any. Now and then the
 * last file of a directory is left to be asked for, or all files of those who only list would be
 * read for them.
 *
 * <p>Safe for use by many threads. In a directory one at a time reads ahead, and only of that in
 * which it answers: so no two wait for pages that the other has yet to answer. What readers who
 * share a directory ask for meanwhile is read alone, and left out of what is read ahead.
 */
final class FileReadahead {

  /** In one window. */
  private static final int MOST_BYTES = 1 << 20;

  /** Larger files gain little: the kernel's own readahead is at work in them. */
  private static final int LARGEST = 128 << 10;

  /** Directories that readers are in: as deep as trees are, and some for parallel searches. */
  private static final int MOST_RUNS = 32;

  /** Of the few threads that read requests, for all file systems that they serve. */
  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(LARGEST));

  private static final int NONE = -1;

  private final ObjectStore store;
  private final Prefetcher prefetcher;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.

  /** The one used last comes first. */
  private final Deque<DirectoryRun> runs = new ArrayDeque<>();

  /** Those in which a thread reads ahead now. */
  private final Set<Directory> filling = new HashSet<>();

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
    DirectoryRun.Claim claim;
    lock.lock();
    try {
      var run = runOf(reader, version, tree, index);
      if (filling.contains(version.directory())) {
        run.pass(reader, index);
        return;
      }
      claim = run.come(reader, index);
      if (!claim.isEmpty()) {
        filling.add(version.directory());
      }
    } finally {
      lock.unlock();
    }
    fill(kernel, claim);
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
   * A listing of {@code version} has come to its end. To be called by a thread that reads requests,
   * before it is answered.
   */
  void listed(Notifier kernel, int reader, Version version, Tree tree) throws IOException {
    if (prefetcher.isRecording()) {
      return;
    }
    DirectoryRun.Claim claim;
    lock.lock();
    try {
      var before = last(reader);
      if (before == null || find(version) != null || filling.contains(version.directory())) {
        return;
      }
      var run = DirectoryRun.expect(before, reader, version, tree);
      if (run == null) {
        return;
      }
      claim = run.next();
      if (claim.isEmpty()) {
        return;
      }
      follow(run);
      filling.add(version.directory());
    } finally {
      lock.unlock();
    }
    fill(kernel, claim);
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

  /** Puts into the page cache what is claimed, as far as that is here. */
  private void fill(Notifier kernel, DirectoryRun.Claim claim) throws IOException {
    if (claim.isEmpty()) {
      return;
    }
    var run = claim.run();
    var files = claim.files();
    int done = 0;
    try {
      int bytes = MOST_BYTES;
      while (done < files.length && bytes > 0) {
        if (!claim.isBehindReaders(files[done])) {
          int size = fill(kernel, run, files[done]);
          if (size == NONE && !claim.isOfPassed()) {
            return;
          }
          bytes -= Math.max(size, 0);
        }
        done++;
      }
    } finally {
      lock.lock();
      try {
        run.retract(claim, done);
        filling.remove(run.version().directory());
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns how many bytes that were; none if it is not here, or the kernel does not know it. */
  private int fill(Notifier kernel, DirectoryRun run, int index) throws IOException {
    var id = run.tree().id(index);
    var held = store.blobAhead(id);
    if (held.isEmpty()) {
      return NONE;
    }
    var buffer = BUFFER.get();
    int size;
    try (var blob = held.get()) {
      if (blob.size() > LARGEST) {
        return NONE;
      }
      size = blob.read(0, buffer);
    }
    // What is empty is never asked for.
    if (size > 0 && !kernel.store(run.version().inodeOf(index), 0, buffer.asSlice(0, size))) {
      return NONE;
    }
    prefetcher.read(run.version().folder(), index);
    store.wasRead(id);
    return size;
  }
}
