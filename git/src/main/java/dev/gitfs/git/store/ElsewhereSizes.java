package dev.gitfs.git.store;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.ObjectId;

/** Sizes that somebody else than the git server tells, and when it pays to ask for them. */
sealed interface ElsewhereSizes extends AutoCloseable permits CommitSizes, PathSizes {

  /**
   * @param shown commits that are shown, with their root trees
   * @param trees those that are here
   * @param table takes what is told
   */
  static ElsewhereSizes of(
      SizeSource source,
      Supplier<Map<ObjectId, ObjectId>> shown,
      TreePaths.Trees trees,
      SizeTable table) {
    return switch (source) {
      case SizeSource.OfCommits commits -> new CommitSizes(commits, shown, table);
      case SizeSource.OfPaths paths -> new PathSizes(paths, shown, trees, table);
    };
  }

  /** Whether sizes come from here without contents, as far as is known without asking. */
  boolean areAlone();

  /** Learns what is told of {@code unknown}, which are wanted, if it pays to ask. Blocks. */
  void learn(List<ObjectId> unknown) throws IOException, InterruptedException;

  @Override
  void close();
}
