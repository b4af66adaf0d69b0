package dev.gitfs.mount.namespace;

import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes repositories that nobody uses, and gives back what is known of names that nobody looks at.
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

  /** The kernel sends what it forgets at once; a busy machine takes longer to hear it. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

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
    var pause = surroundings.options().idle().dividedBy(ROUNDS);
    pause = pause.compareTo(LONGEST_ROUND) > 0 ? LONGEST_ROUND : pause;
    try {
      while (true) {
        Thread.sleep(pause);
        try {
          round();
        } catch (RuntimeException | Error e) {
          // Repositories that nobody uses stay open.
          Background.failed("housekeeping", e);
        }
      }
    } catch (InterruptedException e) {
      log.debug("No more housekeeping");
    }
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
          close(root);
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

  private void close(RepositoryRoot root) throws InterruptedException {
    surroundings.invalidateName(root.parent(), root);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
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
