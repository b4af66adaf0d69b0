package dev.gitfs.mount.tree;

import dev.gitfs.fuse.FileType;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Kinds;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A way through the files of one directory, by one thread or by several that share it as those of a
 * parallel search do, and what to put into the page cache ahead of them: see {@link FileReadahead}.
 *
 * <p>Not safe for use by many threads; claims are.
 */
final class DirectoryRun {

  private static final int NONE = -1;

  /** No entry, nor the place before the first. */
  private static final int PASSED = -2;

  /** Half a millisecond of copying, or one of inflating, for which the reader waits. */
  static final int MOST_FILES = 32;

  /**
   * Directories filled one after the other on the word of those before: in a tree of small ones
   * three quarters of the requests for their last files are spared. What that may bring in vain is
   * local, and no more than so many windows.
   */
  private static final int TRUST = 4;

  /** By how many files threads that share a way ask out of turn, once they are on it. */
  private static final int ABREAST = 4;

  /** Threads of a parallel search; of those who come after one another the last count. */
  private static final int MOST_READERS = 16;

  private static final int[] NOTHING = {};

  private final Version version;
  private final Tree tree;

  /** The threads that go this way, the last one to ask first. */
  private final Deque<Integer> readers = new ArrayDeque<>();

  /** What was asked for by those who go this way: all else is passed over. */
  private final Set<String> kinds = new HashSet<>();

  /** Whether files were asked for before the directories between them were listed. */
  private boolean filesFirst;

  /** The first entry and the last that were asked for, or claimed. */
  private int start;

  private int end;

  private boolean forward = true;

  /** How many files to claim next. */
  private int window;

  /** Of how many directories, this one included, nothing need be asked for. */
  private int trust;

  /** The entry asked for last. */
  private volatile int latest;

  /**
   * Files that their claimant is to put into the page cache, in this order.
   *
   * @param forward whether in listing order
   * @param before where the run had come to, or {@link #PASSED} if it had been there already
   */
  record Claim(DirectoryRun run, int[] files, boolean forward, int before) {
    boolean isEmpty() {
      return files.length == 0;
    }

    /** Whether readers have been there, and left these out. */
    boolean isOfPassed() {
      return before == PASSED;
    }

    /** Whether readers have come to entry {@code index} by themselves. */
    boolean isBehindReaders(int index) {
      if (isOfPassed()) {
        return false;
      }
      return forward ? index <= run.latest : index >= run.latest;
    }
  }

  private DirectoryRun(Version version, Tree tree, int reader) {
    this.version = version;
    this.tree = tree;
    readers.add(reader);
  }

  /** Of a reader who asks for entry {@code index}; {@code before} is where he was, or null. */
  static DirectoryRun begin(
      DirectoryRun before, int reader, Version version, Tree tree, int index) {
    var run = new DirectoryRun(version, tree, reader);
    run.restart(index);
    if (before != null) {
      run.takeAfter(before);
      run.begin(before.forward, before.inheritance(), index);
    }
    return run;
  }

  /** Of a reader who has not asked for anything, but may well do; null if that is not likely. */
  static DirectoryRun expect(DirectoryRun before, int reader, Version version, Tree tree) {
    if (before.trust == 0 || before.inheritance() == 0) {
      return null;
    }
    var run = new DirectoryRun(version, tree, reader);
    run.takeAfter(before);
    run.forward = before.forward;
    run.trust = before.trust - 1;
    run.restart(run.outset());
    run.window = before.inheritance();
    return run;
  }

  /** What its readers have shown elsewhere of how they go. */
  private void takeAfter(DirectoryRun before) {
    kinds.addAll(before.kinds);
    filesFirst = before.filesFirst;
  }

  Version version() {
    return version;
  }

  Tree tree() {
    return tree;
  }

  boolean isReader(int thread) {
    return readers.contains(thread);
  }

  /** Entry {@code index} is asked for by {@code reader}; returns whether that is on this way. */
  boolean pass(int reader, int index) {
    latest = index;
    trust = TRUST;
    if (readers.peekFirst() != reader) {
      readers.remove(reader);
      readers.addFirst(reader);
      if (readers.size() > MOST_READERS) {
        readers.removeLast();
      }
    }
    kinds.add(kind(index));
    return hasPassed(index) || advance(index);
  }

  /** The same; claims what to put there for those who go this way. */
  Claim come(int reader, int index) {
    boolean isBehind = hasPassed(index) && index != end;
    boolean isFirstOfItsKind = !kinds.contains(kind(index));
    pass(reader, index);
    if (isBehind) {
      return claim(isFirstOfItsKind ? passedOver(index) : NOTHING, PASSED);
    }
    return next();
  }

  /**
   * The files that those who go this way are bound to ask for next, counted as passed by now. None
   * behind a directory that is still to be listed: most readers go through that first, and what
   * they have yet to come to would count as read.
   */
  Claim next() {
    int before = end;
    var files = new int[window];
    int count = 0;
    for (int at = window == 0 ? NONE : nextHere(end); at != NONE && count < window; ) {
      int beyond = nextHere(at);
      if (beyond == NONE && trust == 0) {
        break;
      }
      files[count++] = at;
      end = at;
      at = beyond;
    }
    return claim(Arrays.copyOf(files, count), before);
  }

  /** Of the claim no more than the first {@code count} files were put there. */
  void retract(Claim claim, int count) {
    int length = claim.files.length;
    if (count == length || claim.isOfPassed() || end != claim.files[length - 1]) {
      return;
    }
    end = count == 0 ? claim.before : claim.files[count - 1];
    if (isBeyond(latest, end)) {
      end = latest;
    }
  }

  private Claim claim(int[] files, int before) {
    return new Claim(this, files, forward, before);
  }

  private boolean isBeyond(int index, int other) {
    return forward ? index > other : index < other;
  }

  private void begin(boolean direction, int inheritance, int index) {
    int abreast = inheritance == 0 ? 1 : ABREAST;
    for (boolean way : new boolean[] {direction, !direction}) {
      forward = way;
      if (leads(outset(), index, abreast)) {
        filesFirst = filesFirst || isBehindUnlisted(outset(), index);
        start = outset();
        window = inheritance;
        return;
      }
    }
  }

  private void restart(int index) {
    start = index;
    end = index;
    latest = index;
    window = 0;
  }

  private boolean hasPassed(int index) {
    return Math.min(start, end) <= index && index <= Math.max(start, end);
  }

  /** Opens the window if {@code index} is where its readers were bound to come next. */
  private boolean advance(int index) {
    boolean isUnderWay = window > 0;
    if (!isUnderWay) {
      forward = index > end;
    }
    if (leads(end, index, isUnderWay ? ABREAST : 1)) {
      window = Math.clamp(2L * window, 1, MOST_FILES);
      filesFirst = filesFirst || isBehindUnlisted(end, index);
      end = index;
      return true;
    }
    restart(index);
    return false;
  }

  /** What was passed over for its kind, which is asked for after all. */
  private int[] passedOver(int index) {
    var kind = kind(index);
    var files = new int[MOST_FILES];
    int count = 0;
    for (int at = next(index); at != NONE && hasPassed(at) && count < MOST_FILES; at = next(at)) {
      if (kind(at).equals(kind)) {
        files[count++] = at;
      }
    }
    return Arrays.copyOf(files, count);
  }

  /** The next file after {@code index} that readers are bound to ask for, or {@link #NONE}. */
  private int next(int index) {
    int step = forward ? 1 : -1;
    for (int at = index + step; at >= 0 && at < tree.size(); at += step) {
      if (isFile(at) && kinds.contains(kind(at))) {
        return at;
      }
    }
    return NONE;
  }

  /** The same, but for what readers come to only after another directory. */
  private int nextHere(int index) {
    int next = next(index);
    return next == NONE || !filesFirst && isBehindUnlisted(index, next) ? NONE : next;
  }

  private boolean isBehindUnlisted(int from, int index) {
    return directories(from, index).anyMatch(at -> !version.folder().isListed(at));
  }

  /** Which entries between two are directories. */
  private IntStream directories(int from, int to) {
    return IntStream.range(Math.min(from, to) + 1, Math.max(from, to))
        .filter(at -> Node.type(tree.mode(at)) == FileType.DIRECTORY);
  }

  /** Where nothing has been passed yet. */
  private int outset() {
    return forward ? -1 : tree.size();
  }

  /**
   * Whether whoever has come to {@code from} asks for fewer than {@code abreast} files before entry
   * {@code index}.
   */
  private boolean leads(int from, int index, int abreast) {
    if (!isBeyond(index, from)) {
      return false;
    }
    int next = from;
    for (int i = 0; i < abreast; i++) {
      next = next(next);
      if (next == NONE || !isBeyond(index, next)) {
        return true;
      }
    }
    return false;
  }

  /** What whoever has come as far as this may have of the next directory. */
  private int inheritance() {
    int next = next(end);
    boolean isThrough = next == NONE || directories(end, next).findAny().isPresent();
    return isThrough ? window : window / 2;
  }

  private String kind(int index) {
    return Kinds.of(tree.name(index));
  }

  private boolean isFile(int index) {
    return Node.type(tree.mode(index)) == FileType.REGULAR;
  }
}
