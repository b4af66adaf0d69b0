package dev.gitfs.mount.tree;

import dev.gitfs.git.store.Revision;

/**
 * A mount has gone from one revision to another.
 *
 * @param files how many paths of files differ between the two: changed, added and removed ones
 * @param exact whether that is all; otherwise there are directories that differ and were never
 *     looked into, whose former trees are not here
 */
public record Move(Revision from, Revision to, int files, boolean exact) {}
