package dev.gitfs.git.store;

import org.eclipse.jgit.lib.ObjectId;

/**
 * Where a ref of the server is.
 *
 * @param name what was asked for: a full name, or HEAD
 * @param ref the same; for HEAD the branch that it stands for, if it stands for one
 * @param id what it names: a commit, or a tag
 */
public record Tip(String name, String ref, ObjectId id) {}
