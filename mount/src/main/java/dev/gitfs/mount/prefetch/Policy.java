package dev.gitfs.mount.prefetch;

import java.util.List;
import org.eclipse.jgit.lib.FileMode;

/**
 * What to fetch before it is asked for: a pure function of what readers did. It has no clock, no
 * threads and does no I/O; time comes in with each access, so a recorded trace gives the same
 * wishes every time.
 *
 * <h2>What it weighs</h2>
 *
 * A round trip costs 20 to 200 ms; a file of source costs a fast link a tenth of a millisecond. So
 * a batch pays when one file in some hundred is used, and the question is never whether to fetch a
 * file more, but when to stop: every batch is bounded, the next one is granted only when the reader
 * has come to the last, and it grows only while what was brought is used. What is brought in vain
 * is so at most a constant times what was read.
 *
 * <h2>Trees</h2>
 *
 * All of them are asked for once, when the mount begins: 5,095 trees of Linux are 2.5 MB. Where
 * they are too many, a walk that meets a gap asks for the subtree it stands before.
 *
 * <h2>Attributes ({@link Looks})</h2>
 *
 * Listing a directory asks for the sizes of its files and of those in the directories below it, up
 * to a bound. After two listings of which nobody looked at a size, listings bring no more: that was
 * a find. Whoever looks at a size in a directory that was asked for ahead opens the next window:
 * the files of the directories that follow, each window twice the last. Since the kernel gets what
 * is known with the listing and then asks nothing, one file's attributes are held back there until
 * the answer is known. Whoever names a file of a directory that nobody has listed mostly reads it:
 * its content comes beside its size. Where somebody reads all that he comes to, no sizes are asked
 * for: they come with the contents, and who looks there waits for those, or is taken for one more
 * reader. Where sizes come with contents alone, windows are of contents and smaller; who looks
 * where a reader was bound to come, or where several walk, is taken for a reader; and where a link
 * leads comes with the rest of that directory, if somebody who reads on is bound to come there. Who
 * reads most of what was brought there to be looked at is followed as a reader from then on.
 *
 * <h2>Contents ({@link Reads})</h2>
 *
 * A file that is read by itself brings nothing. The second one of a directory brings the rest of
 * it, and so does the first of a directory that has been listed if it is first (or last) there:
 * that is how cat, grep, tar and rg begin. They come in one request with the file that is waited
 * for. A reader who then goes on where the listing goes on, in either direction (a parallel search
 * takes its directories from the end), is followed as a {@link Stream}: windows of what comes next,
 * depth first in listing order, each twice the last, in the smallest directory that has in it all
 * he read. A full one ends where a directory does, if one ends in its last eighth, so that files
 * that are stored as deltas of each other come together. As he leaves that directory, and goes on,
 * it becomes its parent. Where two such directories were brought and used, their parent is taken to
 * be walked by several readers: there a single read starts a stream, the larger the more has been
 * read there. Once such a reader has read a sixteenth of what all of them have, he is brought as
 * much at a time as that; and where hardly anything is left unread, four times as much as last
 * time. Files that are fetched, or on their way, are in no other window, whoever asks. Windows that
 * had to wait for a request to end leave together in the next one, the first files of each first;
 * but who waits for a file meanwhile gets it at once, with a few that follow.
 *
 * <p>The next window is asked for when the reader comes to the first file of the last one, so that
 * the link does not idle; or to the middle of the one before, if that is as large as they get. Of
 * the window before that it is then known how much was used: half, and the next one is twice as
 * large; an eighth, as large; less, and it shrinks, until the stream ends; what has not come tells
 * nothing. What is on its way behind so much else that nobody would wait for it comes at once, with
 * what the window has of its directory, when one of several readers needs it. A kind of file that
 * this reader passes over (of a search through C alone, all the others) is left out from then on,
 * and from the start those that are large or that walkers rarely read, until he reads one, or
 * others like it ({@link Kinds}). One who hops among directories gets guesses, and how much they
 * saved decides how large they are ({@link Guesses}). One who reads files of one name in one
 * directory after the other gets the next ones of that name ({@link Namesakes}).
 *
 * <h2>Its end</h2>
 *
 * A reader who is silent is granted nothing more; what is under way for him is cancelled after a
 * while. When memory is short, windows are small.
 *
 * <p>Measured at 50 ms, requests with those of the mount included: {@code grep -r} of all 78,635
 * files of Linux, on a real server, takes 34, or 24 where sizes come with contents alone; {@code
 * rg}, whose threads never go the same way twice, 46 to 77 and 31 to 64. On traces of real programs
 * in a quarter of that (the tests beside this class assert them): {@code grep -r} 21 and 17, {@code
 * ls -lR} 8 and 14.
 */
final class Policy {

  /**
   * After how long what is under way for a silent reader is cancelled. Long beside the pauses of a
   * compiler between two headers; a fast link has carried all that may be under way by then.
   */
  private static final long SILENCE_NANOS = 10_000_000_000L;

  /**
   * How deep trees are looked for before all of them are asked for: where these are, an earlier
   * mount brought the rest, or a stream that meets a gap will.
   */
  private static final int LEVELS_TRIED = 2;

  private final PrefetchMode mode;
  private final Windows windows;
  private final Looks looks;
  private final Reads reads;
  private final Folder root;
  private long lastAccess;

  Policy(Outline outline, Folder root, PrefetchMode mode) {
    this(new Windows(outline), root, mode);
  }

  private Policy(Windows windows, Folder root, PrefetchMode mode) {
    this.mode = mode;
    this.root = root;
    this.windows = windows;
    var companions = new Companions(windows);
    this.looks = new Looks(windows, companions);
    this.reads = new Reads(windows, companions);
  }

  /**
   * The policy for the tree that is shown from now on. It begins anew, but for its counts: readers
   * are known again after a few files. What is under way goes on, for most of it is in the new tree
   * as well.
   */
  Policy movedTo(Folder newRoot) {
    return new Policy(windows.successor(), newRoot, mode);
  }

  /** What to fetch when a mount begins. */
  List<Wish> start(long now) {
    lastAccess = now;
    if (lacksTrees(root, LEVELS_TRIED)) {
      windows.trees(root.tree());
    }
    if (mode == PrefetchMode.ALL) {
      var everything = Stream.ofEverything(windows.outline(), root);
      windows.follow(everything, now);
      windows.advance(everything);
    }
    return windows.take();
  }

  /** What follows from an access; nothing if it was to a tree that is no longer shown. */
  List<Wish> on(Access access) {
    if (!isToThisTree(access)) {
      return List.of();
    }
    switch (access) {
      case Access.Listed(var folder, long at) -> {
        lastAccess = at;
        looks.listed(folder, at);
      }
      case Access.Looked(var folder, int index, boolean missed, long at) -> {
        lastAccess = at;
        boolean followed = missed && awaitsContent(folder, index, at);
        looks.looked(folder, missed && !followed, at);
        if (missed && isNamed(folder) && !windows.isReadThrough(folder, at)) {
          Spot.at(windows.outline(), folder, index).ifPresent(looks::named);
        }
      }
      case Access.Read(var folder, int index, boolean missed, long at) -> {
        lastAccess = at;
        if (mode != PrefetchMode.ATTRIBUTES) {
          looks.read(folder);
          Spot.at(windows.outline(), folder, index).ifPresent(spot -> reads.read(spot, missed, at));
        }
      }
      case Access.Followed(_, long at) -> {
        lastAccess = at;
        reads.followed(at);
      }
      case Access.Ended(int window, boolean complete, long at) ->
          windows.ended(window, complete, at);
      case Access.Passed(boolean memoryShort, boolean waited, long at) -> {
        windows.setMemoryShort(memoryShort);
        if (!waited) {
          windows.cancelSilent(at - SILENCE_NANOS, lastAccess);
        }
      }
    }
    return windows.take();
  }

  /** Whether who waits for a size waits for content, and is brought that as a reader. */
  private boolean awaitsContent(Folder folder, int index, long now) {
    return mode != PrefetchMode.ATTRIBUTES
        && Spot.at(windows.outline(), folder, index)
            .map(spot -> reads.looked(spot, now))
            .orElse(false);
  }

  /** Whether who waits for a size there knows the file's name, and may want its content next. */
  private boolean isNamed(Folder folder) {
    return mode != PrefetchMode.ATTRIBUTES
        && windows.outline().serverTellsSizes()
        && !folder.isListed();
  }

  private boolean isToThisTree(Access access) {
    return switch (access) {
      case Access.Listed(var folder, _) -> folder.root() == root;
      case Access.Looked(var folder, _, _, _) -> folder.root() == root;
      case Access.Read(var folder, _, _, _) -> folder.root() == root;
      case Access.Followed(var folder, _) -> folder.root() == root;
      case Access.Ended _, Access.Passed _ -> true;
    };
  }

  ReaderStatistics statistics() {
    return windows.statistics();
  }

  private boolean lacksTrees(Folder folder, int levels) {
    var tree = windows.outline().tree(folder.tree());
    if (tree.isEmpty()) {
      return true;
    }
    for (int index = 0; levels > 0 && index < tree.get().size(); index++) {
      if (FileMode.TREE.equals(tree.get().mode(index).getBits())
          && lacksTrees(folder.child(index, tree.get().id(index)), levels - 1)) {
        return true;
      }
    }
    return false;
  }
}
