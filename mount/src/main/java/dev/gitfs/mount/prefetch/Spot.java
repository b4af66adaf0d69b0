package dev.gitfs.mount.prefetch;

import org.eclipse.jgit.lib.ObjectId;

/**
 * A file at its place in the mounted tree.
 *
 * @param folder the directory it is in
 * @param index which entry of it
 * @param id its content
 */
record Spot(Folder folder, int index, ObjectId id) {}
