package dev.gitfs.mount.tree;

import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Tree;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Counts the paths of files that differ between two trees, as far as those are local. Each pair of
 * trees is compared once, in however many places it is: there may be more paths than anybody could
 * go through.
 */
final class Differences {

  /** Two trees at one path; where one side has none there, that is the empty tree. */
  private record Pair(ObjectId from, ObjectId to) {}

  private final ObjectStore store;
  private final Map<Pair, Long> counts = new HashMap<>();

  /** Pairs met on the way to the one being compared that have to be counted first. */
  private final Set<Pair> uncounted = new HashSet<>();

  private boolean exact = true;

  Differences(ObjectStore store) {
    this.store = store;
  }

  Moves.Count count(ObjectId from, ObjectId to) throws IOException {
    var whole = new Pair(from, to);
    Deque<Pair> left = new ArrayDeque<>();
    left.push(whole);
    while (!left.isEmpty()) {
      var pair = left.peek();
      if (counts.containsKey(pair)) {
        left.pop();
        continue;
      }
      long files = compare(pair);
      if (uncounted.isEmpty()) {
        counts.put(pair, files);
      } else {
        uncounted.forEach(left::push);
        uncounted.clear();
      }
    }
    return new Moves.Count(counts.get(whole), exact);
  }

  private long compare(Pair pair) throws IOException {
    var before = store.treeIfLocal(pair.from);
    var after = store.treeIfLocal(pair.to);
    if (before.isEmpty() || after.isEmpty()) {
      exact = false;
      return 1;
    }
    return compare(before.get(), after.get());
  }

  private long compare(Tree before, Tree after) throws IOException {
    long files = 0;
    var still = new BitSet(before.size());
    for (int index = 0; index < after.size(); index++) {
      int was = Moves.find(before, after, index);
      if (was < 0) {
        files = sum(files, only(after, index, false));
        continue;
      }
      still.set(was);
      if (isTree(before, was) && isTree(after, index)) {
        files = sum(files, below(before.id(was), after.id(index)));
      } else if (isTree(before, was) || isTree(after, index)) {
        files = sum(files, sum(only(before, was, true), only(after, index, false)));
      } else if (!before.mode(was).equals(after.mode(index))
          || !before.id(was).equals(after.id(index))) {
        files = sum(files, 1);
      }
    }
    for (int was = still.nextClearBit(0); was < before.size(); was = still.nextClearBit(was + 1)) {
      files = sum(files, only(before, was, true));
    }
    return files;
  }

  /** What is there on one side alone. */
  private long only(Tree tree, int index, boolean before) {
    var none = Constants.EMPTY_TREE_ID;
    if (!isTree(tree, index)) {
      return 1;
    }
    return before ? below(tree.id(index), none) : below(none, tree.id(index));
  }

  private long below(ObjectId from, ObjectId to) {
    if (from.equals(to)) {
      return 0;
    }
    var pair = new Pair(from, to);
    var count = counts.get(pair);
    if (count == null) {
      uncounted.add(pair);
      return 0;
    }
    return count;
  }

  private static boolean isTree(Tree tree, int index) {
    return Moves.isTree(tree.mode(index));
  }

  /** Not more than there are numbers. */
  private static long sum(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }
}
