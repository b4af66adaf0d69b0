package dev.gitfs.git.store;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What the answer to a request is still to bring, and when. A server sends objects in the order in
 * which it was asked for them or, where git has a bitmap of its pack, in the order of that: about
 * the order of paths, so for whoever goes through a directory from its end the reverse. The first
 * ones tell.
 *
 * <p>What git cannot copy from its pack as it is, since the base of a delta was not asked for, it
 * sends after all else: of 8,192 files of Linux the last 190. These are known by their neighbours,
 * which have come.
 *
 * <p>For one thread at a time.
 */
final class ExpectedAnswer {

  /** In the request, to either side. */
  private static final int NEIGHBOURS = 16;

  /**
   * Who is so close behind what comes would only meet the next one that was passed over, and does
   * better to wait: an {@code ls -lR} of Linux made 125 requests without this bound, 105 with a
   * quarter of it, 90 with it, and 80 where it always waited.
   */
  private static final int CLOSE = 2048;

  /** Each object that has not come, with its place in the request. */
  private final Map<ObjectId, Integer> places = new HashMap<>();

  /** The places of those that have. */
  private final BitSet taken = new BitSet();

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
      taken.set(place);
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

  /**
   * If {@code id} is still to come, and will not within {@code nanos}, though its neighbours have
   * and many beyond it: that, and those beyond that were passed over likewise, by their places.
   * Else nothing.
   */
  List<ObjectId> passedOver(ObjectId id, long nanos, long now) {
    Integer first = places.get(id);
    if (first == null
        || !isPassed(first)
        || !haveMostlyCome(first, first + CLOSE)
        || places.size() * ((now - sent) / come) < nanos) {
      return List.of();
    }
    return places.entrySet().stream()
        .filter(entry -> entry.getValue() >= first && isPassed(entry.getValue()))
        .sorted(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private boolean isPassed(int place) {
    return haveMostlyCome(Math.max(0, place - NEIGHBOURS), place + NEIGHBOURS);
  }

  /**
   * Of these places more than three in four. Requests for two or three readers name their files by
   * turns, of whom one may get all of his first.
   */
  private boolean haveMostlyCome(int from, int to) {
    return taken.get(from, to).cardinality() * 4 > (to - from) * 3;
  }
}
