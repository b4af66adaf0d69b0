package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.Tree;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A way through the files of a tree as far as its trees are local. It goes below no tree twice: the
 * same files are there each time, and one tree can be in more places than anybody can go to.
 */
abstract sealed class Walk {

  private final Outline outline;
  private final Set<ObjectId> entered = new HashSet<>();

  /** What was entered on the way to where this begins. */
  private final Set<ObjectId> before;

  private Folder missing;

  /** Where it is now, the tree shown there (null: not looked up yet), and the entry visited. */
  Folder folder;

  Tree tree;
  int index;

  private Walk(Outline outline, Folder folder, int index, Set<ObjectId> before) {
    this.outline = outline;
    this.folder = folder;
    this.index = index;
    this.before = before;
  }

  /** The next file; empty at the end, and where a tree {@link #missing is missing}. */
  final Optional<Spot> next() {
    missing = null;
    while (true) {
      if (tree == null) {
        tree = outline.tree(folder.tree()).orElse(null);
        if (tree == null) {
          missing = folder;
          return Optional.empty();
        }
        index = Math.min(index, tree.size());
      }
      switch (step()) {
        case FILE -> {
          return Optional.of(new Spot(folder, index, tree.id(index)));
        }
        case ELSEWHERE -> {}
        case END -> {
          return Optional.empty();
        }
      }
    }
  }

  /** The directory whose tree it would need to go on, after {@link #next} gave nothing. */
  final Optional<Folder> missing() {
    return Optional.ofNullable(missing);
  }

  enum Step {
    FILE,
    ELSEWHERE,
    END
  }

  /** Moves on by one entry. */
  abstract Step step();

  /** The same way from the same place. */
  abstract Walk copy();

  final boolean inside() {
    return index >= 0 && index < tree.size();
  }

  final boolean isFile() {
    return isFile(tree.mode(index));
  }

  final boolean isFolder() {
    return FileMode.TREE.equals(tree.mode(index).getBits());
  }

  static boolean isFile(FileMode mode) {
    return mode.getObjectType() == FileMode.REGULAR_FILE.getObjectType();
  }

  /** Enters the directory visited, if its tree was not; returns whether it did. */
  final boolean descend(int start) {
    var id = tree.id(index);
    if (before.contains(id) || !entered.add(id)) {
      return false;
    }
    folder = folder.child(index, id);
    tree = null;
    index = start;
    return true;
  }

  /** What a walk that goes on from here need not enter. */
  final Set<ObjectId> passed() {
    if (before.isEmpty()) {
      return Collections.unmodifiableSet(entered);
    }
    var passed = new HashSet<>(before);
    passed.addAll(entered);
    return passed;
  }

  final void ascend() {
    index = folder.index();
    folder = folder.parent().orElseThrow();
    tree = null;
  }

  /**
   * Everything below {@code scope} in listing order or against it, as a depth-first reader goes.
   */
  static final class Listing extends Walk {
    private final Outline outline;
    private final Folder scope;
    private final boolean forward;

    /** Starts after (or before) entry {@code index} of {@code folder}. */
    Listing(Outline outline, Folder scope, Folder folder, int index, boolean forward) {
      this(outline, scope, folder, index, forward, Set.of());
    }

    private Listing(
        Outline outline,
        Folder scope,
        Folder folder,
        int index,
        boolean forward,
        Set<ObjectId> before) {
      super(outline, folder, index, before);
      this.outline = outline;
      this.scope = scope;
      this.forward = forward;
    }

    @Override
    Step step() {
      index += forward ? 1 : -1;
      if (inside()) {
        if (isFile()) {
          return Step.FILE;
        }
        if (isFolder()) {
          descend(forward ? -1 : Integer.MAX_VALUE);
        }
        return Step.ELSEWHERE;
      }
      if (folder == scope) {
        return Step.END;
      }
      ascend();
      return Step.ELSEWHERE;
    }

    @Override
    Walk copy() {
      return new Listing(outline, scope, folder, index, forward, passed());
    }
  }

  /** Everything below {@code scope}, the files of a directory before its subdirectories: ls -R. */
  static final class ByFolder extends Walk {
    private final Outline outline;
    private final Folder scope;
    private final boolean forward;
    private boolean inFiles = true;

    /** Starts with the files of {@code folder}. */
    ByFolder(Outline outline, Folder scope, Folder folder, boolean forward) {
      this(outline, scope, folder, forward, Set.of());
    }

    private ByFolder(
        Outline outline, Folder scope, Folder folder, boolean forward, Set<ObjectId> before) {
      super(outline, folder, -1, before);
      this.outline = outline;
      this.scope = scope;
      this.forward = forward;
    }

    @Override
    Step step() {
      index += inFiles || forward ? 1 : -1;
      if (inside()) {
        if (inFiles && isFile()) {
          return Step.FILE;
        }
        if (!inFiles && isFolder() && descend(-1)) {
          inFiles = true;
        }
        return Step.ELSEWHERE;
      }
      if (inFiles) {
        inFiles = false;
        index = forward ? -1 : tree.size();
        return Step.ELSEWHERE;
      }
      if (folder == scope) {
        return Step.END;
      }
      ascend();
      return Step.ELSEWHERE;
    }

    @Override
    Walk copy() {
      var copy = new ByFolder(outline, scope, folder, forward, passed());
      copy.index = index;
      copy.inFiles = inFiles;
      return copy;
    }
  }

  /** The files of one name in all the directories after one, in listing order. */
  static final class Namesakes extends Walk {

    /** Entries passed at most: of a larger tree the next ones are found when one is missed. */
    private static final int MOST_PASSED = 1 << 18;

    private final Outline outline;
    private final byte[] name;
    private int passed;

    /** Starts after {@code spot}, whose tree is local. */
    Namesakes(Outline outline, Spot spot) {
      this(
          outline,
          spot.folder(),
          spot.index(),
          outline.tree(spot.folder().tree()).orElseThrow().name(spot.index()),
          Set.of());
    }

    private Namesakes(
        Outline outline, Folder folder, int index, byte[] name, Set<ObjectId> before) {
      super(outline, folder, index, before);
      this.outline = outline;
      this.name = name;
    }

    @Override
    Step step() {
      if (++passed > MOST_PASSED) {
        return Step.END;
      }
      index++;
      if (!inside()) {
        if (folder.parent().isEmpty()) {
          return Step.END;
        }
        ascend();
        return Step.ELSEWHERE;
      }
      if (isFolder()) {
        descend(-1);
        return Step.ELSEWHERE;
      }
      return isFile() && Arrays.equals(tree.name(index), name) ? Step.FILE : Step.ELSEWHERE;
    }

    @Override
    Walk copy() {
      return new Namesakes(outline, folder, index, name, passed());
    }
  }

  /** The files of one directory: those after an entry, then those before it; or the reverse. */
  static final class Flat extends Walk {
    private final Outline outline;
    private final int start;
    private final boolean forward;
    private boolean turned;

    Flat(Outline outline, Folder folder, int start, boolean forward) {
      super(outline, folder, start, Set.of());
      this.outline = outline;
      this.start = start;
      this.forward = forward;
    }

    @Override
    Step step() {
      index += forward != turned ? 1 : -1;
      if (inside()) {
        return isFile() ? Step.FILE : Step.ELSEWHERE;
      }
      if (turned) {
        return Step.END;
      }
      turned = true;
      index = start;
      return Step.ELSEWHERE;
    }

    @Override
    Walk copy() {
      var copy = new Flat(outline, folder, start, forward);
      copy.index = index;
      copy.turned = turned;
      return copy;
    }
  }
}
