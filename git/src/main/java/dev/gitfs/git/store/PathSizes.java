package dev.gitfs.git.store;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sizes that are told by path: of what is wanted, where that stands in a commit that is shown, as
 * far as its trees are here. Who wants what somebody else has asked for waits for the same answer.
 */
final class PathSizes implements ElsewhereSizes {

  private static final Logger LOG = LoggerFactory.getLogger(PathSizes.class);

  /** After a failure, and until as many may be asked for again. */
  private static final Duration PAUSE = Duration.ofMinutes(5);

  /**
   * Sizes asked for in that time. They take a forge some twenty requests and a second, in which git
   * sends as many files of source code and more. So whoever lists a directory here and there
   * downloads none of its files, and whoever walks through everything goes on with the files.
   */
  private static final int MOST = 2000;

  /** Who wants the size of one file reads it, and has both with one fetch. */
  private static final int WORTH_ASKING = 2;

  private final SizeSource.OfPaths source;
  private final Supplier<Map<ObjectId, ObjectId>> shown;
  private final TreePaths.Trees trees;
  private final SizeTable table;
  private final Lane lane = new Lane("sizes-by-path", this::ask);

  /** When the time began in which {@link #left} may be asked for. Guarded by this, as below. */
  private long began = System.nanoTime();

  private int left = MOST;

  PathSizes(
      SizeSource.OfPaths source,
      Supplier<Map<ObjectId, ObjectId>> shown,
      TreePaths.Trees trees,
      SizeTable table) {
    this.source = source;
    this.shown = shown;
    this.trees = trees;
    this.table = table;
  }

  @Override
  public boolean areAlone() {
    return source.isReady() && left() > 0;
  }

  @Override
  public void learn(List<ObjectId> unknown) throws IOException, InterruptedException {
    if (unknown.size() >= WORTH_ASKING && areAlone()) {
      // A failure is no failure of whoever waits: he learns otherwise what is not told.
      lane.fetchAll(unknown.subList(0, Math.min(unknown.size(), left())));
    }
  }

  @Override
  public void close() {
    lane.close();
  }

  private void ask(List<ObjectId> ids) throws IOException, InterruptedException {
    var wanted = new HashSet<>(ids);
    long start = System.nanoTime();
    var found = new TreePaths(trees);
    for (var each : shown.get().entrySet()) {
      List<String> paths = found.take(each.getValue(), wanted);
      List<String> asked = paths.subList(0, take(paths.size()));
      if (!asked.isEmpty() && !tell(each.getKey(), asked)) {
        exhaust();
        break;
      }
    }
    LOG.debug(
        "Sizes of {} files by path in {} ms, {} of them nowhere in the trees that are here",
        ids.size(),
        Duration.ofNanos(System.nanoTime() - start).toMillis(),
        wanted.size());
  }

  private boolean tell(ObjectId commit, List<String> paths) throws InterruptedException {
    return source.tell(
        commit,
        paths,
        (id, bytes) -> {
          table.put(id, bytes);
          lane.arrived(id);
        });
  }

  private synchronized int left() {
    if (System.nanoTime() - began > PAUSE.toNanos()) {
      began = System.nanoTime();
      left = MOST;
    }
    return left;
  }

  private synchronized int take(int count) {
    int taken = Math.min(count, left());
    left -= taken;
    return taken;
  }

  private synchronized void exhaust() {
    began = System.nanoTime();
    left = 0;
  }
}
