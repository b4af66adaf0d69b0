package dev.gitfs.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The threads that wait for something on behalf of a request, so that they can be interrupted. */
final class WaitingThreads {
  private final ConcurrentHashMap<Long, Waiting> byRequest = new ConcurrentHashMap<>();

  /** Set before the threads of the time are interrupted; read by each after it has been put in. */
  private volatile boolean ended;

  /**
   * One of them.
   *
   * @param asker the thread that made the request
   * @param since by {@link System#nanoTime}
   */
  private record Waiting(Thread thread, int asker, long since) {}

  /** The calling thread works for a request, made by the thread {@code asker}, from now on. */
  void enter(long request, int asker) {
    byRequest.put(request, new Waiting(Thread.currentThread(), asker, System.nanoTime()));
    if (ended) {
      Thread.currentThread().interrupt();
    }
  }

  void leave(long request) {
    byRequest.remove(request);
  }

  boolean isWaiting(long request) {
    return byRequest.containsKey(request);
  }

  /** The thread that made a request; 0 if the kernel did, or nobody waits. */
  int asker(long request) {
    Waiting waiting = byRequest.get(request);
    return waiting == null ? 0 : waiting.asker;
  }

  /** Interrupts the thread that works for a request. */
  void interrupt(long request) {
    Waiting waiting = byRequest.get(request);
    if (waiting != null) {
      waiting.thread.interrupt();
    }
  }

  /** The requests that have been waiting since {@code nanoTime}, or longer. */
  List<Long> since(long nanoTime) {
    var overdue = new ArrayList<Long>();
    byRequest.forEach((request, waiting) -> {
      if (waiting.since - nanoTime <= 0) {
        overdue.add(request);
      }
    });
    return overdue;
  }

  /** Interrupts all, now and later: nobody is there for the answers. */
  void end() {
    ended = true;
    byRequest.values().forEach(waiting -> waiting.thread.interrupt());
  }
}
