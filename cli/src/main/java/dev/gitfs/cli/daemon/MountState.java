package dev.gitfs.cli.daemon;

import dev.gitfs.mount.tree.FollowState;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * How a mount stands to its branch and its server.
 *
 * @param kind {@code following}, {@code fixed}, {@code branch-gone}, {@code repository-gone},
 *     {@code credentials-refused}, {@code offline} or {@code failing}
 * @param shownSince since when it shows its commit
 * @param polled when the server last told where the branch is; empty if it was not asked since the
 *     mount was made
 * @param problem what is wrong, for people; empty if nothing is
 */
public record MountState(
    String kind, Instant shownSince, Optional<Instant> polled, Optional<String> problem) {

  /** Of what does not follow anything. */
  static MountState fixed(Instant since) {
    return new MountState("fixed", since, Optional.empty(), Optional.empty());
  }

  static MountState of(FollowState state) {
    return new MountState(
        state.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        state.since(),
        state.polled(),
        state.problem());
  }
}
