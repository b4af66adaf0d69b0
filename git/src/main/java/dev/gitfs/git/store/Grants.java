package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server was seen to grant, and to refuse, of what helps and is not needed; remembered in
 * the repository. Offers do not settle it: there are servers that fail at what they offer, each in
 * its own way, and any of those ways may be an accident. So what has worked once is not blamed for
 * a later failure; what has not is refused once the same was had without it. Safe for use by many
 * threads.
 */
final class Grants {

  private static final Logger LOG = LoggerFactory.getLogger(Grants.class);

  /**
   * Servers are upgraded now and then: what one granted or refused is found out anew after this.
   */
  private static final Duration LASTS = Duration.ofDays(7);

  /** Something a server may do, although it need not. */
  enum Grant {
    /** To send a commit with its root tree alone. */
    ROOT_TREE,
    /** To send a commit with its trees alone. */
    ALL_TREES,
    /** To send trees by their ids. */
    TREES,
    /** To send blobs by their ids. */
    BLOBS,
    /** To send what a commit has and another has not. */
    DIFFERENCE,
    /** To send blobs in the order in which they are wanted. */
    ORDER,
    /** To tell sizes without contents. */
    SIZES
  }

  private final String server;
  private final CacheRepository repository;
  private final Set<Grant> granted = ConcurrentHashMap.newKeySet();
  private final Set<Grant> refused = ConcurrentHashMap.newKeySet();

  Grants(String server, CacheRepository repository) {
    this.server = server;
    this.repository = repository;
    for (Grant grant : Grant.values()) {
      if (isFresh(marker("refuses", grant))) {
        refused.add(grant);
      } else if (isFresh(marker("grants", grant))) {
        granted.add(grant);
      }
    }
  }

  boolean isRefused(Grant grant) {
    return refused.contains(grant);
  }

  /** Whether it has worked. */
  boolean isGranted(Grant grant) {
    return granted.contains(grant);
  }

  /** Whether it may have been for {@code grant} that a request failed. */
  boolean mayRefuse(Grant grant, RemoteException failure) {
    return switch (failure.kind()) {
      case UNSUPPORTED -> true;
      case SERVER_FAILED -> !granted.contains(grant) && !isDamage(failure);
      case NO_SUCH_OBJECT ->
          switch (grant) {
            case TREES, BLOBS -> !granted.contains(grant);
            default -> false;
          };
      default -> false;
    };
  }

  /** A pack that was torn or spoilt on its way is an accident. */
  private static boolean isDamage(Throwable failure) {
    boolean damaged = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      damaged |= cause instanceof CorruptPackException;
      if (cause instanceof PackIntake.LacksWantedException) {
        return false;
      }
    }
    return damaged;
  }

  /** It has worked. */
  void seen(Grant grant) {
    if (granted.add(grant)) {
      note(marker("grants", grant), "");
    }
  }

  /** A request with it failed, and the same without it did not. */
  void refuse(Grant grant, RemoteException failure) {
    if (refused.add(grant)) {
      LOG.warn(
          "{} does not send {}, and is asked for no such thing for {} days: {}",
          server,
          switch (grant) {
            case ROOT_TREE -> "a commit with its root tree alone";
            case ALL_TREES -> "a commit with its trees alone";
            case TREES -> "single trees";
            case BLOBS -> "single files";
            case DIFFERENCE -> "the difference of two commits";
            case ORDER -> "files in the order in which they are wanted";
            case SIZES -> "sizes without contents";
          },
          LASTS.toDays(),
          failure.getMessage());
      note(marker("refuses", grant), failure.getMessage() + "\n");
    }
  }

  /** For the next process: a full disk is no reason for a request to fail. */
  private void note(Path marker, String text) {
    try {
      AtomicFile.write(repository.scratch(), marker, text);
    } catch (IOException e) {
      LOG.debug("{} is not kept", marker, e);
    }
  }

  private Path marker(String verb, Grant grant) {
    return repository.marker(verb + "-" + grant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  private static boolean isFresh(Path marker) {
    try {
      Instant written = Files.getLastModifiedTime(marker).toInstant();
      return written.plus(LASTS).isAfter(Instant.now());
    } catch (IOException e) {
      return false;
    }
  }
}
