package dev.gitfs.git.remote;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * The connections of all stream transports of this process that wait for their next request, and a
 * bound on them: the one that has waited longest is given up for one more. Safe for use by many
 * threads.
 */
final class UnusedConnections {

  /**
   * What four remotes keep that are busy at the same time. A connection may be a process (ssh, or
   * upload-pack of this machine) with three pipes and three threads; a new one takes a few
   * milliseconds here, and a login elsewhere.
   */
  private static final int MOST = 16;

  /** By how long they have waited, with what gives them up. Guarded by the class. */
  private static final SequencedMap<StreamConnection, Consumer<StreamConnection>> WAITING =
      new LinkedHashMap<>();

  private UnusedConnections() {}

  /**
   * @param giveUp closes the connection, unless it is in use again
   * @return what gives up another, if that is one too many; not to be run under a lock
   */
  static Runnable add(StreamConnection connection, Consumer<StreamConnection> giveUp) {
    synchronized (UnusedConnections.class) {
      WAITING.putLast(connection, giveUp);
      if (WAITING.size() <= MOST) {
        return () -> {};
      }
      var oldest = WAITING.pollFirstEntry();
      return () -> oldest.getValue().accept(oldest.getKey());
    }
  }

  static void remove(StreamConnection connection) {
    synchronized (UnusedConnections.class) {
      WAITING.remove(connection);
    }
  }
}
