package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.PrefetchRequest.Urgency;
import dev.gitfs.git.store.Tree;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A mount, its kernel, its store and a server behind a slow link, as far as a policy can tell, on a
 * clock of their own: plays a trace of what programs did, and counts.
 */
final class SimulatedMount {

  private static final long ROUND_TRIP = 50_000_000;

  /** How long who needs what is on its way waits for it. */
  private static final long PATIENCE = 2 * ROUND_TRIP;

  /** 200 Mbit/s. */
  private static final double BYTES_PER_NANO = 0.025;

  /** What a file of source takes in a pack, to what it takes inflated. */
  private static final double PACKED = 0.2;

  private static final long LIST_NANOS = 30_000;
  private static final long LOOK_NANOS = 15_000;
  private static final long READ_NANOS = 100_000;
  private static final long IDLE_NANOS = 100_000;

  /** What the store runs of prefetches at a time. */
  private static final int LANES = 3;

  private final RecordedTree tree;
  private final Folder root;
  private final boolean objectInfo;
  private final Policy policy;
  private final Map<ObjectId, Long> contents = new HashMap<>();
  private final Map<ObjectId, Long> sizes = new HashMap<>();
  private final Map<ObjectId, Long> trees = new HashMap<>();

  /** Contents that did not come alone. */
  private final Map<ObjectId, Long> broughtWithOthers = new HashMap<>();

  private final Set<ObjectId> inKernel = new HashSet<>();
  private final Set<ObjectId> read = new HashSet<>();
  private final Set<ObjectId> prefetched = new HashSet<>();
  private final Deque<Wish> waiting = new ArrayDeque<>();
  private final PriorityQueue<End> ends = new PriorityQueue<>((a, b) -> Long.compare(a.at, b.at));
  private int lanes = LANES;
  private long linkFree;
  private long now;
  private long everythingKnown = Long.MAX_VALUE;

  /** What it takes to be mounted. */
  private int requests = 3;

  private int sizeRequests;
  private int contentRequests;
  private int treeRequests;
  private int demands;
  private long received;
  private long bytesRead;
  private long waited;

  private record End(int window, long at) {}

  SimulatedMount(RecordedTree tree, PrefetchMode mode, boolean objectInfo) {
    this.tree = tree;
    this.root = tree.root();
    this.objectInfo = objectInfo;
    trees.put(root.tree(), 0L);
    policy = new Policy(new Known(), root, mode);
    carryOut(policy.start(0));
  }

  private final class Known implements Outline {
    @Override
    public Optional<Tree> tree(ObjectId id) {
      return now >= everythingKnown || has(trees, id)
          ? Optional.of(tree.tree(id))
          : Optional.empty();
    }

    @Override
    public boolean isLocal(ObjectId blob) {
      return has(contents, blob);
    }

    @Override
    public OptionalLong size(ObjectId blob) {
      return has(sizes, blob) || has(contents, blob)
          ? OptionalLong.of(tree.size(blob))
          : OptionalLong.empty();
    }

    @Override
    public boolean isFar(ObjectId blob) {
      var arrival = contents.get(blob);
      return arrival != null && arrival > now + PATIENCE;
    }

    @Override
    public boolean serverTellsSizes() {
      return objectInfo;
    }

    @Override
    public boolean sizesAlone() {
      return objectInfo;
    }
  }

  /** Plays what each thread did, each in its own order, and as fast as what it needs is there. */
  SimulatedMount play(Trace trace) {
    return play(trace.threads().stream().<Reader>map(Played::new).toList());
  }

  /** Lets threads do what they do next, each as soon as it has done what it did last. */
  SimulatedMount play(List<Reader> threads) {
    while (true) {
      var next =
          threads.stream()
              .filter(thread -> !thread.isDone())
              .min(Comparator.comparingLong(thread -> thread.at));
      if (next.isEmpty()) {
        return this;
      }
      var thread = next.get();
      if (!ends.isEmpty() && ends.peek().at <= thread.at) {
        end(ends.poll());
        continue;
      }
      now = Math.max(now, thread.at);
      var step = thread.next();
      thread.at = (step == null ? now + IDLE_NANOS : step(step)) + thread.pause();
    }
  }

  /** Nobody does anything for so long. */
  SimulatedMount rest(long nanos) {
    long until = now + nanos;
    while (now < until) {
      long next = now + 1_000_000_000;
      while (!ends.isEmpty() && ends.peek().at <= next) {
        end(ends.poll());
      }
      now = next;
      carryOut(policy.on(new Access.Passed(false, false, now)));
    }
    return this;
  }

  /** Memory is short from now on, or not, while somebody waits. */
  SimulatedMount shortOfMemory(boolean isShort) {
    carryOut(policy.on(new Access.Passed(isShort, true, now)));
    return this;
  }

  /** A thread that uses the mount. */
  abstract static class Reader {
    private long at;

    /** What it does next; null if it has to wait for another thread. */
    abstract Trace.Step next();

    abstract boolean isDone();

    /** For how long it does nothing after a step. */
    long pause() {
      return 0;
    }
  }

  private static final class Played extends Reader {
    private final Deque<Trace.Step> steps;

    Played(Collection<Trace.Step> steps) {
      this.steps = new ArrayDeque<>(steps);
    }

    @Override
    Trace.Step next() {
      return steps.removeFirst();
    }

    @Override
    boolean isDone() {
      return steps.isEmpty();
    }
  }

  double seconds() {
    return now / 1e9;
  }

  int requests() {
    return requests;
  }

  /** Requests that somebody had to wait for because nothing had been asked for ahead. */
  int demands() {
    return demands;
  }

  int contentRequests() {
    return contentRequests;
  }

  int sizeRequests() {
    return sizeRequests;
  }

  /** Files brought ahead of need that nobody has read. */
  int unread() {
    return (int) prefetched.stream().filter(id -> !read.contains(id)).count();
  }

  /** Readers that are followed. */
  int followed() {
    return policy.statistics().readers();
  }

  int brought() {
    return prefetched.size();
  }

  @Override
  public String toString() {
    return """
    %.1f s, %d requests (%d trees, %d sizes, %d contents, %d demanded), \
    %.1f MB for %.1f MB read; %d files read, %d brought, %d of them unread; waited %.1f s\
    """
        .formatted(
            seconds(),
            requests,
            treeRequests,
            sizeRequests,
            contentRequests,
            demands,
            received / 1e6,
            bytesRead / 1e6,
            read.size(),
            prefetched.size(),
            unread(),
            waited / 1e9);
  }

  private boolean has(Map<ObjectId, Long> arrivals, ObjectId id) {
    var arrival = arrivals.get(id);
    return arrival != null && arrival <= now;
  }

  private long step(Trace.Step step) {
    var place = tree.find(root, step.path());
    enter(place.folder());
    return switch (step.what()) {
      case LIST -> list(place.folder());
      case LOOK -> place.index() < 0 ? now : look(place);
      case READ -> place.index() < 0 ? now : read(place);
      case FOLLOW -> {
        carryOut(policy.on(new Access.Followed(place.folder(), now)));
        yield now;
      }
    };
  }

  /** Waits for the trees of a directory. */
  private void enter(Folder folder) {
    if (now >= everythingKnown || has(trees, folder.tree())) {
      return;
    }
    long ready = Math.min(everythingKnown, now + ROUND_TRIP);
    if (everythingKnown > ready) {
      demand(2_000_000);
      everythingKnown = ready;
    }
    waited += ready - now;
    now = ready;
  }

  private long list(Folder folder) {
    folder.list();
    carryOut(policy.on(new Access.Listed(folder, now)));
    var entries = tree.tree(folder.tree());
    for (int index = 0; index < entries.size(); index++) {
      if (Walk.isFile(entries.mode(index))
          && knowsSize(entries.id(index))
          && !folder.isHeldBack(index)) {
        inKernel.add(entries.id(index));
      }
    }
    return now + LIST_NANOS + entries.size() * 1000L;
  }

  private boolean knowsSize(ObjectId blob) {
    return has(sizes, blob) || has(contents, blob);
  }

  private long look(RecordedTree.Place place) {
    var blob = place.id();
    if (!inKernel.add(blob)) {
      return now;
    }
    boolean missed = !knowsSize(blob);
    if (missed || place.folder().isProbed()) {
      carryOut(policy.on(new Access.Looked(place.folder(), place.index(), missed, now)));
    }
    if (!missed) {
      return now + LOOK_NANOS;
    }
    var coming = objectInfo ? sizes.get(blob) : contents.get(blob);
    var ahead = broughtWithOthers.get(blob);
    if (coming == null && ahead != null && ahead <= now + PATIENCE) {
      coming = ahead;
    }
    if (coming == null) {
      coming = now + ROUND_TRIP;
      var entries = tree.tree(place.folder().tree());
      long bytes = 0;
      for (int index = 0; index < entries.size(); index++) {
        var id = entries.id(index);
        boolean wanted = objectInfo || place.folder().isListed() || index == place.index();
        if (wanted && Walk.isFile(entries.mode(index)) && !knowsSize(id)) {
          bytes += objectInfo ? 50 : (long) (tree.size(id) * PACKED);
          (objectInfo ? sizes : contents).merge(id, coming + nanos(bytes), Math::min);
        }
      }
      coming += nanos(bytes);
      demand(bytes);
    }
    waited += coming - now;
    return coming + LOOK_NANOS;
  }

  private long read(RecordedTree.Place place) {
    var blob = place.id();
    boolean missed = !has(contents, blob);
    carryOut(policy.on(new Access.Read(place.folder(), place.index(), missed, now)));
    if (read.add(blob)) {
      bytesRead += tree.size(blob);
    }
    if (!missed) {
      return now + READ_NANOS;
    }
    long packed = (long) (tree.size(blob) * PACKED);
    long demanded = now + ROUND_TRIP + nanos(packed);
    var coming = contents.get(blob);
    if (coming == null || coming > demanded + PATIENCE) {
      if (coming != null) {
        demanded += PATIENCE;
      }
      coming = demanded;
      contents.put(blob, coming);
      demand(packed);
    }
    waited += coming - now;
    return coming + READ_NANOS;
  }

  private void demand(long bytes) {
    requests++;
    demands++;
    received += bytes;
  }

  private static long nanos(double bytes) {
    return (long) (bytes / BYTES_PER_NANO);
  }

  private void end(End end) {
    now = Math.max(now, end.at);
    lanes++;
    carryOut(policy.on(new Access.Ended(end.window, true, now)));
    fill();
  }

  private void carryOut(List<Wish> wishes) {
    for (var wish : wishes) {
      if (wish instanceof Wish.Cancel(int window)) {
        waiting.removeIf(other -> other.window() == window);
      } else if (wish instanceof Wish.Contents contents && !contents.urgency().isPatient()) {
        lanes--;
        requests++;
        start(wish);
      } else {
        waiting.add(wish);
      }
    }
    fill();
  }

  private void fill() {
    while (lanes > 0 && !waiting.isEmpty()) {
      lanes--;
      requests++;
      start(waiting.removeFirst());
    }
  }

  private void start(Wish wish) {
    // Connections share the link: what is small and in a hurry overtakes what is large.
    boolean overtakes = wish instanceof Wish.Contents contents && !contents.urgency().isPatient();
    long at = overtakes ? now + ROUND_TRIP : Math.max(now + ROUND_TRIP, linkFree);
    switch (wish) {
      case Wish.Trees(_, var root, _) -> {
        treeRequests++;
        at += nanos(arrive(2_500_000));
        everythingKnown = Math.min(everythingKnown, at);
      }
      case Wish.Sizes(_, var files) -> {
        sizeRequests++;
        at += nanos(arrive(50L * files.size()));
        for (var id : files) {
          sizes.merge(id, at, Math::min);
        }
      }
      case Wish.Contents(_, var files, _, var urgency) -> {
        contentRequests++;
        for (var id : files) {
          at += nanos(arrive((long) (tree.size(id) * PACKED)));
          contents.merge(id, at, Math::min);
          if (urgency != Urgency.BESIDE_SIZE) {
            broughtWithOthers.merge(id, at, Math::min);
          }
          prefetched.add(id);
        }
      }
      case Wish.Cancel _ -> throw new AssertionError();
    }
    linkFree = Math.max(linkFree, at);
    ends.add(new End(wish.window(), at));
  }

  private long arrive(long bytes) {
    received += bytes;
    return bytes;
  }
}
