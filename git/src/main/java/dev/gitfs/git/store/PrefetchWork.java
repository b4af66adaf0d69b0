package dev.gitfs.git.store;

import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How each kind of prefetch is carried out. */
final class PrefetchWork implements Errands.Work {

  private static final Logger LOG = LoggerFactory.getLogger(PrefetchWork.class);

  /** Objects in one request: 800 kB of ids. */
  private static final int MOST_WANTS = 16_384;

  private final Upstream upstream;
  private final BlobSizes sizes;
  private final Predicate<ObjectId> isComing;
  private final Predicate<ObjectId> isComingSoon;
  private final Predicate<ObjectId> isSizeKnown;
  private final Predicate<ObjectId> isLocal;

  /** Holds how many bytes the trees of this repository were found to exceed. */
  private final Path marker;

  private final Path scratch;

  /** Trees below which there are more than so many bytes of trees. */
  private final Map<ObjectId, Long> exceeding = new ConcurrentHashMap<>();

  /**
   * @param isComing whether a blob is here, or has been asked for
   * @param isComingSoon whether it is here, or who needs it waits for what has been asked for
   */
  PrefetchWork(
      Upstream upstream,
      BlobSizes sizes,
      Predicate<ObjectId> isComing,
      Predicate<ObjectId> isComingSoon,
      Predicate<ObjectId> isSizeKnown,
      Predicate<ObjectId> isLocal,
      CacheRepository repository) {
    this.upstream = upstream;
    this.sizes = sizes;
    this.isComing = isComing;
    this.isComingSoon = isComingSoon;
    this.isSizeKnown = isSizeKnown;
    this.isLocal = isLocal;
    this.marker = repository.marker("trees-exceed");
    this.scratch = repository.scratch();
  }

  @Override
  public boolean run(Errands.Errand errand) throws IOException, InterruptedException {
    if (!upstream.sendsParts()) {
      // All there is has come with the commit.
      return true;
    }
    return switch (errand.request) {
      case PrefetchRequest.Blobs blobs -> fetchBlobs(blobs, errand);
      case PrefetchRequest.Sizes wanted -> fetchSizes(wanted.ids(), errand);
      case PrefetchRequest.Trees trees -> fetchTrees(trees, errand);
      case PrefetchRequest.Subtrees subtrees -> fetchSubtrees(subtrees, errand);
    };
  }

  private boolean fetchBlobs(PrefetchRequest.Blobs blobs, Errands.Errand errand)
      throws IOException, InterruptedException {
    Predicate<ObjectId> isLeftOut = blobs.urgency().isPatient() ? isComing : isComingSoon;
    List<ObjectId> missing = blobs.ids().stream().distinct().filter(isLeftOut.negate()).toList();
    errand.wants(missing.size());
    for (List<ObjectId> part : parts(missing)) {
      boolean all =
          upstream
              .refusals()
              .sift(
                  part,
                  asked -> {
                    errand.expect(asked);
                    return !upstream.fetchBlobs(asked, errand).cut();
                  },
                  isLocal);
      if (!all) {
        return false;
      }
    }
    return true;
  }

  /** One that leads to what the server cannot read comes without what is below it. */
  private boolean fetchSubtrees(PrefetchRequest.Subtrees request, Errands.Errand errand)
      throws IOException, InterruptedException {
    try {
      return !upstream.prefetchSubtrees(request.trees(), request.files(), errand).cut();
    } catch (RemoteException e) {
      if (!Refusals.isOfObjects(e)) {
        throw e;
      }
      LOG.debug("Trees are asked for without what is below them", e);
    }
    return upstream
        .refusals()
        .sift(request.trees(), asked -> !upstream.prefetchTreesAlone(asked, errand).cut(), isLocal);
  }

  private boolean fetchSizes(List<ObjectId> ids, Errands.Errand errand)
      throws IOException, InterruptedException {
    List<ObjectId> unknown = ids.stream().distinct().filter(isSizeKnown.negate()).toList();
    if (!upstream.tellsSizes()) {
      // Ahead of need, no contents are fetched for their sizes.
      sizes.learnElsewhere(unknown);
      return true;
    }
    errand.wants(unknown.size());
    for (List<ObjectId> part : parts(unknown)) {
      sizes.fetch(part);
      errand.learned(part.size());
    }
    return true;
  }

  private boolean fetchTrees(PrefetchRequest.Trees request, Errands.Errand errand)
      throws IOException, InterruptedException {
    ObjectId root = request.root();
    boolean whole = upstream.isShown(root);
    if ((whole ? exceeded() : exceeding.getOrDefault(root, -1L)) >= request.maxBytes()) {
      return false;
    }
    if (!upstream.prefetchTrees(root, errand).cut()) {
      return true;
    }
    if (errand.progress().bytes() >= request.maxBytes()) {
      LOG.debug("The trees below {} exceed {} bytes", root.name(), request.maxBytes());
      if (whole) {
        AtomicFile.write(scratch, marker, request.maxBytes() + "\n");
      } else {
        exceeding.put(root, request.maxBytes());
      }
    }
    return false;
  }

  private long exceeded() {
    try {
      return Long.parseLong(Files.readString(marker).strip());
    } catch (IOException | NumberFormatException e) {
      LOG.trace("{} tells nothing", marker, e);
      return -1;
    }
  }

  private static List<List<ObjectId>> parts(List<ObjectId> ids) {
    var parts = new ArrayList<List<ObjectId>>();
    for (int from = 0; from < ids.size(); from += MOST_WANTS) {
      parts.add(ids.subList(from, Math.min(ids.size(), from + MOST_WANTS)));
    }
    return parts;
  }
}
