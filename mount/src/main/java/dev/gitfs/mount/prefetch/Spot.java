package dev.gitfs.mount.prefetch;

import org.eclipse.jgit.lib.ObjectId;

/**
 * A file at its place in the mounted tree.
 *
 * @param folder the directory it is in
 * @param index which entry of it
 * @param id its content
 */
record Spot(Folder folder, int index, ObjectId id) {

  /** Whether this comes before {@code other} in listing order. */
  boolean isBefore(Spot other) {
    var common = folder.commonAncestor(other.folder);
    return entryOf(common) < other.entryOf(common);
  }

  private int entryOf(Folder ancestor) {
    return folder == ancestor ? index : folder.entryOf(ancestor);
  }
}
