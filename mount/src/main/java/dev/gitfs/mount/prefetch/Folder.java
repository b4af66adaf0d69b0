package dev.gitfs.mount.prefetch;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A directory at its place in the mounted tree (the same tree object can be in several), by which
 * the mount tells the prefetcher where something happened. There is one for every directory that
 * was entered or looked at ahead, and it lives as long as the mounted tree does not change.
 *
 * <p>Safe for any number of threads, but for what is said to belong to the policy.
 */
public final class Folder {

  private static final int NONE = -1;

  private final Folder parent;
  private final Folder root;
  private final int index;
  private final ObjectId tree;
  private final int depth;

  /** Guarded by this. */
  private final Map<Integer, Folder> children = new HashMap<>();

  /** Written by the policy, read by those who ask whether it wants to hear of reads here. */
  private volatile boolean watched;

  private volatile boolean listed;

  /** The entry whose attributes are held back; written by the policy. */
  private volatile int heldBack = NONE;

  /** Belongs to the policy. */
  private Reading reading;

  private Folder(Folder parent, int index, ObjectId tree, int depth) {
    this.parent = parent;
    this.root = parent == null ? this : parent.root;
    this.index = index;
    this.tree = tree;
    this.depth = depth;
  }

  /** The root of a tree that is not shown yet. */
  public static Folder root(ObjectId tree) {
    return new Folder(null, 0, tree, 0);
  }

  /** The directory that is entry {@code index} of this one, and shows {@code tree}. */
  public synchronized Folder child(int index, ObjectId tree) {
    return children.computeIfAbsent(index, _ -> new Folder(this, index, tree, depth + 1));
  }

  /** Whether someone has listed the directory that is entry {@code index}. */
  public synchronized boolean isListed(int index) {
    var child = children.get(index);
    return child != null && child.isListed();
  }

  /** The root of the tree that it is in: another one after the branch has moved. */
  public Folder root() {
    return root;
  }

  /** The directory that contains this one; empty for the root. */
  Optional<Folder> parent() {
    return Optional.ofNullable(parent);
  }

  /** Which entry of its parent it is. */
  int index() {
    return index;
  }

  /** How many directories it is below the root. */
  int depth() {
    return depth;
  }

  /** The tree that it shows. */
  public ObjectId tree() {
    return tree;
  }

  /** Whether this is {@code ancestor} or below it. */
  boolean isWithin(Folder ancestor) {
    var at = this;
    while (at.depth > ancestor.depth) {
      at = at.parent;
    }
    return at == ancestor;
  }

  /** The lowest directory that has both this and {@code other} in it. */
  Folder commonAncestor(Folder other) {
    var at = this;
    var others = other;
    while (at != others) {
      if (at.depth > others.depth) {
        at = at.parent;
      } else {
        others = others.parent;
      }
    }
    return at;
  }

  /** Which entry of {@code ancestor} this is, or is below. */
  int entryOf(Folder ancestor) {
    var at = this;
    while (at.parent != ancestor) {
      at = at.parent;
    }
    return at.index;
  }

  /** Whether someone has listed it. */
  public boolean isListed() {
    return listed;
  }

  void list() {
    listed = true;
  }

  /** Whether the policy wants to know if somebody asks for the attributes of that entry. */
  boolean isHeldBack(int index) {
    return heldBack == index;
  }

  boolean isProbed() {
    return heldBack != NONE;
  }

  void probe(int index) {
    if (heldBack == NONE) {
      heldBack = index;
    }
  }

  void endProbe() {
    heldBack = NONE;
  }

  /** Whether something was fetched here of which the policy wants to know whether it is read. */
  boolean isWatched() {
    return watched;
  }

  void watch() {
    watched = true;
  }

  /** What the policy has seen here. Policy only. */
  Reading reading() {
    if (reading == null) {
      reading = new Reading();
    }
    return reading;
  }
}
