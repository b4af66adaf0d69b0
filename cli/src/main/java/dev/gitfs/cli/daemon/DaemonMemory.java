package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Defaults;
import dev.gitfs.git.store.StoreMemory;
import java.util.OptionalLong;

/**
 * What a daemon may take of a machine's memory.
 *
 * @param contents for file contents and trees; half of it lies outside of the heap
 * @param beside heap for all else
 */
public record DaemonMemory(ByteSize contents, ByteSize beside) {

  /**
   * Heap beyond what a user grants to cached objects: for requests under way, packs being indexed,
   * the inode table of a tree of a million entries, and room for the collector.
   */
  private static final ByteSize USUAL_BESIDE = ByteSize.mebibytes(96);

  /** With less, the index of one large pack does not fit. */
  private static final ByteSize LEAST_BESIDE = ByteSize.mebibytes(48);

  /**
   * What a JVM takes besides: code, classes, stacks. 50 MiB were seen in a grep -r of 50,000 files
   * with 192 planned, 70 with 128.
   */
  private static final ByteSize JVM = ByteSize.mebibytes(64);

  /**
   * Of the rest the daemon plans with half: the command that starts it, git, and what reads the
   * mount, live in the same cgroup.
   */
  private static final int SHARE = 2;

  /** {@code wanted} for contents, or as much of it as fits into what this process may have. */
  public static DaemonMemory here(ByteSize wanted) {
    return within(wanted, MemoryLimit.here());
  }

  static DaemonMemory within(ByteSize wanted, OptionalLong limit) {
    long plan = (limit.orElse(Long.MAX_VALUE) - JVM.bytes()) / SHARE;
    if (wanted.bytes() <= plan - USUAL_BESIDE.bytes()) {
      return new DaemonMemory(wanted, USUAL_BESIDE);
    }
    long least = Defaults.LEAST_MEMORY.bytes();
    long contents = Math.clamp(plan - USUAL_BESIDE.bytes(), least, Math.max(least, wanted.bytes()));
    long beside = Math.clamp(plan - contents, LEAST_BESIDE.bytes(), USUAL_BESIDE.bytes());
    return new DaemonMemory(new ByteSize(contents), new ByteSize(beside));
  }

  /** All of the heap. */
  ByteSize heap() {
    long outside = StoreMemory.outsideHeap(contents.bytes());
    return new ByteSize(contents.bytes() - outside + beside.bytes());
  }
}
