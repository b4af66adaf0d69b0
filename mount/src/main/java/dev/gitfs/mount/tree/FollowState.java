package dev.gitfs.mount.tree;

import java.time.Instant;
import java.util.Optional;

/**
 * How a mounted tree stands to what it was asked to show.
 *
 * @param kind whether it goes with a branch, and what keeps it from that
 * @param since since when it shows the commit that it shows
 * @param polled when the server was last heard of where the branch is; empty if it was not asked
 *     since the tree was mounted
 * @param problem what is wrong, for people; empty if nothing is
 */
public record FollowState(
    Kind kind, Instant since, Optional<Instant> polled, Optional<String> problem) {

  /** Whether a tree goes with a branch. */
  public enum Kind {
    /** It shows what the branch is at. */
    FOLLOWING,
    /** It shows one commit, whatever happens: a tag, a commit id, or it was asked to. */
    FIXED,
    /** The branch was deleted; it shows the last commit. */
    BRANCH_GONE,
    /** There is no such repository any more. */
    REPOSITORY_GONE,
    /** The server wants other credentials, or allows these not to see the repository. */
    CREDENTIALS_REFUSED,
    /** The server cannot be reached. */
    OFFLINE,
    /** The server was asked in vain for another reason. */
    FAILING
  }

  FollowState with(Kind other, String what) {
    return new FollowState(other, since, polled, Optional.of(what));
  }
}
