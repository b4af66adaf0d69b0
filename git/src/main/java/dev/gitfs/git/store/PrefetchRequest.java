package dev.gitfs.git.store;

import java.util.List;
import org.eclipse.jgit.lib.ObjectId;

/** What to fetch ahead of need. */
public sealed interface PrefetchRequest {

  /** After how many bytes, as received, to stop; what has come by then is kept. */
  long maxBytes();

  /**
   * The contents of files. What is local, or was asked for already, is left out; but what comes so
   * late that nobody waits for it is asked for again with a file that is awaited.
   *
   * @param ids blobs, in the order in which they will be read
   */
  record Blobs(List<ObjectId> ids, long maxBytes, Urgency urgency) implements PrefetchRequest {
    public Blobs {
      ids = List.copyOf(ids);
    }

    /** What nobody waits for. */
    public Blobs(List<ObjectId> ids, long maxBytes) {
      this(ids, maxBytes, Urgency.AHEAD);
    }
  }

  /** How soon contents are wanted. */
  enum Urgency {
    /** When it is their turn. */
    AHEAD,

    /**
     * At once, however many other prefetches are under way: somebody waits for the size of the
     * first, which is asked for by itself, and may want its content next.
     */
    BESIDE_SIZE,

    /** At once: somebody waits for the first. */
    AWAITED;

    /** Whether others may come first. */
    public boolean isPatient() {
      return this == AHEAD;
    }
  }

  /**
   * The sizes of files, from a server that tells them alone or from elsewhere; else nothing.
   *
   * @param ids blobs
   */
  record Sizes(List<ObjectId> ids) implements PrefetchRequest {
    public Sizes {
      ids = List.copyOf(ids);
    }

    @Override
    public long maxBytes() {
      return Long.MAX_VALUE;
    }
  }

  /**
   * All trees below a commit or tree, in one request.
   *
   * @param maxBytes beyond which they are given up, which is remembered: a later request for the
   *     same, with no higher bound, ends at once
   */
  record Trees(ObjectId root, long maxBytes) implements PrefetchRequest {}

  /**
   * Trees with everything below them, local or not, in one request: for subtrees of which little is
   * here.
   *
   * @param trees none of which is below another
   * @param files whether files are to come, or trees alone
   */
  record Subtrees(List<ObjectId> trees, boolean files, long maxBytes) implements PrefetchRequest {
    public Subtrees {
      trees = List.copyOf(trees);
    }
  }
}
