package dev.gitfs.mount.prefetch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;

/** What the policy has asked for and has not come yet, by request. One piece of the policy. */
final class Requests {

  /** Trees under way at a time: more than any repository has that is listed from end to end. */
  private static final long MOST_TREE_BYTES = 64 << 20;

  private final List<Wish> wishes = new ArrayList<>();

  /** What each request for sizes or contents is for. */
  private final Map<Integer, List<Window>> running = new LinkedHashMap<>();

  private final Set<Integer> cancelled = new HashSet<>();

  /** Trees asked for, by request. */
  private final Map<Integer, ObjectId> trees = new HashMap<>();

  /** Trees that were asked for with all that is below them, and did not all come. */
  private final Set<ObjectId> tooLarge = new HashSet<>();

  private int next = 1;
  private long files;
  private long objects;
  private long bytes;

  /** None, numbered and counted on from these. */
  Requests successor() {
    var successor = new Requests();
    successor.next = next;
    successor.files = files;
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

  /** Counts a window that is about to be asked for. */
  void reserve(Window window) {
    files += window.count;
    if (window.contents) {
      objects += window.count;
      bytes += window.bytes;
    }
  }

  /**
   * Asks for the contents of windows, which are reserved, in one request. What each of several
   * readers comes to first is asked for first.
   */
  void contents(List<Window> windows, long maxBytes) {
    int most = windows.stream().mapToInt(window -> window.count).max().orElse(0);
    var ids = new ArrayList<ObjectId>();
    for (int place = 0; place < most; place++) {
      for (var window : windows) {
        if (place < window.count) {
          ids.add(window.spots.get(place).id());
        }
      }
    }
    wishes.add(new Wish.Contents(start(windows), ids, maxBytes, windows.getFirst().urgency()));
  }

  /** Asks for the sizes of a window, which is reserved. */
  void sizes(Window window) {
    var ids = window.spots.stream().map(Spot::id).toList();
    wishes.add(new Wish.Sizes(start(List.of(window)), ids));
  }

  /** Asks for all trees below one, unless some are under way or that one has too many. */
  void trees(ObjectId root) {
    if (trees.isEmpty() && !tooLarge.contains(root)) {
      trees.put(next, root);
      wishes.add(new Wish.Trees(next++, root, MOST_TREE_BYTES));
    }
  }

  private int start(List<Window> windows) {
    int request = next++;
    windows.forEach(window -> window.request = request);
    running.put(request, windows);
    return request;
  }

  /** Whether a request is for trees. */
  boolean isForTrees(int request) {
    return trees.containsKey(request);
  }

  /** A request has ended. Returns what it was for; nothing if that was trees. */
  List<Window> end(int request, boolean complete) {
    cancelled.remove(request);
    var root = trees.remove(request);
    if (root != null && !complete) {
      tooLarge.add(root);
    }
    var windows = running.remove(request);
    if (windows == null) {
      return List.of();
    }
    for (var window : windows) {
      if (window.contents) {
        objects -= window.count;
        bytes -= window.bytes;
      }
    }
    return windows;
  }

  /** Cancels the requests all of whose windows are such. */
  void cancelIf(Predicate<Window> unwanted) {
    running.forEach((request, windows) -> {
      if (windows.stream().allMatch(unwanted) && cancelled.add(request)) {
        wishes.add(new Wish.Cancel(request));
      }
    });
  }

  boolean isRunning(Window window) {
    return running.containsKey(window.request);
  }

  /** Whether anything is under way for {@code stream}. */
  boolean isFor(Stream stream) {
    return running.values().stream()
        .flatMap(List::stream)
        .anyMatch(window -> window.stream == stream);
  }

  /** Requests under way for contents, or for sizes. */
  int count(boolean contents) {
    return (int)
        running.values().stream()
            .map(List::getFirst)
            .filter(window -> window.contents == contents && !window.accompanies)
            .count();
  }

  /** Those for a file that somebody waits for, with some that follow. */
  int accompanied() {
    return (int)
        running.values().stream().filter(windows -> windows.getFirst().accompanies).count();
  }

  int count() {
    return running.size();
  }

  /** Contents under way. */
  long objects() {
    return objects;
  }

  /** Their bytes, as received. */
  long bytes() {
    return bytes;
  }

  /** Files asked for so far. */
  long files() {
    return files;
  }
}
