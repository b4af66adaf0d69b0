package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What some patterns name in a tree. All of them are looked for in one walk, which enters only
 * directories that may lead to something: of thousands of paths each costs a look-up by name.
 *
 * <p>For one thread.
 */
final class Selection {

  /** No end to the levels below a directory. */
  static final int ALL_LEVELS = Integer.MAX_VALUE;

  /** A path of more components is longer than the 4,096 bytes that Linux takes. */
  private static final int DEEPEST = 2048;

  /** What the walk comes to, in listing order. */
  interface Visitor {

    /** A file, or a symbolic link. */
    void file(ObjectId id, Path path) throws IOException, InterruptedException;

    /**
     * A directory whose tree is not local: what is below it was not looked at.
     *
     * @param whole whether everything below it is selected
     */
    default void missing(ObjectId tree, Path path, boolean whole) {}
  }

  /** Where something is: its name, and the directory that has it, null for those of the root. */
  record Path(Path parent, byte[] name) {

    List<byte[]> components() {
      var components = new ArrayList<byte[]>();
      for (var at = this; at != null; at = at.parent) {
        components.add(at.name);
      }
      return components.reversed();
    }

    /** For people. */
    @Override
    public String toString() {
      return PathPattern.exact(components()).text();
    }
  }

  /** How far some patterns have been followed. */
  private static final class State {
    final Map<PathPattern.Bytes, State> literals = new HashMap<>();
    final List<Branch> globs = new ArrayList<>();

    /** After any number of directories; this is one such itself if {@link #repeats}. */
    State any;

    final boolean repeats;

    /** Patterns that end here. */
    final BitSet ends = new BitSet();

    State(boolean repeats) {
      this.repeats = repeats;
    }
  }

  private record Branch(Glob glob, State next) {}

  private final List<PathPattern> patterns;
  private final int levels;
  private final State start = new State(false);
  private final BitSet matched = new BitSet();

  /**
   * @param levels how many levels of a directory that is named belong to it: 1 for its own files
   */
  Selection(List<PathPattern> patterns, int levels) {
    this.patterns = patterns;
    this.levels = levels;
    for (int i = 0; i < patterns.size(); i++) {
      add(patterns.get(i), i);
    }
  }

  /** Walks through what is local of the tree {@code root}, which must be. */
  void walk(Outline outline, ObjectId root, Visitor visitor)
      throws IOException, InterruptedException {
    matched.or(start.ends);
    walk(
        outline,
        root,
        null,
        0,
        reachable(List.of(start)),
        start.ends.isEmpty() ? 0 : levels,
        visitor);
  }

  /** The patterns that have matched nothing in the walks so far. */
  List<PathPattern> unmatched() {
    var unmatched = new ArrayList<PathPattern>();
    for (int i = matched.nextClearBit(0); i < patterns.size(); i = matched.nextClearBit(i + 1)) {
      unmatched.add(patterns.get(i));
    }
    return unmatched;
  }

  private void add(PathPattern pattern, int number) {
    var at = start;
    for (var segment : pattern.segments()) {
      switch (segment) {
        case PathPattern.Literal(var name) ->
            at = at.literals.computeIfAbsent(name, _ -> new State(false));
        case PathPattern.Wild(var glob) -> {
          var next = new State(false);
          at.globs.add(new Branch(glob, next));
          at = next;
        }
        case PathPattern.AnyDirectories() -> {
          if (!at.repeats) {
            at.any = at.any == null ? new State(true) : at.any;
            at = at.any;
          }
        }
      }
    }
    at.ends.set(number);
  }

  /**
   * @param left how many levels from here on are selected as part of a directory above; 0 for none
   */
  private void walk(
      Outline outline,
      ObjectId id,
      Path path,
      int depth,
      List<State> states,
      int left,
      Visitor visitor)
      throws IOException, InterruptedException {
    Optional<Tree> local = outline.tree(id);
    if (local.isEmpty()) {
      visitor.missing(id, path, left == ALL_LEVELS);
      return;
    }
    var tree = local.get();
    for (int index = 0; index < tree.size(); index++) {
      var mode = tree.mode(index);
      boolean isTree = FileMode.TREE.equals(mode.getBits());
      var name = tree.name(index);
      var next = states.isEmpty() ? states : after(states, name);
      boolean named = next.stream().anyMatch(state -> ends(state, isTree));
      if (!isTree) {
        if (Walk.isFile(mode) && (named || left > 0)) {
          visitor.file(tree.id(index), new Path(path, name));
        }
        continue;
      }
      int below = Math.max(left == ALL_LEVELS ? left : Math.max(0, left - 1), named ? levels : 0);
      var onwards = reachable(next);
      if (depth < DEEPEST && (below > 0 || !onwards.isEmpty())) {
        walk(outline, tree.id(index), new Path(path, name), depth + 1, onwards, below, visitor);
      }
    }
  }

  /** Whether a pattern ends here, which has then matched. */
  private boolean ends(State state, boolean isTree) {
    boolean ends = false;
    for (int i = state.ends.nextSetBit(0); i >= 0; i = state.ends.nextSetBit(i + 1)) {
      if (isTree || !patterns.get(i).directoriesAlone()) {
        matched.set(i);
        ends = true;
      }
    }
    return ends;
  }

  private static List<State> after(List<State> states, byte[] name) {
    var next = new ArrayList<State>();
    for (var state : states) {
      if (state.repeats) {
        next.add(state);
      }
      if (!state.literals.isEmpty()) {
        var literal = state.literals.get(new PathPattern.Bytes(name));
        if (literal != null) {
          next.add(literal);
        }
      }
      for (var branch : state.globs) {
        if (branch.glob.matches(name)) {
          next.add(branch.next);
        }
      }
    }
    return next;
  }

  /** With those that begin with no directory at all; without those that lead nowhere. */
  private static List<State> reachable(List<State> states) {
    var reachable = new ArrayList<State>();
    for (var state : states) {
      for (var at = state; at != null; at = at.any) {
        boolean leads = !at.literals.isEmpty() || !at.globs.isEmpty() || at.repeats;
        if (leads && !reachable.contains(at)) {
          reachable.add(at);
        }
      }
    }
    return reachable;
  }
}
