package dev.gitfs.mount.prefetch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What follows from files of one name being read in one directory after the other, nothing else of
 * which is read: a build reads every Kconfig, a search every .gitignore. Brings those that come
 * next in listing order, and more each time while they are used. Part of the policy.
 */
final class Namesakes {

  /**
   * Of the last files missed, each in another directory, so many have one name: then he reads by
   * name. Who hops about in a tree of index.js and Makefile comes to few of one name in a row.
   */
  private static final int OF_ONE_NAME = 4;

  private static final int LAST = 8;

  /** Files in a first batch, which are some milliseconds of a fast link. */
  private static final int FIRST = 64;

  /** Such files are small and few: 1,626 in Linux are called Kconfig. */
  private static final int MOST = 1024;

  /**
   * One used of so many, and there are more. Readers of such files go by what is written in them,
   * so a batch is used late, and not from its beginning.
   */
  private static final int ONE_IN = 16;

  /** Files brought before that is judged: as packed they take a fast link half a round trip. */
  private static final int TRIAL = 256;

  /** Names remembered, those missed last. */
  private static final int NAMES = 256;

  /** What has become of one name. */
  private static final class Name {
    private Folder folder;
    private int size = FIRST;
    private int brought;
    private final List<Window> made = new ArrayList<>();

    private int used() {
      return made.stream().mapToInt(window -> window.used).sum();
    }
  }

  private final Windows windows;
  private final Map<String, Name> names = new LinkedHashMap<>(16, 0.75f, true);
  private final Deque<String> last = new ArrayDeque<>();

  Namesakes(Windows windows) {
    this.windows = windows;
  }

  /** Someone waits for {@code spot}. Returns whether that brings others of its name. */
  boolean missed(Spot spot, String text) {
    var name = names.computeIfAbsent(text, _ -> new Name());
    if (names.size() > NAMES) {
      Iterator<String> oldest = names.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    if (name.folder == spot.folder()) {
      return false;
    }
    name.folder = spot.folder();
    last.addLast(text);
    if (last.size() > LAST) {
      last.removeFirst();
    }
    if (last.stream().filter(text::equals).count() < OF_ONE_NAME) {
      return false;
    }
    if (name.made.stream().anyMatch(windows::isRunning)) {
      return true;
    }
    if (name.brought >= TRIAL && name.used() * ONE_IN < name.brought) {
      // Not what he reads: again after as many directories.
      names.remove(text);
      last.clear();
      return false;
    }
    return bring(spot, name);
  }

  private boolean bring(Spot spot, Name name) {
    var walk = new Walk.Namesakes(windows.outline(), spot);
    var spots = new ArrayList<Spot>();
    long bytes = 0;
    for (var next = walk.next(); next.isPresent() && spots.size() < name.size; next = walk.next()) {
      if (windows.composer().isFree(next.get(), null)) {
        spots.add(next.get());
        bytes += windows.composer().bytes(next.get());
      }
    }
    if (spots.isEmpty()) {
      return false;
    }
    var window = windows.contents(spots, bytes);
    window.scattered = true;
    name.made.add(window);
    name.brought += window.count;
    name.size = Math.min(2 * name.size, MOST);
    return true;
  }
}
