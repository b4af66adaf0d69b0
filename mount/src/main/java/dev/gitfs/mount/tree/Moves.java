package dev.gitfs.mount.tree;

import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Folder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Makes a mount show another commit. Trees are compared from the root down, and only where they
 * differ: of a directory that has been entered a new version is made, in which every entry that is
 * as it was keeps its inode number. A directory that still has its name keeps its number as well,
 * and is compared in turn. The rest is new.
 *
 * <p>First all trees that will be compared are made local; then, while nobody can enter another
 * directory, they are compared in memory and all new versions put in place, the root's last. For
 * one move at a time.
 */
final class Moves {

  /** Each is one in which somebody enters a directory that is about to change. */
  private static final int ATTEMPTS = 10;

  private final ObjectStore store;
  private final InodeTable inodes;

  Moves(ObjectStore store, InodeTable inodes) {
    this.store = store;
    this.inodes = inodes;
  }

  /** Goes to {@code revision}; {@code then} is run at the moment when it is shown. */
  Changes make(Revision revision, Runnable then) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      bring(inodes.root(), revision.tree());
      inodes.lock();
      try {
        var comparison = new Comparison(revision.committed().getEpochSecond());
        comparison.compare(inodes.root(), revision.tree(), Folder.root(revision.tree()));
        comparison.apply();
        then.run();
        return comparison.changes;
      } catch (NotLocalException e) {
        // Somebody has just entered another directory.
        if (attempt == ATTEMPTS) {
          throw e;
        }
      } finally {
        inodes.unlock();
      }
    }
  }

  /**
   * How many files differ between two trees, as far as they are local.
   *
   * @param exact whether all of both was
   */
  record Count(long files, boolean exact) {}

  Count count(ObjectId from, ObjectId to) throws IOException {
    return new Differences(store).count(from, to);
  }

  /** A directory that has been entered, and the tree that it is to show. */
  private record Changed(Directory directory, ObjectId to, Folder folder) {}

  /** Makes local what a comparison will look at. */
  private void bring(Directory root, ObjectId to) throws IOException, InterruptedException {
    var left = new ArrayDeque<Map.Entry<Directory, ObjectId>>();
    left.add(Map.entry(root, to));
    while (!left.isEmpty()) {
      var changed = left.remove();
      var version = changed.getKey().current();
      var before = store.tree(version.tree());
      var after = store.tree(changed.getValue());
      for (int index = 0; index < after.size(); index++) {
        if (isTree(after.mode(index))) {
          int was = find(before, after, index);
          if (was >= 0 && isTree(before.mode(was)) && !before.id(was).equals(after.id(index))) {
            var id = after.id(index);
            var entered = inodes.entered(version.inodeOf(was));
            if (entered.isPresent()) {
              left.add(Map.entry(entered.get(), id));
            } else {
              store.tree(id);
            }
          }
        }
      }
    }
  }

  static int find(Tree tree, Tree other, int index) {
    var name = other.name(index);
    return tree.find(name, name.length);
  }

  static boolean isTree(FileMode mode) {
    return FileMode.TREE.equals(mode.getBits());
  }

  /** A tree that is needed at once is not here. */
  private static final class NotLocalException extends IOException {

    private static final long serialVersionUID = 1;

    NotLocalException(ObjectId id) {
      super("tree " + id.name() + " comes and goes");
    }
  }

  private Tree local(ObjectId id) throws IOException {
    var tree = store.treeIfLocal(id);
    if (tree.isEmpty()) {
      throw new NotLocalException(id);
    }
    return tree.get();
  }

  /** What one move comes to. For who holds the lock of the inode table. */
  private final class Comparison {

    private final long seconds;
    private final Changes changes = new Changes();
    private final Deque<Changed> left = new ArrayDeque<>();

    /** Those of a directory after those of the directories in it. */
    private final Deque<Runnable> steps = new ArrayDeque<>();

    private final List<Directory> removed = new ArrayList<>();

    Comparison(long seconds) {
      this.seconds = seconds;
    }

    void compare(Directory root, ObjectId to, Folder folder) throws IOException {
      left.add(new Changed(root, to, folder));
      while (!left.isEmpty()) {
        compare(left.remove());
      }
    }

    private void compare(Changed changed) throws IOException {
      var directory = changed.directory;
      var to = changed.to;
      var folder = changed.folder;
      var version = directory.current();
      var before = local(version.tree());
      var after = local(to);
      var kept = new long[after.size()];
      steps.push(() -> inodes.show(directory, to, after.size(), seconds, kept, folder));
      var still = new BitSet(before.size());
      for (int index = 0; index < after.size(); index++) {
        int was = find(before, after, index);
        if (was >= 0) {
          still.set(was);
        }
        if (was >= 0 && isKept(before, was, after, index)) {
          kept[index] = version.inodeOf(was);
          if (!before.id(was).equals(after.id(index))) {
            follow(directory, kept[index], after.id(index), folder.child(index, after.id(index)));
          }
        } else {
          changes.name(directory.inode(), after.name(index));
          if (was >= 0) {
            remove(version.inodeOf(was));
          }
        }
      }
      for (int was = still.nextClearBit(0);
          was < before.size();
          was = still.nextClearBit(was + 1)) {
        long inode = version.inodeOf(was);
        if (Node.isBlob(before.mode(was))) {
          changes.removed(directory.inode(), inode, before.name(was));
        } else {
          // As gone for good it could not be listed on by who is in it.
          changes.name(directory.inode(), before.name(was));
          remove(inode);
        }
      }
      changes.contents(directory.inode());
    }

    private static boolean isKept(Tree before, int was, Tree after, int index) {
      return before.mode(was).equals(after.mode(index))
          && (isTree(after.mode(index)) || before.id(was).equals(after.id(index)));
    }

    /** A directory has its name still, and shows another tree. */
    private void follow(Directory parent, long inode, ObjectId to, Folder folder)
        throws IOException {
      var entered = inodes.entered(inode);
      if (entered.isPresent()) {
        left.add(new Changed(entered.get(), to, folder));
        return;
      }
      // Its number leads to its former tree until it has been entered.
      int size = local(to).size();
      changes.contents(inode);
      steps.push(() -> inodes.enter(inode, parent.inode(), to, size, seconds, folder));
    }

    private void remove(long inode) {
      inodes.entered(inode).ifPresent(removed::add);
    }

    void apply() {
      // The root comes last of those that are compared.
      steps.forEach(Runnable::run);
      if (!removed.isEmpty()) {
        inodes.remove(removed);
      }
      inodes.sweep();
    }
  }
}
