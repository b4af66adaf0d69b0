package dev.gitfs.mount.prefetch;

import java.util.ArrayList;
import java.util.List;

/**
 * How large a reader's next window may be: what the last ones came to decides that. One piece of
 * the policy.
 */
final class Growth {

  /** The first window beyond one directory. */
  private static final int FIRST = 32;

  /** How much larger than the last the next window is. */
  private static final int USUAL = 2;

  /**
   * And how much larger where little comes in vain: of sizes, four of which are as cheap as one
   * file, and for several who read everything, as only a search by several threads does. With eight
   * times that takes as many requests.
   */
  private static final int FAST = 4;

  /** Who leaves out less than one in so many of the files behind him reads everything. */
  private static final int LEFT_OUT_OF = 16;

  /**
   * One more reader of a directory is given half of what was read there, the next one a quarter,
   * and each after that an eighth.
   */
  private static final int HALVINGS = 3;

  /** But only as long as one in so many of what was brought there is read. */
  private static final int USED_OF = 3;

  /** Who has read one in so many of what all have read there does as they do. */
  private static final int SHARE = 16;

  /** What a stream below its second window shrinks to before it is given up. */
  private static final int FEWEST = 16;

  /** Whom the policy follows. */
  private final List<Stream> streams;

  private final Requests requests;
  private final Composer composer;

  Growth(List<Stream> streams, Requests requests, Composer composer) {
    this.streams = streams;
    this.requests = requests;
    this.composer = composer;
  }

  /** How many files to bring to a reader who goes on from one directory to the next. */
  int beyond(Stream stream) {
    return Math.max(FIRST, stream.last == null ? 0 : USUAL * stream.last.count);
  }

  /** How many files to bring to one more reader of {@code scope}: a part of what others read. */
  int oneMore(Folder scope) {
    var read = scope.reading();
    long others = streams.stream().filter(stream -> isReader(stream, scope)).count();
    long size = pays(read) ? read.used >> Math.clamp(others, 1, HALVINGS) : 0;
    return Math.clamp(size, FIRST, Windows.MOST_OBJECTS / 2);
  }

  /**
   * One of several readers of a directory is brought as much at a time as all of them have read
   * there, or as there is room for: the threads of a search do the same, and one of them has mostly
   * begun long before another.
   */
  void share(Stream stream) {
    var read = stream.scope.reading();
    if (isOneOfSeveral(stream) && pays(read) && 2 * stream.used >= stream.brought) {
      long room = Windows.MOST_OBJECTS - requests.objects();
      long earned = Math.min(read.used, SHARE * stream.used);
      stream.size = Math.max(stream.size, (int) Math.min(earned, room));
    }
  }

  /** A window of the size it may have is asked for, of {@code sizes} or of contents. */
  void grow(Stream stream, boolean sizes) {
    boolean fast = sizes || readsEverything(stream) && isOneOfSeveral(stream);
    stream.size = Math.min((fast ? FAST : USUAL) * stream.size, Windows.MOST_OBJECTS);
  }

  private static boolean readsEverything(Stream stream) {
    long leftOut = stream.brought - stream.used;
    return stream.brought > 0 && LEFT_OUT_OF * leftOut < stream.brought;
  }

  private static boolean pays(Reading read) {
    return read.used * USED_OF >= read.brought;
  }

  private boolean isOneOfSeveral(Stream stream) {
    return stream.deep
        && !stream.everything
        && streams.stream().anyMatch(other -> other != stream && isReader(other, stream.scope));
  }

  private static boolean isReader(Stream stream, Folder scope) {
    return stream.reads && stream.scope == scope;
  }

  /**
   * What a window that its reader has left came to decides the next one's size. What is still on
   * its way tells nothing: of several readers one may be ahead, and the others wait for it.
   */
  void weigh(Window window) {
    if (window == null || window.weighed || requests.isRunning(window)) {
      return;
    }
    window.weighed = true;
    var stream = window.stream;
    stream.brought += window.count;
    // Of several readers some may just not have come to it.
    boolean inOrder = stream.isInOrder();
    long count = inOrder ? window.count : stream.brought;
    long used = inOrder ? window.used : stream.used;
    if (used * 8 < count) {
      stream.size /= 4;
    } else if (used * 2 < count) {
      stream.size /= 2;
    }
    if (window.contents && !stream.attributes) {
      settleKinds(window);
    }
    window.spots = List.of();
    stream.over = stream.size < FEWEST;
    if (stream.over) {
      stream.scope.reading().active = false;
      stream.scope.reading().usedChildren = 0;
    }
  }

  /**
   * Which kinds are read of what came. Where several read, who may just not have come to a file, it
   * counts as left out only if others before and after it in its directory were read.
   */
  private void settleKinds(Window window) {
    var stream = window.stream;
    var leftOut = new ArrayList<Spot>();
    Folder begun = null;
    for (var spot : window.spots) {
      if (spot.folder().reading().claim(spot.index()) != window) {
        stream.kinds.settle(composer.kind(spot), true);
        leftOut.forEach(between -> stream.kinds.settle(composer.kind(between), false));
        leftOut.clear();
        begun = spot.folder();
      } else if (stream.isInOrder()) {
        stream.kinds.settle(composer.kind(spot), false);
      } else if (spot.folder() == begun) {
        leftOut.add(spot);
      } else {
        leftOut.clear();
      }
    }
  }
}
