package dev.gitfs.git.store;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sizes that are told of a whole commit at a time: each commit that is shown is asked about once,
 * when the first size is wanted that is not known.
 */
final class CommitSizes implements ElsewhereSizes {

  private static final Logger LOG = LoggerFactory.getLogger(CommitSizes.class);

  /** After a failure; meanwhile sizes come with files, which brings most of them for good. */
  private static final Duration PAUSE = Duration.ofMinutes(5);

  /** A branch that has moved brings some new files, not worth a listing of all. */
  private static final int FEW = 256;

  /**
   * Who wants fewer reads those files, and has them sooner with a fetch than with a listing of all,
   * which takes a forge seconds for a large repository.
   */
  private static final int WORTH_ASKING = 16;

  private final SizeSource.OfCommits source;
  private final Supplier<Map<ObjectId, ObjectId>> shown;
  private final SizeTable table;

  /** Commits that were asked about, and when again; never if all was told. */
  private final Map<ObjectId, Long> asked = new ConcurrentHashMap<>();

  private final ReentrantLock asking = new ReentrantLock();

  /** Sizes wanted so far. Guarded by asking. */
  private long wanted;

  CommitSizes(
      SizeSource.OfCommits source, Supplier<Map<ObjectId, ObjectId>> shown, SizeTable table) {
    this.source = source;
    this.shown = shown;
    this.table = table;
  }

  /** Whether sizes of all that is shown, or of what was before a branch moved, were told. */
  @Override
  public boolean areAlone() {
    return shown.get().keySet().stream().anyMatch(this::isTold);
  }

  /** Asks about commits that were not asked about. */
  @Override
  public void learn(List<ObjectId> unknown) throws InterruptedException {
    asking.lockInterruptibly();
    try {
      wanted += unknown.size();
      if (wanted < WORTH_ASKING || unknown.size() < FEW && areAlone()) {
        return;
      }
      for (var each : shown.get().entrySet()) {
        if (isDue(each.getKey()) && source.isReady()) {
          learn(each.getKey(), each.getValue());
        }
      }
    } finally {
      asking.unlock();
    }
  }

  @Override
  public void close() {
    // Nothing is held: whoever asks does so on a thread of his own.
  }

  private void learn(ObjectId commit, ObjectId tree) throws InterruptedException {
    var sizes =
        new Object() {
          int count;
        };
    long start = System.nanoTime();
    boolean told =
        source.tell(
            commit,
            tree,
            (id, bytes) -> {
              table.put(id, bytes);
              sizes.count++;
            });
    asked.put(commit, told ? Long.MAX_VALUE : System.nanoTime() + PAUSE.toNanos());
    LOG.debug(
        "{} sizes of {} in {} ms{}",
        sizes.count,
        commit.name(),
        Duration.ofNanos(System.nanoTime() - start).toMillis(),
        told ? "" : ", not all");
  }

  private boolean isTold(ObjectId commit) {
    return asked.getOrDefault(commit, 0L) == Long.MAX_VALUE;
  }

  private boolean isDue(ObjectId commit) {
    Long again = asked.get(commit);
    return again == null || again != Long.MAX_VALUE && System.nanoTime() - again > 0;
  }
}
