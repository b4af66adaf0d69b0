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

  /** Each object that has not come, with its place in the request. */
  private final Map<ObjectId, Integer> places = new HashMap<>();

  private final long sent;
  private int come;

  /** The place of what came last. */
  private int last;

  /** How often the next place was a higher one, less how often it was a lower one. */
  private int ascents;

  /**
   * @param ids in the order in which they are asked for
   * @param now by {@link System#nanoTime}, as below
   */
  ExpectedAnswer(Collection<ObjectId> ids, long now) {
    for (ObjectId id : ids) {
      places.put(id, places.size());
    }
    sent = now;
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

  /** Whether {@code id}, which is still to come, may do so within {@code nanos}. */
  boolean isNear(ObjectId id, long nanos, long now) {
    if (come == 0) {
      return true;
    }
    int place = places.get(id);
    long ahead = ascents < 0 ? last - place : place - come;
    return ahead * ((now - sent) / come) < nanos;
  }
}
