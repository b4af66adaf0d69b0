package dev.gitfs.git.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gitfs.git.remote.CorruptPackException;
import dev.gitfs.git.remote.RemoteException;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects that the server does not give: it has lost them, or cannot read them. Asked for together
 * with others, each of them fails the whole request, so they are told from the rest, and what is
 * fetched ahead leaves them out for a while. A read of one asks for it each time.
 *
 * <p>A server mostly names the object that stopped it, one a request. Else what did not come first
 * of all that was wanted is the likeliest, for answers come in that order; else it is found by
 * halving. For any number of threads.
 */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** Repositories get repaired. */
  private static final Duration REMEMBERED = Duration.ofMinutes(5);

  /** Far more than anybody looks at, in some hundred kilobytes. */
  private static final int MOST_REMEMBERED = 4096;

  /**
   * Failed requests for one batch before it is the server that fails, not its objects. Three lost
   * ones among 16,384 are found by halving within as many, or as many as this that are named.
   */
  static final int MOST_FAILURES = 48;

  /** An answer that breaks off was asked for so many times already, and may be an outage. */
  private static final int WEIGHT_OF_BROKEN = 4;

  private final String url;

  private final Cache<ObjectId, RemoteException> refused =
      Caffeine.newBuilder()
          .maximumSize(MOST_REMEMBERED)
          .expireAfterWrite(REMEMBERED)
          .executor(Runnable::run)
          .build();

  /** Of the repository at {@code url}. */
  Refusals(String url) {
    this.url = url;
  }

  /** Fetches a part of what is wanted. */
  @FunctionalInterface
  interface Fetch {

    /** Returns whether there is reason to go on. */
    boolean of(List<ObjectId> part) throws IOException, InterruptedException;
  }

  /** Whether a request failed for what was asked for, not for who asked, or how. */
  static boolean isOfObjects(IOException failure) {
    if (!(failure instanceof RemoteException e)) {
      return false;
    }
    return switch (e.kind()) {
      case NO_SUCH_OBJECT -> true;
      // An answer that ends early, or cannot be inflated, each time it is asked for.
      case SERVER_FAILED ->
          hasCause(e, CorruptPackException.class) || hasCause(e, EOFException.class);
      default -> false;
    };
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  /** What a failure counts for, of {@link #MOST_FAILURES}. */
  static int weight(RemoteException failure) {
    return failure.kind() == RemoteException.Kind.NO_SUCH_OBJECT ? 1 : WEIGHT_OF_BROKEN;
  }

  /** Those of {@code ids} that a failure names. */
  static List<ObjectId> named(RemoteException failure, Collection<ObjectId> ids) {
    return ids.stream().filter(id -> failure.getMessage().contains(id.name())).toList();
  }

  /** Why the server did not give {@code id} when it was asked for last, not long ago. */
  Optional<RemoteException> of(ObjectId id) {
    return Optional.ofNullable(refused.getIfPresent(id));
  }

  /** An object was asked for again, and has come. */
  void came(ObjectId id) {
    refused.invalidate(id);
  }

  /** The server does not give {@code ids}. */
  void refuse(Collection<ObjectId> ids, RemoteException why) {
    for (ObjectId id : ids) {
      if (refused.asMap().put(id.copy(), why) == null) {
        LOG.warn("{} does not give {}: {}", url, id.name(), why.getMessage());
      }
    }
  }

  /**
   * Fetches all of {@code ids} but those that the server does not give. Returns false if that was
   * stopped before all were asked for.
   *
   * @param isHere whether an object has come
   */
  boolean sift(List<ObjectId> ids, Fetch fetch, Predicate<ObjectId> isHere)
      throws IOException, InterruptedException {
    Deque<List<ObjectId>> parts = new ArrayDeque<>();
    parts.push(ids.stream().filter(id -> of(id).isEmpty()).toList());
    int failures = 0;
    while (!parts.isEmpty()) {
      List<ObjectId> part = parts.pop();
      if (part.isEmpty()) {
        continue;
      }
      try {
        if (!fetch.of(part)) {
          return false;
        }
      } catch (RemoteException e) {
        failures += weight(e);
        if (!isOfObjects(e) || failures > MOST_FAILURES) {
          throw e;
        }
        split(part, part.stream().filter(isHere.negate()).toList(), e, parts);
      }
    }
    return true;
  }

  private void split(
      List<ObjectId> asked, List<ObjectId> left, RemoteException why, Deque<List<ObjectId>> parts) {
    List<ObjectId> named = named(why, left);
    if (!named.isEmpty()) {
      refuse(named, why);
      parts.push(left.stream().filter(id -> !named.contains(id)).toList());
    } else if (left.size() == 1) {
      refuse(left, why);
    } else if (!left.isEmpty()) {
      int first = left.size() < asked.size() ? 1 : left.size() / 2;
      parts.push(left.subList(first, left.size()));
      parts.push(left.subList(0, first));
    }
  }
}
