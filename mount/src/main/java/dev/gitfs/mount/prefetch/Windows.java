package dev.gitfs.mount.prefetch;

import java.util.ArrayList;
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
   * Windows of contents under way at a time, as many as the store fetches at a time: what would
   * wait there for its turn is better decided when its turn has come.
   */
  private static final int MOST_WINDOWS = 2;

  private final Outline outline;
  private final List<Wish> wishes = new ArrayList<>();
  private final Map<Integer, Window> running = new LinkedHashMap<>();
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
      touch(stream, spot, now);
      if (window == stream.last || stream.hungry) {
        advance(stream);
      }
    }
  }

  /** The reader whom {@code stream} follows is at {@code spot}. */
  void touch(Stream stream, Spot spot, long now) {
    stream.place = spot;
    stream.usedAt = now;
    int index = streams.indexOf(stream);
    if (index > 0) {
      streams.addFirst(streams.remove(index));
    }
  }

  /** Asks for the next window of a stream, if there is room for it and it has deserved one. */
  void advance(Stream stream) {
    if (stream.over) {
      return;
    }
    if (!roomFor(stream)) {
      stream.hungry = true;
      return;
    }
    stream.hungry = false;
    if (stream.before != null && !stream.before.weighed && !stream.everything) {
      weigh(stream);
      if (stream.over) {
        return;
      }
    }
    boolean contents = !stream.attributes || !outline.sizesAlone();
    var spots = new ArrayList<Spot>();
    long bytes = compose(stream, contents, spots);
    if (spots.isEmpty()) {
      return;
    }
    var window = contents ? contents(stream, spots, bytes) : sizes(stream, spots);
    stream.ask(window);
    if (2 * spots.size() >= stream.size) {
      stream.size = Math.min(2 * stream.size, MOST_OBJECTS);
    }
  }

  /** Asks for some files' contents. */
  Window contents(Stream stream, List<Spot> spots, long bytes) {
    var window = new Window(nextId++, stream, true, spots, bytes);
    var ids = new ArrayList<ObjectId>(spots.size());
    boolean known = true;
    for (var spot : spots) {
      var id = spot.id();
      ids.add(id);
      known &= outline.size(id).isPresent();
      claim(spot, window);
      if (stream != null && stream.attributes) {
        askSize(spot, window);
      }
    }
    start(window);
    long bound = known || stream == null ? bytes + SLACK : Math.max(bytes, MOST_BYTES / 2);
    wishes.add(new Wish.Contents(window.id, ids, bound));
    return window;
  }

  /** Asks for some files' sizes. */
  Window sizes(Stream stream, List<Spot> spots) {
    var window = new Window(nextId++, stream, false, spots, 0);
    var ids = new ArrayList<ObjectId>(spots.size());
    for (var spot : spots) {
      ids.add(spot.id());
      askSize(spot, window);
      if (isLink(spot)) {
        stream.links.add(spot);
      }
    }
    start(window);
    wishes.add(new Wish.Sizes(window.id, ids));
    if (stream.looked) {
      links(stream);
    }
    return window;
  }

  /** Somebody looks at attributes where {@code stream} goes: who looks at links reads them. */
  void look(Stream stream) {
    stream.looked = true;
    links(stream);
  }

  private void links(Stream stream) {
    var free = stream.links.stream().filter(spot -> isFree(spot, stream)).toList();
    stream.links.clear();
    if (!free.isEmpty()) {
      contents(null, free, free.size() * LINK_SIZE);
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
    return (claim == null || claim.id == 0 && claim.stream != stream)
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
    for (var stream : List.copyOf(streams)) {
      boolean waits = stream.hungry || stream.blocked && root != null;
      if (!stream.everything && waits && now - stream.usedAt < patience) {
        advance(stream);
      }
    }
    // What is brought for nobody comes last.
    streams.stream().filter(stream -> stream.everything).findFirst().ifPresent(this::advance);
  }

  /** Cancels what is under way for readers who have been silent since {@code since}. */
  void cancelSilent(long since, long lastAccess) {
    for (var window : List.copyOf(running.values())) {
      var stream = window.stream;
      long heard = stream == null ? lastAccess : stream.usedAt;
      if (heard - since < 0 && !(stream != null && stream.everything)) {
        cancel(window);
        if (stream != null) {
          drop(stream);
        }
      }
    }
  }

  boolean isRunning(Window window) {
    return running.containsKey(window.id);
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

  private void start(Window window) {
    running.put(window.id, window);
    asked += window.count;
    if (window.contents) {
      objectsUnderWay += window.count;
      bytesUnderWay += window.bytes;
    }
  }

  private void ended(Window window, boolean complete) {
    if (!window.contents) {
      return;
    }
    objectsUnderWay -= window.count;
    bytesUnderWay -= window.bytes;
    if (complete) {
      return;
    }
    var missing = new ArrayList<Spot>();
    for (var spot : window.spots) {
      var reading = spot.folder().reading();
      if (reading.claim(spot.index()) == window && !outline.isLocal(spot.id())) {
        reading.unclaim(spot.index());
        missing.add(spot);
      }
    }
    var stream = window.stream;
    if (stream == null || missing.isEmpty()) {
      return;
    }
    if (missing.size() == window.count) {
      // Nothing came: no connection, or a file larger than all the window. Readers will tell.
      stream.over = true;
      return;
    }
    if (outline.size(missing.getFirst().id()).isEmpty()) {
      // The bound was met inside this file.
      claim(missing.removeFirst(), stream.leftOut);
    }
    stream.again.addAll(missing);
  }

  private boolean roomFor(Stream stream) {
    if (stream.attributes && outline.sizesAlone()) {
      return running.values().stream().noneMatch(window -> !window.contents);
    }
    int most = stream.everything ? 1 : MOST_WINDOWS;
    return running.values().stream().filter(window -> window.contents).count() < most
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
    if (window.used * 8 < window.count) {
      stream.size /= 4;
    } else if (window.used * 2 < window.count) {
      stream.size /= 2;
    }
    if (window.contents && !stream.attributes) {
      for (var spot : window.spots) {
        boolean unread = spot.folder().reading().claim(spot.index()) == window;
        stream.kinds.settle(kind(spot), !unread);
      }
    }
    window.spots = running.containsKey(window.id) ? window.spots : List.of();
    stream.over = stream.size < FEWEST;
    if (stream.over) {
      stream.scope.reading().active = false;
      stream.scope.reading().usedChildren = 0;
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

  private void cancel(Window window) {
    if (cancelled.add(window.id)) {
      wishes.add(new Wish.Cancel(window.id));
    }
  }

  private void drop(Stream stream) {
    streams.remove(stream);
    stream.over = true;
    for (var window : running.values()) {
      if (window.stream == stream) {
        cancel(window);
      }
    }
  }
}
