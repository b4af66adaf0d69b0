package dev.gitfs.mount.prefetch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A reader who goes through a part of the tree in an order that can be told ahead, and the windows
 * that are fetched before him. Belongs to the policy's thread.
 */
final class Stream {

  /** One who goes back for one file in so many still reads in order; several readers never do. */
  private static final int IN_ORDER = 16;

  /** Who has read so many of the files he looked at, and half of them, reads what he looks at. */
  private static final int READ = 8;

  /** What brought it about: files looked at, or files read. */
  final boolean attributes;

  /** Whether whom it follows reads files, as who looks at attributes may do as well. */
  boolean reads;

  /** Files read of those brought to be looked at. */
  private int lookedAndRead;

  /** The last of those, and how often one came after the one before it, less how often before. */
  private Spot lastRead;

  private int readDownwards;

  /** Which kinds of file this reader reads. */
  final Kinds kinds = new Kinds();

  /** What it may go through, and how. */
  Folder scope;

  Walk walk;
  boolean forward;

  /** Whether it goes below its scope's own files. */
  boolean deep;

  /** Whether it brings everything, whoever reads what. */
  boolean everything;

  /** Stands for no request: claims the files that were left out, to hear if they are read. */
  final Window leftOut = new Window(this, true, List.of(), 0);

  /** Asked for, but did not come: first in the next window. */
  final Deque<Spot> again = new ArrayDeque<>();

  /** The windows asked for last, and before that; null if there are none. */
  Window last;

  Window before;

  /** Those before that have not been weighed. */
  final List<Window> earlier = new ArrayList<>();

  /** Links among the files whose sizes were asked for, until somebody looks at one of those. */
  final List<Spot> links = new ArrayList<>();

  /** Whether anybody has looked at attributes where links are: a listing alone says little. */
  boolean looked;

  /** Files in windows that have been weighed, and files used of any. */
  long brought;

  long used;

  /** How many files the next window may have. */
  int size;

  /** Where the reader was last, and when. */
  Spot place;

  long usedAt;

  /** Files read, and how many of them came before the one read last in the order of the way. */
  private int read;

  private int readBackwards;

  /** Wants its next window, but too much is under way. */
  boolean hungry;

  /** Cannot go on before a tree has come. */
  boolean blocked;

  /** Has nothing more to bring: everything is asked for, or too little of it was used. */
  boolean over;

  Stream(boolean attributes, Folder scope, Walk walk, boolean forward, int size, Spot place) {
    this.attributes = attributes;
    this.reads = !attributes;
    this.scope = scope;
    this.walk = walk;
    this.forward = forward;
    this.size = size;
    this.place = place;
  }

  /** Goes through all of a tree, whoever reads what. */
  static Stream ofEverything(Outline outline, Folder root) {
    var walk = new Walk.Listing(outline, root, root, -1, true);
    var start = new Spot(root, -1, root.tree());
    var all = new Stream(false, root, walk, true, Windows.MOST_OBJECTS / 2, start);
    all.everything = true;
    all.deep = true;
    return all;
  }

  /** The reader, or one of several, is at {@code spot} now. */
  void move(Spot spot, long now) {
    read++;
    if (forward ? spot.isBefore(place) : place.isBefore(spot)) {
      readBackwards++;
    }
    place = spot;
    usedAt = now;
  }

  /** A file is read that was brought to be looked at. */
  void readToo(Spot spot) {
    lookedAndRead++;
    if (lastRead != null) {
      readDownwards += spot.isBefore(lastRead) ? -1 : 1;
    }
    lastRead = spot;
  }

  /** Whether whom it follows reads most of what he looks at. */
  boolean looksToRead() {
    return !reads && lookedAndRead >= READ && 2 * lookedAndRead >= used;
  }

  /** Which way he who looks to read goes: listings tell less, for he makes them before he reads. */
  boolean readsForward() {
    return readDownwards >= 0;
  }

  /** Whether what a reader has left out of what is behind him will not be read any more. */
  boolean isInOrder() {
    return readBackwards * IN_ORDER <= read;
  }

  /** Notes a window as the newest. */
  void ask(Window window) {
    if (before != null) {
      earlier.add(before);
    }
    before = last;
    last = window;
  }

  /** Goes through {@code scope} from now on, by {@code walk}. */
  void follow(Folder scope, Walk walk, boolean forward) {
    this.scope = scope;
    this.walk = walk;
    this.forward = forward;
    deep = true;
    over = false;
    blocked = false;
  }
}
