package dev.gitfs.mount.namespace;

import dev.gitfs.git.forge.Hosted;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was refused, for as long as it is not asked for again. Safe for use by many threads. */
final class Memory {

  private static final Logger log = LoggerFactory.getLogger(Memory.class);

  /** A failure that may pass: so soon no other answer is to be had, and tools try at once. */
  private static final Duration MOMENT = Duration.ofSeconds(2);

  private final Duration lasts;
  private volatile Remembered remembered;

  private record Remembered(Refusal refusal, long until) {}

  /**
   * @param lasts how long what the server said itself is remembered
   */
  Memory(Duration lasts) {
    this.lasts = lasts;
  }

  /** Throws what is remembered, if anything is. */
  void check() throws RefusedException {
    var refused = refused();
    if (refused.isPresent()) {
      throw refused.get();
    }
  }

  Optional<RefusedException> refused() {
    var known = remembered;
    if (known == null) {
      return Optional.empty();
    }
    var left = Duration.ofNanos(known.until - System.nanoTime());
    if (left.isNegative()) {
      return Optional.empty();
    }
    return Optional.of(new RefusedException(known.refusal, left));
  }

  /** Remembers a failure, and tells of it in the log. */
  RefusedException refuse(Hosted hosted, IOException failure) {
    if (failure instanceof RefusedException known) {
      return known;
    }
    var refusal = Refusal.of(hosted, failure);
    var left = refusal.lasting() ? lasts : MOMENT;
    remembered = new Remembered(refusal, System.nanoTime() + left.toNanos());
    log.warn("{}: {}: {}", hosted, refusal.errno(), refusal.advice());
    log.debug("the cause", failure);
    return new RefusedException(refusal, left);
  }

  void clear() {
    remembered = null;
  }
}
