package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.util.RawParseUtils;

/**
 * Looks for files in the trees that are here, for the paths by which somebody else knows them: one
 * search, through one root after the other, that looks into no tree twice.
 */
final class TreePaths {

  /** Trees that are here. */
  @FunctionalInterface
  interface Trees {
    Optional<Tree> ifLocal(ObjectId id) throws IOException;
  }

  /**
   * Trees looked into: more than Linux has, and a fifth of a second of reading them. In a larger
   * repository files deep down may not be found; those near the root are, since levels go in order.
   */
  private static final int MOST_TREES = 10_000;

  private record Place(ObjectId tree, String prefix) {}

  private final Trees trees;
  private final Set<ObjectId> seen = new HashSet<>();

  TreePaths(Trees trees) {
    this.trees = trees;
  }

  /**
   * One path below {@code root} for each of {@code wanted} that is found there, which is taken out
   * of {@code wanted}. What has no name in UTF-8 is not found.
   */
  List<String> take(ObjectId root, Set<ObjectId> wanted) throws IOException {
    var paths = new ArrayList<String>();
    var places = new ArrayDeque<Place>();
    places.add(new Place(root, ""));
    while (!wanted.isEmpty() && !places.isEmpty() && seen.size() < MOST_TREES) {
      Place place = places.remove();
      Optional<Tree> tree = seen.add(place.tree) ? trees.ifLocal(place.tree) : Optional.empty();
      for (int index = 0; index < tree.map(Tree::size).orElse(0); index++) {
        int mode = tree.get().mode(index).getBits();
        ObjectId id = tree.get().id(index);
        boolean below = FileMode.TREE.equals(mode);
        if (FileMode.GITLINK.equals(mode) || !below && !wanted.contains(id)) {
          continue;
        }
        Optional<String> path = text(tree.get().name(index)).map(place.prefix::concat);
        if (path.isPresent() && below) {
          places.add(new Place(id, path.get() + "/"));
        } else if (path.isPresent()) {
          wanted.remove(id);
          paths.add(path.get());
        }
      }
    }
    return paths;
  }

  private static Optional<String> text(byte[] name) {
    try {
      return Optional.of(RawParseUtils.decodeNoFallback(UTF_8, name, 0, name.length));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }
}
