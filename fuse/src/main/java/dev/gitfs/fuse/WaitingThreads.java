package dev.gitfs.fuse;

import java.util.concurrent.ConcurrentHashMap;

/** The threads that wait for something on behalf of a request, so that they can be interrupted. */
final class WaitingThreads {
  private final ConcurrentHashMap<Long, Thread> byRequest = new ConcurrentHashMap<>();

  /** Set before the threads of the time are interrupted; read by each after it has been put in. */
  private volatile boolean ended;

  /** The calling thread works for a request from now on. */
  void enter(long request) {
    byRequest.put(request, Thread.currentThread());
    if (ended) {
      Thread.currentThread().interrupt();
    }
  }

  void leave(long request) {
    byRequest.remove(request);
  }

  /** Interrupts the thread that works for a request; false if there is none. */
  boolean interrupt(long request) {
    Thread thread = byRequest.get(request);
    if (thread == null) {
      return false;
    }
    thread.interrupt();
    return true;
  }

  /** Interrupts all, now and later: nobody is there for the answers. */
  void end() {
    ended = true;
    byRequest.values().forEach(Thread::interrupt);
  }
}
