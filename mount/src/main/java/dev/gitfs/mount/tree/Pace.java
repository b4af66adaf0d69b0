package dev.gitfs.mount.tree;

import java.time.Duration;

/**
 * How often to ask where a branch is: at an interval while its tree is used, and less and less
 * often while nobody uses it, each pause as long as nobody has used it by then. So an hour without
 * use costs as much as some minutes with it, and what was shown last is at most twice as old as the
 * last use.
 *
 * @param interval while it is used
 * @param patience a tree that was used so short a time ago is in use
 * @param longest no pause is longer, unless the interval is
 */
public record Pace(Duration interval, Duration patience, Duration longest) {

  /**
   * Longer than the kernel leads through a repository's name without asking, which is how use is
   * seen at all: a minute. Looks at who stands in it come twice in that time.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(75);

  /** Who is not seen using it waits so long for news: half of the time after which it is closed. */
  private static final Duration LONGEST = Duration.ofMinutes(15);

  /**
   * So many repositories are asked for within an interval, by default one a second: forges count
   * requests, and each takes 4 ms of processor time.
   */
  private static final int AT_MOST = 60;

  /** Always at that interval: for trees whose use nobody tells of. */
  public static Pace steady(Duration interval) {
    return new Pace(interval, interval, interval);
  }

  /** At that interval while {@link BranchFollower#use} tells of use, else slower. */
  public static Pace byUse(Duration interval) {
    return new Pace(interval, PATIENCE, LONGEST);
  }

  /** The same for one of several repositories: if they are many, each is asked for less often. */
  public Pace among(int repositories) {
    return repositories <= AT_MOST
        ? this
        : new Pace(interval.multipliedBy(repositories).dividedBy(AT_MOST), patience, longest);
  }

  /** How long to wait after a request that came when nobody had used it for {@code unused}. */
  Duration pause(Duration unused) {
    if (unused.compareTo(patience) < 0) {
      return interval;
    }
    var pause = unused.compareTo(longest) < 0 ? unused : longest;
    return pause.compareTo(interval) < 0 ? interval : pause;
  }
}
