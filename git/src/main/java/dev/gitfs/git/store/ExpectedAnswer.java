package dev.gitfs.git.store;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What the answer to a request is still to bring, and when. A server sends objects in the order in
 * which it was asked for them, as git does, or in one of its own: about the order of paths, so for
 * whoever goes through a directory from its end the reverse. The first ones tell.
 *
 * <p>For one thread at a time.
 */
final class ExpectedAnswer {

  /** What a server takes to begin: git's http-backend starts three processes in 70 ms. */
  private static final long START_NANOS = 70_000_000;

  /**
   * And for each object before it sends the first one: git 0.28 s for 8,000 files of Linux, on a
   * processor that had nothing else to do.
   */
  private static final long OBJECT_NANOS = 35_000;

  private static final int NONE = -1;

  /** Each object that has not come, with its place in the request. */
  private final Map<ObjectId, Integer> places = new HashMap<>();

  private final long sent;
  private final int count;
  private int come;

  /** The place of what came last. */
  private int last;

  /** How often the next place was a higher one, less how often it was a lower one. */
  private int ascents;

  /** The lowest place that has been waited for in vain; the highest where places descend. */
  private int late = NONE;

  /**
   * @param ids in the order in which they are asked for
   * @param now by {@link System#nanoTime}, as below
   */
  ExpectedAnswer(Collection<ObjectId> ids, long now) {
    for (ObjectId id : ids) {
      places.put(id, places.size());
    }
    sent = now;
    count = places.size();
  }

  /** How many objects it had to bring at first. */
  int count() {
    return count;
  }

  /** How long the server may take before it sends anything, a round trip not included. */
  long preparationNanos() {
    return START_NANOS + count * OBJECT_NANOS;
  }

  /** An object has come; it may be none of these. */
  void arrived(ObjectId id) {
    Integer place = places.remove(id);
    if (place != null) {
      if (come > 0) {
        ascents += Integer.signum(place - last);
      }
      last = place;
      come++;
    }
  }

  /** Whether {@code id} is still to come. */
  boolean contains(ObjectId id) {
    return places.containsKey(id);
  }

  /** Somebody has waited for {@code id} as long as he would: nor is what comes after it near. */
  void waitedInVain(ObjectId id) {
    Integer place = places.get(id);
    if (place != null && (late == NONE || !isBehind(place, late))) {
      late = place;
    }
  }

  /** Whether {@code id}, which is still to come, may do so within {@code nanos}. */
  boolean isNear(ObjectId id, long nanos, long now) {
    int place = places.get(id);
    if (late != NONE && isBehind(place, late) && isBehind(late, descends() ? last : come)) {
      return false;
    }
    if (come == 0) {
      return true;
    }
    long ahead = descends() ? last - place : place - come;
    return ahead * ((now - sent) / come) < nanos;
  }

  private boolean descends() {
    return ascents < 0;
  }

  /** Whether {@code place} is not before {@code other} in the answer. */
  private boolean isBehind(int place, int other) {
    return descends() ? place <= other : place >= other;
  }
}
