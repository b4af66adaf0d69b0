package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.Channel;
import dev.gitfs.fuse.wire.Fields;
import dev.gitfs.fuse.wire.ReplyStruct.OutHeader;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Answers requests before the kernel's patience ends, which aborts the whole connection for one of
 * them. The work for such a request goes on: what it brings is there for the next attempt, and the
 * kernel does not take its late answer (ENOENT).
 */
final class Deadlines {
  private static final Logger LOG = System.getLogger(Deadlines.class.getName());

  /** The kernel itself looks every 15 s. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Channel channel;
  private final WaitingThreads waiting;
  private final Duration patience;

  /** Answered, but not at their end yet. */
  private final Set<Long> answered = new HashSet<>();

  /**
   * @param limit of the kernel, of which half is used: a request has waited in the kernel's own
   *     queue before it was seen
   */
  Deadlines(Channel channel, WaitingThreads waiting, Duration limit) {
    this.channel = channel;
    this.waiting = waiting;
    this.patience = limit.dividedBy(2);
  }

  /** Keeps to them for as long as there is something to use. */
  void keep(Lifetime lifetime) {
    try {
      while (!lifetime.isOver()) {
        Thread.sleep(LOOK);
        if (lifetime.enter()) {
          try {
            answerOverdue();
          } finally {
            lifetime.leave();
          }
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    }
  }

  void answerOverdue() {
    List<Long> overdue = waiting.since(System.nanoTime() - patience.toNanos());
    answered.retainAll(overdue);
    for (long request : overdue) {
      if (answered.add(request)) {
        answer(request);
      }
    }
  }

  private void answer(long request) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(OutHeader.SIZE, Long.BYTES);
      Fields.u32(message, OutHeader.LEN, OutHeader.SIZE);
      Fields.u32(message, OutHeader.ERROR, -Errno.ETIMEDOUT.number());
      Fields.u64(message, OutHeader.UNIQUE, request);
      MemorySegment scratch = arena.allocate(Channel.SCRATCH_SIZE, Long.BYTES);
      if (channel.write(message, 0, OutHeader.SIZE, scratch) >= 0) {
        LOG.log(
            Level.WARNING,
            "A request has no answer after {0} s and gets ETIMEDOUT: the kernel would abort the"
                + " mount (fs.fuse.max_request_timeout). Its work goes on.",
            patience.toSeconds());
      }
    }
  }
}
