package dev.gitfs.git.store;

import java.time.Instant;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A commit that a ref names.
 *
 * @param ref the full name of the ref that led here, or the commit's own id in hex
 * @param commit the commit
 * @param tree its root tree
 * @param committed the committer's time
 */
public record Revision(String ref, ObjectId commit, ObjectId tree, Instant committed) {}
