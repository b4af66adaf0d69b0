package dev.gitfs.git.store;

import java.util.List;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Tells the sizes of files without their contents, from elsewhere than the git server: a forge's
 * API. Consulted where the server has no {@code object-info}, before files are fetched for their
 * sizes. What it tells is believed, as what the server tells is. Safe for use by many threads.
 */
public sealed interface SizeSource permits SizeSource.OfCommits, SizeSource.OfPaths {

  /** Takes sizes in bytes, in any order; those of other objects than were asked for do no harm. */
  @FunctionalInterface
  interface Sink {
    void size(ObjectId id, long bytes);
  }

  /** One that tells all sizes of a commit at once. */
  non-sealed interface OfCommits extends SizeSource {

    /**
     * Tells the sizes of all files of {@code commit}, whose root tree is {@code tree}, in as few
     * requests as can be. Blocks. A failure is no exception: what is not told is learned otherwise.
     *
     * @return whether all of them, or as many as there will ever be, were told; false to be asked
     *     again for the same commit later
     */
    boolean tell(ObjectId commit, ObjectId tree, Sink sink) throws InterruptedException;
  }

  /** One that tells the sizes of those files whose paths it is given. */
  non-sealed interface OfPaths extends SizeSource {

    /**
     * Tells the sizes of files of {@code commit}, in as few requests and round trips as can be.
     * Blocks. A failure is no exception: what is not told is learned otherwise. The sink is called
     * by several threads.
     *
     * @param paths from the root, without a slash at their beginning
     * @return whether there was an answer to each request; false not to be asked for a while
     */
    boolean tell(ObjectId commit, List<String> paths, Sink sink) throws InterruptedException;
  }

  /** Whether asking makes sense now: not while a rate limit is used up. Never blocks. */
  boolean isReady();
}
