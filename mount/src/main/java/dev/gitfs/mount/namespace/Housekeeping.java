package dev.gitfs.mount.namespace;

import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes repositories that nobody uses, and gives back what is known of names that nobody looks at.
 * A repository has its idle time for that, unless very many are open: then those go first that were
 * used longest ago.
 *
 * <p>There is no message when a file is opened or closed. That a repository is in use shows in
 * three ways: by what is asked of it; by its name being looked up, which every walk through it does
 * once a minute; and by processes that stand in it or have something in it open, which /proc tells.
 * What remains the kernel only remembers: it is told to drop the name, upon which it forgets all
 * below it that is not used, and says so. If it then still knows something inside, somebody uses it
 * whom /proc does not show (another user, another mount namespace): the name is looked up again,
 * which puts the directory back in its place as if nothing had been, and it stays open.
 */
final class Housekeeping implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

  /** Rounds within an idle time: it is then too long by an eighth at most. */
  private static final int ROUNDS = 8;

  /** Often enough for listings, which are valid for a minute. */
  private static final Duration LONGEST_ROUND = Duration.ofSeconds(15);

  /**
   * More are not kept open for what may come; only while they are in use. A poll a minute of each
   * is then about a request a second ({@code Pace}), and a program that looks into every one of
   * thousands (updatedb, find, an indexer) costs no more than this.
   */
  static final int MOST_OPEN = 64;

  /** Closed at a time, for one look at all processes. */
  private static final int AT_A_TIME = MOST_OPEN / 8;

  /** The kernel sends what it forgets at once; a busy machine takes longer to hear it. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Others wait to be looked at, of which one may be closed as well. */
  private static final Duration LESS_PATIENCE = Duration.ofMillis(100);

  /** Programs that had all of them in use may be through, a moment later. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);

  private static final Duration LOOK = Duration.ofMillis(5);

  private final Surroundings surroundings;
  private final Path directory;
  private final Thread thread;

  /** By {@link System#nanoTime}. For the thread. */
  private long lookedAt = System.nanoTime();

  private Housekeeping(Surroundings surroundings, Path directory) {
    this.surroundings = surroundings;
    this.directory = directory;
    // Not a virtual thread: it goes into the kernel, and into this very mount.
    this.thread = Background.platform("housekeeping", this::run);
  }

  /**
   * @param directory where the namespace is mounted
   */
  static Housekeeping start(Surroundings surroundings, Path directory) {
    var housekeeping = new Housekeeping(surroundings, directory);
    housekeeping.thread.start();
    return housekeeping;
  }

  private void run() {
    var pause = shorter(surroundings.options().idle().dividedBy(ROUNDS), LONGEST_ROUND);
    long next = System.nanoTime() + pause.toNanos();
    int bound = MOST_OPEN;
    var again = FIRST_RETRY;
    try {
      while (true) {
        var left = Duration.ofNanos(next - System.nanoTime());
        surroundings.ledger().awaitMoreThan(bound, bound > MOST_OPEN ? shorter(again, left) : left);
        try {
          makeRoom();
          // Where all are in use, one more is a reason to look again, or some time.
          bound = Math.max(MOST_OPEN, surroundings.ledger().size());
          again = bound > MOST_OPEN ? shorter(again.multipliedBy(2), pause) : FIRST_RETRY;
          if (System.nanoTime() - next >= 0) {
            next = System.nanoTime() + pause.toNanos();
            round();
          }
        } catch (RuntimeException | Error e) {
          // Repositories that nobody uses stay open.
          Background.failed("housekeeping", e);
        }
      }
    } catch (InterruptedException e) {
      log.debug("No more housekeeping");
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void round() throws InterruptedException {
    var idle = surroundings.options().idle();
    var candidates = unusedFor(idle);
    if (!candidates.isEmpty()) {
      var visitors = Visitors.below(directory);
      for (var root : candidates) {
        if (visitors.areIn(path(root))) {
          root.use();
        } else {
          close(root, PATIENCE);
        }
      }
    }
    attend();
    surroundings
        .nodes()
        .own()
        .forEach(node -> {
          switch (node) {
            case Group group -> group.sweep();
            case RefList refs -> refs.sweep();
            default -> {}
          }
        });
  }

  /** If too many are open, closes those that were used longest ago and nobody uses now. */
  private void makeRoom() throws InterruptedException {
    if (surroundings.ledger().size() <= MOST_OPEN) {
      return;
    }
    record Candidate(RepositoryRoot root, Duration idle, Instant openedAt) {}
    var candidates =
        surroundings
            .nodes()
            .roots()
            .filter(RepositoryRoot::isOpen)
            .map(root -> new Candidate(root, root.idleFor(), root.openedAt()))
            .sorted(
                Comparator.comparing(Candidate::idle).reversed().thenComparing(Candidate::openedAt))
            .toList();
    var visitors = Visitors.below(directory);
    int most = MOST_OPEN - AT_A_TIME;
    for (var candidate : candidates) {
      if (surroundings.ledger().size() <= most) {
        return;
      }
      if (!visitors.areIn(path(candidate.root))) {
        close(candidate.root, LESS_PATIENCE);
      }
    }
    log.debug("{} repositories are in use", surroundings.ledger().size());
  }

  private List<RepositoryRoot> unusedFor(Duration time) {
    return surroundings
        .nodes()
        .roots()
        .filter(root -> root.idleFor().compareTo(time) >= 0 && root.isOpen())
        .toList();
  }

  /**
   * Who stands in a repository may long read what the kernel has, so that nothing is asked of it:
   * his branch is followed as if he had asked. Looked for twice in the time for which a use counts.
   */
  private void attend() {
    var often = surroundings.options().pace().patience().dividedBy(2);
    if (System.nanoTime() - lookedAt < often.toNanos()) {
      return;
    }
    lookedAt = System.nanoTime();
    var unused = unusedFor(often);
    if (!unused.isEmpty()) {
      var standing = Visitors.standingBelow(directory);
      unused.stream().filter(root -> standing.areIn(path(root))).forEach(RepositoryRoot::use);
    }
  }

  private void close(RepositoryRoot root, Duration patience) throws InterruptedException {
    surroundings.invalidateName(root.parent(), root);
    long deadline = System.nanoTime() + patience.toNanos();
    while (isInside(root) && System.nanoTime() < deadline) {
      Thread.sleep(LOOK);
    }
    if (isInside(root) || !root.close()) {
      log.debug("{} is in use, though nobody is seen in it", root.path());
      root.use();
    }
    if (root.lookups() != 0) {
      putBack(root);
    }
  }

  private static boolean isInside(RepositoryRoot root) {
    return root.openTree().map(tree -> tree.lookups() != 0).orElse(false);
  }

  /** Who stands in a directory whose name was dropped has no way to tell where he is. */
  private void putBack(RepositoryRoot root) {
    try {
      Files.readAttributes(path(root), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      log.debug("{} has gone", root.path(), e);
    }
  }

  private Path path(RepositoryRoot root) {
    return directory.resolve(root.path());
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
