package dev.gitfs.fuse;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Exchanges not in use. A reader keeps its own as long as operations are fast, so this is asked
 * only when one waits. Last in, first out, so that the same few have their pages touched.
 * Thread-safe.
 */
final class ExchangePool implements AutoCloseable {
  private final int requestSize;
  private final int replySize;

  /**
   * How many to keep. After a burst of waiting reads each holds up to a whole read's worth of
   * touched memory, which is better given back than kept.
   */
  private final int keep;

  private final ConcurrentLinkedDeque<Exchange> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger idleCount = new AtomicInteger();

  ExchangePool(int requestSize, int replySize, int keep) {
    this.requestSize = requestSize;
    this.replySize = replySize;
    this.keep = keep;
  }

  Exchange take() {
    Exchange exchange = idle.pollFirst();
    if (exchange == null) {
      return new Exchange(requestSize, replySize);
    }
    idleCount.decrementAndGet();
    return exchange;
  }

  void giveBack(Exchange exchange) {
    if (idleCount.incrementAndGet() <= keep) {
      idle.addFirst(exchange);
    } else {
      idleCount.decrementAndGet();
      exchange.unmap();
    }
  }

  /** Only when no exchange is in use any more. */
  @Override
  public void close() {
    for (Exchange exchange; (exchange = idle.pollFirst()) != null; ) {
      exchange.unmap();
    }
  }
}
