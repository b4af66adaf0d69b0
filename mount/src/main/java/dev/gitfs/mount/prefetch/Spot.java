package dev.gitfs.mount.prefetch;

import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A file at its place in the mounted tree.
 *
 * @param folder the directory it is in
 * @param index which entry of it
 * @param id its content
 */
record Spot(Folder folder, int index, ObjectId id) {

  /** The file that is entry {@code index} of a folder, if the tree of that is local. */
  static Optional<Spot> at(Outline outline, Folder folder, int index) {
    return outline
        .tree(folder.tree())
        .filter(tree -> index < tree.size())
        .map(tree -> new Spot(folder, index, tree.id(index)));
  }

  /** Whether this comes before {@code other} in listing order. */
  boolean isBefore(Spot other) {
    var common = folder.commonAncestor(other.folder);
    return entryOf(common) < other.entryOf(common);
  }

  private int entryOf(Folder ancestor) {
    return folder == ancestor ? index : folder.entryOf(ancestor);
  }
}
