package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.eclipse.jgit.lib.FileMode;

/**
 * A search through a whole tree by several threads, as ripgrep does it: what a thread finds in a
 * directory it puts on a stack, and goes on with what is on top. Who gets what depends on who waits
 * for how long, so this cannot be recorded; it is played.
 */
final class ParallelSearch {

  private final RecordedTree tree;
  private final Folder root;

  /**
   * One for all of them in ripgrep 13; since then each has its own, and steals when it is empty.
   */
  private final List<Deque<Item>> stacks = new ArrayList<>();

  private final List<SimulatedMount.Reader> threads = new ArrayList<>();
  private int unfinished = 1;

  /** A file, or a directory if {@code folder} is not null. */
  private record Item(String path, Folder folder) {}

  /**
   * @param shared whether all threads use one stack
   * @param pauses how many of a thousand steps are followed by a pause, as on a busy machine
   */
  ParallelSearch(RecordedTree tree, int threads, boolean shared, int pauses, long seed) {
    this.tree = tree;
    this.root = tree.root();
    for (int i = 0; i < threads; i++) {
      if (i == 0 || !shared) {
        stacks.add(new ArrayDeque<>());
      }
      this.threads.add(new Searcher(stacks.getLast(), pauses, new Random(seed * 1000 + i)));
    }
    stacks.getFirst().push(new Item("", root));
  }

  List<SimulatedMount.Reader> threads() {
    return threads;
  }

  private final class Searcher extends SimulatedMount.Reader {
    private static final long LONGEST_PAUSE = 30_000_000;

    private final Deque<Item> stack;
    private final int pauses;
    private final Random random;
    private final Deque<Trace.Step> steps = new ArrayDeque<>();
    private Item current;

    Searcher(Deque<Item> stack, int pauses, Random random) {
      this.stack = stack;
      this.pauses = pauses;
      this.random = random;
    }

    @Override
    Trace.Step next() {
      if (steps.isEmpty()) {
        finish();
        current = stack.poll();
        for (var other : stacks) {
          current = current == null ? other.pollLast() : current;
        }
        if (current == null) {
          return null;
        }
        begin();
      }
      return steps.poll();
    }

    private void begin() {
      if (current.folder == null) {
        steps.add(new Trace.Step(Trace.What.LOOK, current.path));
        steps.add(new Trace.Step(Trace.What.READ, current.path));
      } else {
        steps.add(new Trace.Step(Trace.What.LIST, current.path));
      }
    }

    private void finish() {
      if (current == null) {
        return;
      }
      unfinished--;
      if (current.folder != null) {
        var entries = tree.tree(current.folder.tree());
        var prefix = current.path.isEmpty() ? "" : current.path + "/";
        for (int index = 0; index < entries.size(); index++) {
          var name = new String(entries.name(index), UTF_8);
          boolean isFolder = entries.mode(index) == FileMode.TREE;
          if (isFolder || Walk.isFile(entries.mode(index))) {
            unfinished++;
            var folder = isFolder ? current.folder.child(index, entries.id(index)) : null;
            stack.push(new Item(prefix + name, folder));
          }
        }
      }
      current = null;
    }

    @Override
    boolean isDone() {
      return unfinished == 0 && current == null;
    }

    @Override
    long pause() {
      return random.nextInt(1000) < pauses ? random.nextLong(LONGEST_PAUSE) : 0;
    }
  }
}
