package dev.gitfs.git.remote;

import java.util.concurrent.atomic.LongAdder;

/** Counts what a remote sends and receives. Any thread may add. */
final class Traffic {

  private final LongAdder requests = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();

  void request() {
    requests.increment();
  }

  /** The next request repeats one that failed. */
  void retry() {
    retries.increment();
  }

  void sent(long bytes) {
    sent.add(bytes);
  }

  void received(long bytes) {
    received.add(bytes);
  }

  RemoteStatistics statistics() {
    return new RemoteStatistics(requests.sum(), retries.sum(), sent.sum(), received.sum());
  }
}
