package dev.gitfs.mount.namespace;

import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.git.store.StoreStatistics;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What all repositories of a namespace have cost and saved, those that were closed as well. */
final class Ledger {

  /** Guarded by this, as is all below. */
  private final Set<SharedRepository.Opened> open = new LinkedHashSet<>();

  private StoreStatistics reads = StoreStatistics.NONE;
  private RemoteStatistics network = RemoteStatistics.NONE;

  synchronized void opened(SharedRepository.Opened repository) {
    open.add(repository);
    notifyAll();
  }

  /** Waits until more than {@code bound} are open, or for {@code longest}. */
  synchronized void awaitMoreThan(int bound, Duration longest) throws InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    for (long left; open.size() <= bound && (left = end - System.nanoTime()) > 0; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  synchronized void closed(SharedRepository.Opened repository) {
    if (open.remove(repository)) {
      reads = reads.plus(repository.store().statistics());
      network = network.plus(repository.remote().statistics());
    }
  }

  synchronized StoreStatistics reads() {
    var sum = reads;
    for (var each : open) {
      sum = sum.plus(each.store().statistics());
    }
    return sum;
  }

  synchronized RemoteStatistics network() {
    var sum = network;
    for (var each : open) {
      sum = sum.plus(each.remote().statistics());
    }
    return sum;
  }

  /** How many are open. */
  synchronized int size() {
    return open.size();
  }
}
