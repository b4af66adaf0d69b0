package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.Tree;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectIdOwnerMap;

/**
 * What some patterns name in a tree. All of them are looked for in one walk, which enters only
 * directories that may lead to something: of thousands of paths each costs a look-up by name.
 *
 * <p>One tree can be in many places, and in places that are themselves in many: ten levels of ten
 * directories each are ten tree objects and ten thousand million paths. So the walk goes by object:
 * it comes to a tree again only with what is new there, a state of a pattern that it has not
 * followed from that tree, or more levels than it has gone below it. What that tree has in it is
 * visited by the first path that leads to it.
 *
 * <p>For one thread.
 */
final class Selection {

  /** No end to the levels below a directory. */
  static final int ALL_LEVELS = Integer.MAX_VALUE;

  /** What the walk comes to, in listing order. */
  interface Visitor {

    /** An entry is looked at; throws if nobody wants to know any more. */
    default void passes() throws InterruptedException {}

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
    // Most have one way on.
    Map<PathPattern.Bytes, State> literals = Map.of();
    Map<Glob, State> globs = Map.of();

    /** After any number of directories; this is one such itself if {@link #repeats}. */
    State any;

    final boolean repeats;

    /** Patterns that end here; null if none does. */
    BitSet ends;

    State(boolean repeats) {
      this.repeats = repeats;
    }

    State after(PathPattern.Bytes name) {
      var next = literals.get(name);
      if (next == null) {
        next = new State(false);
        literals = with(literals, name, next);
      }
      return next;
    }

    State after(Glob glob) {
      var next = globs.get(glob);
      if (next == null) {
        next = new State(false);
        globs = with(globs, glob, next);
      }
      return next;
    }

    boolean leadsOn() {
      return repeats || !literals.isEmpty() || !globs.isEmpty();
    }

    private static <K> Map<K, State> with(Map<K, State> map, K key, State value) {
      if (map.isEmpty()) {
        return Map.of(key, value);
      }
      var larger = map.size() == 1 ? new LinkedHashMap<>(map) : map;
      larger.put(key, value);
      return larger;
    }
  }

  /** A tree that the walk has come to, and with what. */
  private static final class Seen extends ObjectIdOwnerMap.Entry {
    Set<State> states = Set.of();
    int left;

    Seen(ObjectId id) {
      super(id);
    }

    /** Those of {@code arriving} that are new here. */
    Set<State> add(Set<State> arriving) {
      if (states.containsAll(arriving)) {
        return Set.of();
      }
      if (states.isEmpty()) {
        states = arriving;
        return arriving;
      }
      var fresh =
          arriving.stream()
              .filter(each -> !states.contains(each))
              .collect(Collectors.toUnmodifiableSet());
      states = states instanceof HashSet ? states : new HashSet<>(states);
      states.addAll(fresh);
      return fresh;
    }
  }

  /** A directory that the walk is in. */
  private static final class Visit {
    final ObjectId tree;
    final Path path;
    final Set<State> states;

    /** How many levels from here on are selected as part of a directory above; 0 for none. */
    final int left;

    int next;

    Visit(ObjectId tree, Path path, Set<State> states, int left) {
      this.tree = tree;
      this.path = path;
      this.states = states;
      this.left = left;
    }
  }

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
    new Walking(outline, visitor).walk(root);
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
        case PathPattern.Literal(var name) -> at = at.after(name);
        case PathPattern.Wild(var glob) -> at = at.after(glob);
        case PathPattern.AnyDirectories() -> {
          if (!at.repeats) {
            at.any = at.any == null ? new State(true) : at.any;
            at = at.any;
          }
        }
      }
    }
    at.ends = at.ends == null ? new BitSet() : at.ends;
    at.ends.set(number);
  }

  /** One walk. The way is a list, not a recursion: git knows no deepest directory. */
  private final class Walking {

    private final Outline outline;
    private final Visitor visitor;
    private final ObjectIdOwnerMap<Seen> seen = new ObjectIdOwnerMap<>();
    private final Deque<Visit> way = new ArrayDeque<>();

    Walking(Outline outline, Visitor visitor) {
      this.outline = outline;
      this.visitor = visitor;
    }

    void walk(ObjectId root) throws IOException, InterruptedException {
      boolean named = ends(start, true);
      enter(root, null, reachable(Set.of(start)), named ? levels : 0);
      while (!way.isEmpty()) {
        var visit = way.peek();
        Optional<Tree> tree = outline.tree(visit.tree);
        if (tree.isEmpty()) {
          visitor.missing(visit.tree, visit.path, visit.left == ALL_LEVELS);
          way.pop();
        } else if (visit.next < tree.get().size()) {
          look(visit, tree.get());
        } else {
          way.pop();
        }
      }
    }

    /** Looks at entries up to one that is to be entered. */
    private void look(Visit visit, Tree tree) throws IOException, InterruptedException {
      for (boolean entered = false; !entered && visit.next < tree.size(); ) {
        visitor.passes();
        int index = visit.next++;
        var mode = tree.mode(index);
        boolean isTree = FileMode.TREE.equals(mode.getBits());
        if (!isTree && !Walk.isFile(mode)) {
          continue;
        }
        var name = tree.name(index);
        var next = after(visit.states, name);
        boolean named = false;
        for (var state : next) {
          named |= ends(state, isTree);
        }
        if (isTree) {
          int inherited = visit.left == ALL_LEVELS ? ALL_LEVELS : Math.max(0, visit.left - 1);
          int below = named ? Math.max(inherited, levels) : inherited;
          entered = enter(tree.id(index), new Path(visit.path, name), reachable(next), below);
        } else if (named || visit.left > 0) {
          visitor.file(tree.id(index), new Path(visit.path, name));
        }
      }
    }

    /** Goes into a directory if anything is new there. */
    private boolean enter(ObjectId tree, Path path, Set<State> states, int left) {
      if (states.isEmpty() && left == 0) {
        return false;
      }
      var known = seen.get(tree);
      if (known == null) {
        known = new Seen(tree);
        seen.add(known);
      }
      var fresh = known.add(states);
      boolean isDeeper = left > known.left;
      if (fresh.isEmpty() && !isDeeper) {
        return false;
      }
      known.left = Math.max(known.left, left);
      way.push(new Visit(tree, path, fresh, isDeeper ? left : 0));
      return true;
    }
  }

  /** Whether a pattern ends here, which has then matched. */
  private boolean ends(State state, boolean isTree) {
    boolean ends = false;
    if (state.ends != null) {
      for (int i = state.ends.nextSetBit(0); i >= 0; i = state.ends.nextSetBit(i + 1)) {
        if (isTree || !patterns.get(i).directoriesAlone()) {
          matched.set(i);
          ends = true;
        }
      }
    }
    return ends;
  }

  private static Set<State> after(Set<State> states, byte[] name) {
    if (states.isEmpty()) {
      return states;
    }
    var next = new HashSet<State>();
    var literal = new PathPattern.Bytes(name);
    int[] characters = null;
    for (var state : states) {
      if (state.repeats) {
        next.add(state);
      }
      var named = state.literals.get(literal);
      if (named != null) {
        next.add(named);
      }
      for (var glob : state.globs.entrySet()) {
        characters = characters == null ? Glob.characters(name) : characters;
        if (glob.getKey().matches(characters)) {
          next.add(glob.getValue());
        }
      }
    }
    return next;
  }

  /** With those that begin with no directory at all; without those that lead nowhere. */
  private static Set<State> reachable(Set<State> states) {
    var reachable = new HashSet<State>();
    for (var state : states) {
      for (var at = state; at != null; at = at.any) {
        if (at.leadsOn()) {
          reachable.add(at);
        }
      }
    }
    return Set.copyOf(reachable);
  }
}
