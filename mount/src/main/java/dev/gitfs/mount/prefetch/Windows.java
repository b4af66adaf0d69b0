package dev.gitfs.mount.prefetch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The streams there are and the windows under way for them: how large the next one may be, what
 * goes into it, and what becomes of it. One piece of the policy.
 */
final class Windows {

  /**
   * Contents under way at a time. The server counts 20,000 objects into a pack in a quarter of a
   * second, and their ids are 800 KB of request; two windows of half of it keep the link busy: one
   * arrives, the next is being put together.
   */
  static final int MOST_OBJECTS = 16_384;

  /** As inflated: what the store's memory must hold of what has come and is not yet read. */
  static final long MOST_BYTES = 64 << 20;

  /** Sizes in one request: 800 KB, or two round trips' worth of bytes at 50 ms and 200 Mbit/s. */
  static final int MOST_SIZES = 16_384;

  /** Trees under way at a time: more than any repository has that is listed from end to end. */
  static final long MOST_TREE_BYTES = 64 << 20;

  /** Larger files are left for demand: one of them costs as much as a directory of others. */
  static final long LARGE = 1 << 20;

  /** The mean size of a file in Linux; stands in for sizes that are not known. */
  private static final long USUAL_SIZE = 16 << 10;

  /** More than a link takes. */
  private static final long LINK_SIZE = 1 << 10;

  /** A pack's headers, and deflate where it does not help. */
  private static final long SLACK = 64 << 10;

  /** What a stream below its second window shrinks to before it is given up. */
  private static final int FEWEST = 16;

  /** When memory is short: a tenth of a second of a fast link. */
  private static final int FEW = 128;

  /** Readers followed at a time: the threads of a parallel search on a large machine. */
  private static final int MOST_STREAMS = 16;

  /** Files looked at for one window at most, so that what is local already is passed in steps. */
  private static final int SCAN = 65_536;

  /**
   * Requests for contents under way at a time, as many as the store fetches at a time: what would
   * wait there for its turn is better decided when its turn has come.
   */
  private static final int MOST_REQUESTS = 2;

  private final Outline outline;
  private final List<Wish> wishes = new ArrayList<>();

  /** What each request under way is for. */
  private final Map<Integer, List<Window>> running = new LinkedHashMap<>();

  private final Set<Integer> cancelled = new HashSet<>();

  /** The one used last comes first. */
  private final List<Stream> streams = new ArrayList<>();

  /** Trees asked for, by window. */
  private final Map<Integer, ObjectId> trees = new HashMap<>();

  /** Trees that were asked for with all that is below them, and did not all come. */
  private final Set<ObjectId> tooLarge = new HashSet<>();

  private int nextId = 1;
  private long objectsUnderWay;
  private long bytesUnderWay;
  private boolean memoryShort;
  private long asked;
  private long used;

  Windows(Outline outline) {
    this.outline = outline;
  }

  Outline outline() {
    return outline;
  }

  /** The same for another tree: with these numbers gone on from, and nobody followed yet. */
  Windows successor() {
    var successor = new Windows(outline);
    successor.nextId = nextId;
    successor.asked = asked;
    successor.used = used;
    successor.memoryShort = memoryShort;
    return successor;
  }

  /** What is wished since this was asked last. */
  List<Wish> take() {
    if (wishes.isEmpty()) {
      return List.of();
    }
    var taken = List.copyOf(wishes);
    wishes.clear();
    return taken;
  }

  /** The streams that follow looks, or reads, the one used last first. */
  List<Stream> streams(boolean attributes) {
    return streams.stream().filter(stream -> stream.attributes == attributes).toList();
  }

  ReaderStatistics statistics() {
    return new ReaderStatistics(streams.size(), running.size(), asked, used);
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
      if (window == stream.last || stream.hungry) {
        advance(stream);
      }
    }
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
      stream.hungry = !roomFor(stream);
      if (stream.hungry || !deserves(stream)) {
        continue;
      }
      boolean alone = stream.attributes && outline.sizesAlone();
      var spots = new ArrayList<Spot>();
      long bytes = compose(stream, !alone, spots);
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
        stream.size = Math.min(2 * stream.size, MOST_OBJECTS);
      }
    }
    if (!contents.isEmpty()) {
      start(contents);
    }
  }

  private boolean deserves(Stream stream) {
    if (stream.before != null && !stream.before.weighed && !stream.everything) {
      weigh(stream);
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
      claim(spot, window);
      if (stream != null && stream.attributes) {
        askSize(spot, window);
      }
    }
    note(window);
    return window;
  }

  /** What each of several readers comes to first is asked for first. */
  private void start(List<Window> windows) {
    int request = nextId++;
    long bound = SLACK;
    int most = 0;
    for (var window : windows) {
      window.request = request;
      most = Math.max(most, window.count);
      boolean known = window.spots.stream().allMatch(spot -> outline.size(spot.id()).isPresent());
      bound +=
          known || window.stream == null ? window.bytes : Math.max(window.bytes, MOST_BYTES / 2);
    }
    var ids = new ArrayList<ObjectId>();
    for (int place = 0; place < most; place++) {
      for (var window : windows) {
        if (place < window.count) {
          ids.add(window.spots.get(place).id());
        }
      }
    }
    running.put(request, windows);
    wishes.add(new Wish.Contents(request, ids, bound));
  }

  /** Asks for some files' sizes. */
  Window sizes(Stream stream, List<Spot> spots) {
    var window = new Window(stream, false, spots, 0);
    window.request = nextId++;
    var ids = new ArrayList<ObjectId>(spots.size());
    for (var spot : spots) {
      ids.add(spot.id());
      askSize(spot, window);
      if (isLink(spot)) {
        stream.links.add(spot);
      }
    }
    note(window);
    running.put(window.request, List.of(window));
    wishes.add(new Wish.Sizes(window.request, ids));
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
    var free = stream.links.stream().filter(spot -> isFree(spot, stream)).toList();
    stream.links.clear();
    if (!free.isEmpty()) {
      contents(free, free.size() * LINK_SIZE);
    }
  }

  /** Asks for all trees below one. */
  void trees(ObjectId root) {
    if (trees.isEmpty() && !tooLarge.contains(root)) {
      trees.put(nextId, root);
      wishes.add(new Wish.Trees(nextId++, root, MOST_TREE_BYTES));
    }
  }

  /** Whether the content of a file may be fetched for this stream: not there, not asked for. */
  boolean isFree(Spot spot, Stream stream) {
    var claim = spot.folder().reading().claim(spot.index());
    return (claim == null || claim.isLeftOut() && claim.stream != stream)
        && !outline.isLocal(spot.id());
  }

  void ended(int id, boolean complete, long now, long patience) {
    cancelled.remove(id);
    var root = trees.remove(id);
    if (root != null) {
      if (!complete) {
        tooLarge.add(root);
      }
    } else if (running.containsKey(id)) {
      ended(running.remove(id), complete);
    }
    var waiting = new ArrayList<Stream>();
    for (var stream : streams) {
      boolean waits = stream.hungry || stream.blocked && root != null;
      if (!stream.everything && waits && now - stream.usedAt < patience) {
        waiting.add(stream);
      }
    }
    advance(waiting);
    // What is brought for nobody comes last.
    streams.stream().filter(stream -> stream.everything).findFirst().ifPresent(this::advance);
  }

  /** Cancels what is under way for readers who have all been silent since {@code since}. */
  void cancelSilent(long since, long lastAccess) {
    running.forEach((request, windows) -> {
      if (windows.stream().allMatch(window -> isSilent(window.stream, since, lastAccess))) {
        cancel(request);
      }
    });
    for (var stream : List.copyOf(streams)) {
      if (isSilent(stream, since, lastAccess) && isFetching(stream)) {
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

  private boolean isFetching(Stream stream) {
    return running.values().stream()
        .flatMap(List::stream)
        .anyMatch(window -> window.stream == stream);
  }

  boolean isRunning(Window window) {
    return running.containsKey(window.request);
  }

  /** What a file is taken to weigh. */
  long bytes(Spot spot) {
    return outline.size(spot.id()).orElse(USUAL_SIZE);
  }

  void setMemoryShort(boolean memoryShort) {
    this.memoryShort = memoryShort;
  }

  /** The file that is entry {@code index} of a folder, if its tree is local. */
  Optional<Spot> spot(Folder folder, int index) {
    return outline
        .tree(folder.tree())
        .filter(tree -> index < tree.size())
        .map(tree -> new Spot(folder, index, tree.id(index)));
  }

  String kind(Spot spot) {
    return Kinds.of(outline.tree(spot.folder().tree()).orElseThrow().name(spot.index()));
  }

  private boolean isLink(Spot spot) {
    var tree = outline.tree(spot.folder().tree());
    return tree.isPresent() && FileMode.SYMLINK.equals(tree.get().mode(spot.index()).getBits());
  }

  private static void askSize(Spot spot, Window window) {
    spot.folder().reading().askSize(window);
    spot.folder().probe(spot.index());
  }

  private void claim(Spot spot, Window window) {
    var folder = spot.folder();
    int entries = outline.tree(folder.tree()).orElseThrow().size();
    folder.reading().claim(spot.index(), window, entries);
    folder.watch();
  }

  private void note(Window window) {
    asked += window.count;
    if (window.contents) {
      objectsUnderWay += window.count;
      bytesUnderWay += window.bytes;
    }
  }

  /** A request has ended. */
  private void ended(List<Window> windows, boolean complete) {
    boolean nothingCame = !complete;
    boolean boundMet = !complete;
    for (var window : windows) {
      if (window.contents) {
        objectsUnderWay -= window.count;
        bytesUnderWay -= window.bytes;
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
        claim(missing.removeFirst(), stream.leftOut);
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
      return running.values().stream().noneMatch(windows -> !windows.getFirst().contents);
    }
    int most = stream.everything ? 1 : MOST_REQUESTS;
    return running.values().stream().filter(windows -> windows.getFirst().contents).count() < most
        && objectsUnderWay + Math.min(stream.size, most(stream)) <= MOST_OBJECTS
        && bytesUnderWay <= MOST_BYTES / 2;
  }

  private int most(Stream stream) {
    if (memoryShort) {
      return FEW;
    }
    return stream.attributes && outline.sizesAlone() ? MOST_SIZES : MOST_OBJECTS / 2;
  }

  /** What the window before the last one came to decides the next one's size. */
  private void weigh(Stream stream) {
    var window = stream.before;
    window.weighed = true;
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
    window.spots = isRunning(window) ? window.spots : List.of();
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
        stream.kinds.settle(kind(spot), true);
        leftOut.forEach(between -> stream.kinds.settle(kind(between), false));
        leftOut.clear();
        begun = spot.folder();
      } else if (stream.isInOrder()) {
        stream.kinds.settle(kind(spot), false);
      } else if (spot.folder() == begun) {
        leftOut.add(spot);
      } else {
        leftOut.clear();
      }
    }
  }

  /** Fills {@code spots} with what comes next; returns their bytes. */
  private long compose(Stream stream, boolean contents, List<Spot> spots) {
    int most = Math.min(stream.size, most(stream));
    long bytes = 0;
    for (int scanned = 0; spots.size() < most && bytes < MOST_BYTES / 2; scanned++) {
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
        missing.ifPresent(folder -> trees(folder.tree()));
        return bytes;
      }
      var spot = next.get();
      var size = outline.size(spot.id());
      if (!contents) {
        if (size.isEmpty() && !spot.folder().reading().asked) {
          spots.add(spot);
        }
      } else if (isFree(spot, stream)) {
        if (isLeftOut(spot, size.orElse(0), stream)) {
          claim(spot, stream.leftOut);
        } else {
          spots.add(spot);
          bytes += size.orElse(USUAL_SIZE);
        }
      }
    }
    return bytes;
  }

  private boolean isLeftOut(Spot spot, long size, Stream stream) {
    if (stream.everything || stream.attributes) {
      return false;
    }
    return size > LARGE && !stream.kinds.expects(Kinds.LARGE) || !stream.kinds.expects(kind(spot));
  }

  private void cancel(int request) {
    if (cancelled.add(request)) {
      wishes.add(new Wish.Cancel(request));
    }
  }

  private void drop(Stream stream) {
    streams.remove(stream);
    stream.over = true;
    running.forEach((request, windows) -> {
      if (windows.stream().allMatch(window -> window.stream == stream)) {
        cancel(request);
      }
    });
  }
}
