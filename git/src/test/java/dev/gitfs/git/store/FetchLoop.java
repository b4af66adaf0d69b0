package dev.gitfs.git.store;

import dev.gitfs.git.remote.Remotes;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/** A process that reads everything in a repository, each file in a fetch of its own, for ever. */
final class FetchLoop {

  private FetchLoop() {}

  /** Arguments: repository, cache directory, disk bound, rounds (0 for no end). */
  public static void main(String[] arguments) throws Exception {
    var options = new StoreOptions(Path.of(arguments[1]), 1 << 20, Long.parseLong(arguments[2]));
    int rounds = Integer.parseInt(arguments[3]);
    for (int round = 0; rounds == 0 || round < rounds; round++) {
      try (var store = (GitStore) ObjectStore.open(Remotes.open(arguments[0]), options)) {
        readAll(store, store.resolve(Optional.empty()).tree());
        store.tidy();
      }
      System.out.println("round");
    }
  }

  static int readAll(ObjectStore store, ObjectId id) throws Exception {
    Tree tree = store.tree(id);
    int files = 0;
    for (int i = 0; i < tree.size(); i++) {
      if (tree.mode(i) == FileMode.TREE) {
        files += readAll(store, tree.id(i));
      } else {
        Cache.read(store.blob(tree.id(i)));
        files++;
      }
    }
    return files;
  }
}
