package dev.gitfs.mount.prefetch;

import java.util.List;
import java.util.Optional;

/**
 * Decides which files go into a window, and which are left for those who ask for them. One piece of
 * the policy.
 */
final class Composer {

  /** All of Linux is received as a sixth of its size, its pack without deltas as a quarter. */
  private static final int DEFLATED = 4;

  /**
   * What is larger than four times that is mostly generated, and deflated to next to nothing. With
   * a bound of 256 KB, Linux' headers of up to 24 MB, deltas of each other, came in several
   * windows: a server took up to 14 s of processor time, not 4, to look for other deltas.
   */
  private static final long MOST_WEIGHT = 64 << 10;

  /** Larger files are left for demand: one of them costs as much as a directory of others. */
  static final long LARGE = 1 << 20;

  /**
   * Unless a window has so many files for so many bytes of a large one: beside what it brings
   * anyway that is not much, and what is left out is missed as a base of deltas.
   */
  private static final long LARGE_SHARE = 8 << 10;

  /** The mean size of a file in Linux; stands in for sizes that are not known. */
  private static final long USUAL_SIZE = 16 << 10;

  /** Files looked at for one window at most, so that what is local already is passed in steps. */
  private static final int SCAN = 65_536;

  /** Of a full window, how much at its end may be left for the next one. */
  private static final int CUT_SHARE = 8;

  private final Outline outline;
  private final Requests requests;

  Composer(Outline outline, Requests requests) {
    this.outline = outline;
    this.requests = requests;
  }

  /** Fills {@code spots} with what comes next, {@code most} files of it; returns their weight. */
  long compose(Stream stream, int most, boolean contents, List<Spot> spots) {
    long bytes = 0;
    for (int scanned = 0; spots.size() < most && bytes < Windows.MOST_BYTES / 2; scanned++) {
      if (scanned == SCAN) {
        stream.hungry = true;
        return bytes;
      }
      var next =
          stream.again.isEmpty() ? stream.walk.next() : Optional.of(stream.again.removeFirst());
      if (next.isEmpty()) {
        var missing = stream.walk.missing();
        stream.blocked = missing.isPresent();
        stream.over = missing.isEmpty();
        missing.ifPresent(folder -> requests.trees(folder.tree()));
        return bytes;
      }
      var spot = next.get();
      if (!contents) {
        if (isSizeUnasked(spot)) {
          spots.add(spot);
        }
      } else if (isFree(spot, stream)) {
        var size = outline.size(spot.id());
        if (isLeftOut(spot, size.orElse(0), stream)) {
          claim(spot, stream.leftOut);
        } else {
          spots.add(spot);
          bytes += weight(size.orElse(USUAL_SIZE));
        }
      }
    }
    return contents ? cut(stream, spots, bytes) : bytes;
  }

  /**
   * Cuts a full window where a directory ends, near the end of the window the highest one; returns
   * its weight. Files that are alike, and so stored as deltas of each other, are mostly below one
   * directory. What has come without its base, git compares with files that may be nothing like it:
   * for a window that ended among Linux' headers for AMD, it took 8.4 s of processor time.
   */
  private long cut(Stream stream, List<Spot> spots, long bytes) {
    int full = spots.size();
    int end = full;
    int depth = full == 0 ? 0 : spots.getLast().folder().depth();
    for (int at = full - 1; at > full - full / CUT_SHARE; at--) {
      var common = spots.get(at).folder().commonAncestor(spots.get(at - 1).folder());
      if (common.depth() < depth) {
        depth = common.depth();
        end = at;
      }
    }
    long kept = bytes;
    while (spots.size() > end) {
      var spot = spots.removeLast();
      stream.again.addFirst(spot);
      kept -= weight(spot);
    }
    return kept;
  }

  /** Whether the content of a file is left for whoever asks for it. */
  boolean isLeftOut(Spot spot, Stream stream) {
    return isLeftOut(spot, outline.size(spot.id()).orElse(0), stream);
  }

  private boolean isLeftOut(Spot spot, long size, Stream stream) {
    if (stream.everything || stream.attributes) {
      return false;
    }
    boolean large = size > Math.max(LARGE, stream.size * LARGE_SHARE);
    return large && !stream.kinds.expects(Kinds.LARGE) || !stream.kinds.expects(kind(spot));
  }

  /** Whether the content of a file may be fetched for this stream: not there, not asked for. */
  boolean isFree(Spot spot, Stream stream) {
    var claim = spot.folder().reading().claim(spot.index());
    return (claim == null || claim.isLeftOut() && claim.stream != stream)
        && !outline.isLocal(spot.id());
  }

  /** Whether the size of a file is not known, nor comes with what was asked for. */
  private boolean isSizeUnasked(Spot spot) {
    var reading = spot.folder().reading();
    var claim = reading.claim(spot.index());
    return !reading.asked
        && (claim == null || claim.isLeftOut())
        && outline.size(spot.id()).isEmpty();
  }

  /** Marks a file as one that {@code window} is to bring, or to leave out. */
  void claim(Spot spot, Window window) {
    var folder = spot.folder();
    folder
        .reading()
        .claim(spot.index(), window, () -> outline.tree(folder.tree()).orElseThrow().size());
    folder.watch();
  }

  /** How large a file is taken to be. */
  long bytes(Spot spot) {
    return outline.size(spot.id()).orElse(USUAL_SIZE);
  }

  /** What a file is taken to be as it is received. */
  long weight(Spot spot) {
    return weight(bytes(spot));
  }

  private static long weight(long size) {
    return Math.min(size / DEFLATED, MOST_WEIGHT);
  }

  /** As what {@link Kinds} knows a file. */
  String kind(Spot spot) {
    return Kinds.of(outline.tree(spot.folder().tree()).orElseThrow().name(spot.index()));
  }
}
