package dev.gitfs.mount.prefetch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The streams there are and the windows under way for them: how large the next one may be, and what
 * becomes of it. One piece of the policy.
 */
final class Windows {

  /**
   * Contents under way at a time. The server counts 20,000 objects into a pack in a quarter of a
   * second, and their ids are 800 KB of request; two windows of half of it keep the link busy: one
   * arrives, the next is being put together.
   */
  static final int MOST_OBJECTS = 16_384;

  /**
   * As received, and for all that is under way: two and a half seconds of a link of 200 Mbit/s. A
   * window is cut for its bytes only where files are unusually large: what it cuts off from its
   * delta bases the server must compress anew, which of large files takes it seconds.
   */
  static final long MOST_BYTES = 64 << 20;

  /** Sizes in one request: 800 KB, or two round trips' worth of bytes at 50 ms and 200 Mbit/s. */
  static final int MOST_SIZES = 16_384;

  /** More than a link takes. */
  private static final long LINK_SIZE = 1 << 10;

  /** A pack's headers, and deflate where it does not help. */
  private static final long SLACK = 64 << 10;

  /** When memory is short: a tenth of a second of a fast link. */
  private static final int FEW = 128;

  /** Readers followed at a time: the threads of a parallel search on a large machine. */
  private static final int MOST_STREAMS = 16;

  /**
   * Requests for contents under way at a time, as many as the store fetches at a time: what would
   * wait there for its turn is better decided when its turn has come.
   */
  private static final int MOST_REQUESTS = 2;

  /** Who has earned a window of so many files reads all that he comes to. */
  private static final int READER = 1024;

  /** How long a reader's next window may be put off for want of room before he counts as silent. */
  private static final long PATIENCE_NANOS = 2_000_000_000L;

  private final Outline outline;
  private final Requests requests;
  private final Composer composer;
  private final Growth growth;

  /** The one used last comes first. */
  private final List<Stream> streams = new ArrayList<>();

  private boolean memoryShort;
  private long used;

  Windows(Outline outline) {
    this(outline, new Requests());
  }

  private Windows(Outline outline, Requests requests) {
    this.outline = outline;
    this.requests = requests;
    this.composer = new Composer(outline, requests);
    this.growth = new Growth(streams, requests, composer);
  }

  Outline outline() {
    return outline;
  }

  Composer composer() {
    return composer;
  }

  Growth growth() {
    return growth;
  }

  /** The same for another tree: with these numbers gone on from, and nobody followed yet. */
  Windows successor() {
    var successor = new Windows(outline, requests.successor());
    successor.used = used;
    successor.memoryShort = memoryShort;
    return successor;
  }

  /** What is wished since this was asked last. */
  List<Wish> take() {
    return requests.take();
  }

  /** The streams that follow those who read, the one used last first. */
  List<Stream> readers() {
    return streams.stream().filter(stream -> stream.reads).toList();
  }

  /** The stream that follows looks, if there is one. */
  Optional<Stream> looker() {
    return streams.stream().filter(stream -> !stream.reads).findFirst();
  }

  ReaderStatistics statistics() {
    return new ReaderStatistics(streams.size(), requests.count(), requests.files(), used);
  }

  /** Follows one more reader; the one that was silent longest makes room. */
  void follow(Stream stream, long now) {
    stream.usedAt = now;
    streams.addFirst(stream);
    if (streams.size() > MOST_STREAMS) {
      streams.reversed().stream().filter(old -> !old.everything).findFirst().ifPresent(this::drop);
    }
  }

  /** The reader has come to a file of {@code window}. */
  void use(Window window, Spot spot, int files, long now) {
    window.used += files;
    used += files;
    var stream = window.stream;
    if (stream != null) {
      stream.used += files;
      stream.scope.reading().used += files;
      touch(stream, spot, now);
      if (window == stream.last || stream.hungry || isHalfway(stream)) {
        advance(stream);
      }
    }
  }

  /**
   * Whether a reader has come through half of a full window, and one more is there for him: time
   * for the next, or the link idles while he reads what is large.
   */
  private static boolean isHalfway(Stream stream) {
    return stream.before != null
        && stream.reads
        && stream.size >= MOST_OBJECTS / 2
        && stream.last.used == 0
        && 2 * stream.before.used >= stream.before.count;
  }

  /** The reader whom {@code stream} follows is at {@code spot}. */
  void touch(Stream stream, Spot spot, long now) {
    stream.move(spot, now);
    int index = streams.indexOf(stream);
    if (index > 0) {
      streams.addFirst(streams.remove(index));
    }
  }

  /** Asks for the next window of a stream, if there is room for it and it has deserved one. */
  void advance(Stream stream) {
    advance(List.of(stream));
  }

  /** The same for several, whose contents come in one request. */
  private void advance(List<Stream> several) {
    var contents = new ArrayList<Window>();
    for (var stream : several) {
      if (stream.over) {
        continue;
      }
      boolean alone = stream.attributes && outline.sizesAlone();
      if (!alone) {
        growth.share(stream);
      }
      stream.hungry = !roomFor(stream);
      if (stream.hungry || !deserves(stream)) {
        continue;
      }
      if (alone && isReadThrough(stream.place.folder(), stream.usedAt)) {
        continue;
      }
      var spots = new ArrayList<Spot>();
      long bytes = composer.compose(stream, Math.min(stream.size, most(stream)), !alone, spots);
      if (spots.isEmpty()) {
        continue;
      }
      if (alone) {
        stream.ask(sizes(stream, spots));
      } else {
        stream.ask(window(stream, spots, bytes));
        contents.add(stream.last);
      }
      if (2 * spots.size() >= stream.size) {
        growth.grow(stream, alone);
      }
    }
    if (!contents.isEmpty()) {
      start(contents);
    }
  }

  /**
   * Brings files at once, the first of which somebody waits for, whatever else is under way.
   *
   * @param stream who is bound to read them; null if that is nobody
   * @param bytes what they are taken to be as received
   */
  void atOnce(Stream stream, List<Spot> spots, long bytes) {
    var window = window(stream, spots, bytes);
    window.accompanies = true;
    if (stream != null) {
      isRead(spots.getFirst(), window);
    }
    start(List.of(window));
  }

  /** How many requests for somebody who waits are under way beside the windows. */
  int underWayAtOnce() {
    return requests.accompanied();
  }

  /** What {@code window} has been made for is read already. */
  static void isRead(Spot spot, Window window) {
    spot.folder().reading().unclaim(spot.index());
    window.used = 1;
  }

  /**
   * Whether somebody reads all that he comes to where {@code folder} is: sizes come with contents
   * there, and a server would be asked for both. Where none come alone, any reader will do.
   */
  boolean isReadThrough(Folder folder, long now) {
    return streams.stream()
        .anyMatch(stream ->
            stream.reads
                && (stream.size >= READER || !outline.sizesAlone())
                && isAround(stream, folder, now));
  }

  /** Whether one who reads on is in {@code folder} now. */
  boolean isReader(Folder folder, long now) {
    return streams.stream()
        .anyMatch(stream ->
            stream.reads && stream.place.folder() == folder && isAround(stream, folder, now));
  }

  /** One of those who go through where {@code folder} is, and are bound to come to it. */
  Optional<Stream> bound(Folder folder, long now) {
    return streams.stream()
        .filter(stream -> !stream.everything && !stream.over && isAround(stream, folder, now))
        .findFirst();
  }

  private static boolean isAround(Stream stream, Folder folder, long now) {
    return stream.deep && now - stream.usedAt < PATIENCE_NANOS && folder.isWithin(stream.scope);
  }

  /** The window under way that brings the content of a file to somebody who reads on. */
  Optional<Window> coming(Spot spot) {
    return Optional.ofNullable(spot.folder().reading().claim(spot.index()))
        .filter(window -> window.stream != null && !window.isLeftOut() && isRunning(window));
  }

  private boolean deserves(Stream stream) {
    if (!stream.everything) {
      stream.earlier.forEach(growth::weigh);
      stream.earlier.removeIf(window -> window.weighed);
      if (!isHalfway(stream)) {
        growth.weigh(stream.before);
      }
    }
    return !stream.over;
  }

  /** Asks for some files' contents, which no stream is to bring. */
  Window contents(List<Spot> spots, long bytes) {
    var window = window(null, spots, bytes);
    start(List.of(window));
    return window;
  }

  private Window window(Stream stream, List<Spot> spots, long bytes) {
    var window = new Window(stream, true, spots, bytes);
    for (var spot : spots) {
      composer.claim(spot, window);
      if (stream != null && stream.attributes) {
        askSize(spot, window);
      }
    }
    requests.reserve(window);
    return window;
  }

  private void start(List<Window> windows) {
    long bound = SLACK;
    for (var window : windows) {
      bound += window.stream == null ? window.bytes : MOST_BYTES;
    }
    requests.contents(windows, bound);
  }

  /** Asks for some files' sizes. */
  Window sizes(Stream stream, List<Spot> spots) {
    var window = new Window(stream, false, spots, 0);
    for (var spot : spots) {
      askSize(spot, window);
      if (isLink(spot)) {
        stream.links.add(spot);
      }
    }
    requests.reserve(window);
    requests.sizes(window);
    if (stream.looked) {
      links(stream);
    }
    return window;
  }

  /**
   * Somebody looks at attributes in {@code folder}, where {@code stream} goes: who looks at links
   * reads them.
   */
  void look(Stream stream, Folder folder) {
    if (stream.looked || stream.links.stream().anyMatch(link -> link.folder() == folder)) {
      stream.looked = true;
      links(stream);
    }
  }

  private void links(Stream stream) {
    var free = stream.links.stream().filter(spot -> composer.isFree(spot, stream)).toList();
    stream.links.clear();
    if (!free.isEmpty()) {
      contents(free, free.size() * LINK_SIZE);
    }
  }

  /** Asks for all trees below one. */
  void trees(ObjectId root) {
    requests.trees(root);
  }

  /** A request has ended. */
  void ended(int request, boolean complete, long now) {
    boolean trees = requests.isForTrees(request);
    settle(requests.end(request, complete), complete);
    var waiting = new ArrayList<Stream>();
    for (var stream : streams) {
      boolean waits = stream.hungry || stream.blocked && trees;
      if (!stream.everything && waits && now - stream.usedAt < PATIENCE_NANOS) {
        waiting.add(stream);
      }
    }
    advance(waiting);
    // What is brought for nobody comes last.
    streams.stream().filter(stream -> stream.everything).findFirst().ifPresent(this::advance);
  }

  /** Cancels what is under way for readers who have all been silent since {@code since}. */
  void cancelSilent(long since, long lastAccess) {
    requests.cancelIf(window -> isSilent(window.stream, since, lastAccess));
    for (var stream : List.copyOf(streams)) {
      if (isSilent(stream, since, lastAccess) && requests.isFor(stream)) {
        drop(stream);
      }
    }
  }

  private static boolean isSilent(Stream stream, long since, long lastAccess) {
    if (stream == null) {
      return lastAccess - since < 0;
    }
    return !stream.everything && stream.usedAt - since < 0;
  }

  boolean isRunning(Window window) {
    return requests.isRunning(window);
  }

  void setMemoryShort(boolean memoryShort) {
    this.memoryShort = memoryShort;
  }

  private boolean isLink(Spot spot) {
    var tree = outline.tree(spot.folder().tree());
    return tree.isPresent() && FileMode.SYMLINK.equals(tree.get().mode(spot.index()).getBits());
  }

  private static void askSize(Spot spot, Window window) {
    spot.folder().reading().askSize(window);
    spot.folder().probe(spot.index());
  }

  /** What did not come of a request is asked for again, or left to those who need it. */
  private void settle(List<Window> windows, boolean complete) {
    boolean nothingCame = !complete;
    boolean boundMet = !complete;
    for (var window : windows) {
      if (window.contents) {
        if (window.stream != null) {
          window.stream.scope.reading().brought += window.count;
        }
        nothingCame &= window.spots.stream().noneMatch(spot -> outline.isLocal(spot.id()));
      }
    }
    for (var window : complete ? List.<Window>of() : windows) {
      var missing = window.contents ? unclaimMissing(window) : new ArrayDeque<Spot>();
      var stream = window.stream;
      if (stream == null || missing.isEmpty()) {
        continue;
      }
      if (nothingCame) {
        // No connection, or a file larger than all the window. Readers will tell.
        stream.over = true;
        continue;
      }
      if (boundMet && outline.size(missing.getFirst().id()).isEmpty()) {
        // The bound was met inside this file.
        composer.claim(missing.removeFirst(), stream.leftOut);
      }
      boundMet = false;
      stream.again.addAll(missing);
    }
  }

  private Deque<Spot> unclaimMissing(Window window) {
    var missing = new ArrayDeque<Spot>();
    for (var spot : window.spots) {
      var reading = spot.folder().reading();
      if (reading.claim(spot.index()) == window && !outline.isLocal(spot.id())) {
        reading.unclaim(spot.index());
        missing.add(spot);
      }
    }
    return missing;
  }

  private boolean roomFor(Stream stream) {
    if (stream.attributes && outline.sizesAlone()) {
      return requests.count(false) == 0;
    }
    int most = stream.everything ? 1 : MOST_REQUESTS;
    return requests.count(true) < most
        && requests.objects() + Math.min(stream.size, most(stream)) <= MOST_OBJECTS
        && requests.bytes() <= MOST_BYTES / 2;
  }

  /** How many files a window for {@code stream} may have now. */
  int most(Stream stream) {
    if (memoryShort) {
      return FEW;
    }
    return stream.attributes && outline.sizesAlone() ? MOST_SIZES : MOST_OBJECTS / 2;
  }

  private void drop(Stream stream) {
    streams.remove(stream);
    stream.over = true;
    requests.cancelIf(window -> window.stream == stream);
  }
}
