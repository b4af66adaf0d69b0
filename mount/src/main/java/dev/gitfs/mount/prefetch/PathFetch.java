package dev.gitfs.mount.prefetch;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.Blob;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Prefetch;
import dev.gitfs.git.store.Prefetch.State;
import dev.gitfs.git.store.PrefetchRequest;
import dev.gitfs.git.store.Tree;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what some paths name, behind everything that somebody waits for, in as few requests as it
 * takes.
 *
 * <p>First the trees: those that are on their way since the mount began are waited for; what is
 * missing then is asked for in one request. A directory that is wanted with all below it, and whose
 * tree is not here, is untouched: it is wanted by that one id, and comes with its files. Then the
 * files that are still missing, by their own ids, in windows of some thousands, of which one
 * arrives while the server puts the next one together. Nothing but a window is held in memory,
 * however much is named.
 *
 * <p>Methods are thread-safe.
 */
public final class PathFetch {

  /** Two of them are what may be under way for readers too: see {@link Windows#MOST_OBJECTS}. */
  private static final int WINDOW = Windows.MOST_OBJECTS / 2;

  private static final int WINDOWS = 2;

  /**
   * Of untouched subtrees, which are no longer then: the rest comes by windows. For what is in one
   * answer is remembered until its end, and this is as many objects as two windows of them.
   */
  private static final long UNTOUCHED_BYTES = 64 << 20;

  /** Trees in one request, as many as files: 800 kB of ids. */
  private static final int MOST_TREES = Windows.MOST_OBJECTS;

  /** Links on the way to one path, as the kernel counts. */
  private static final int MOST_LINKS = 40;

  private static final int LONGEST_LINK = 4095;

  private static final Duration LONG = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(PathFetch.class);

  private final ObjectStore store;
  private final Outline outline;
  private final ObjectId root;
  private final PathRequest request;
  private final CompletableFuture<Optional<Prefetch>> skeleton;
  private final CountDownLatch done = new CountDownLatch(1);
  private final ConcurrentLinkedQueue<Prefetch> running = new ConcurrentLinkedQueue<>();

  // Of what has ended.
  private final AtomicLong objects = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  private volatile long wanted;
  private volatile long files;
  private volatile long leftOut;
  private volatile Optional<String> firstLeftOut = Optional.empty();
  private volatile long refused;
  private volatile Optional<String> firstRefused = Optional.empty();
  private volatile State state = State.RUNNING;
  private volatile Optional<IOException> failure = Optional.empty();
  private volatile boolean cancelled;

  /**
   * How far it is.
   *
   * @param state never {@link State#PLANNED}
   * @param objects that have come, trees too
   * @param bytes received
   * @param wanted objects that are to come, as far as is known
   * @param files named, that had come before or have now; known when all trees have come. Those of
   *     a tree that is in several places count once
   * @param leftOut files named, or directories if those are what was asked for, that were left out
   *     when it was cut
   * @param firstLeftOut the first of them
   * @param refused files and directories that the server does not give; what is below those counts
   *     nowhere
   * @param firstRefused the first of them, and why
   * @param failure why it failed, when it did: a {@link NoSuchPathException} before anything came
   */
  public record Progress(
      State state,
      long objects,
      long bytes,
      long wanted,
      long files,
      long leftOut,
      Optional<String> firstLeftOut,
      long refused,
      Optional<String> firstRefused,
      Optional<IOException> failure) {}

  private PathFetch(
      ObjectStore store,
      ObjectId root,
      PathRequest request,
      CompletableFuture<Optional<Prefetch>> skeleton) {
    this.store = store;
    this.outline = new StoreOutline(store);
    this.root = root;
    this.request = request;
    this.skeleton = skeleton;
  }

  /**
   * Begins.
   *
   * @param root the tree that paths count from, which is local
   * @param skeleton the trees that are on their way anyway, if any
   */
  static PathFetch start(
      ObjectStore store,
      ObjectId root,
      PathRequest request,
      CompletableFuture<Optional<Prefetch>> skeleton) {
    var fetch = new PathFetch(store, root, request, skeleton);
    Background.start("path fetch", fetch::run);
    return fetch;
  }

  /** Stops it, soon. What has come is kept. */
  public void cancel() {
    cancelled = true;
    running.forEach(Prefetch::cancel);
  }

  /**
   * Waits until it has ended, in whatever way.
   *
   * @return false if {@code patience} ran out before
   */
  public boolean await(Duration patience) throws InterruptedException {
    return done.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  boolean isDone() {
    return done.getCount() == 0;
  }

  public synchronized Progress progress() {
    // The state first: what is read after a final one is final.
    var current = state;
    long nowObjects = objects.get();
    long nowBytes = bytes.get();
    for (var prefetch : running) {
      nowObjects += prefetch.progress().objects();
      nowBytes += prefetch.progress().bytes();
    }
    return new Progress(
        current,
        nowObjects,
        nowBytes,
        Math.max(wanted, nowObjects),
        files,
        leftOut,
        firstLeftOut,
        refused,
        firstRefused,
        failure);
  }

  private void run() {
    var end = State.FAILED;
    try {
      var selection = new Selection(lookUp(), request.levels());
      boolean all = bringTrees(selection);
      if (all) {
        refuseUnmatched(selection);
        all = !request.contents() || bringFiles(selection);
        nameRefused(selection);
      }
      end = all ? State.COMPLETE : State.CUT;
    } catch (IOException e) {
      log.debug("What was named cannot be brought", e);
      failure = Optional.of(e);
    } catch (InterruptedException e) {
      end = State.CANCELLED;
    } catch (RuntimeException | Error e) {
      Background.failed("bringing what was named", e);
      failure = Optional.of(new IOException("unexpected: " + e, e));
    } finally {
      running.forEach(Prefetch::cancel);
      state = cancelled ? State.CANCELLED : end;
      done.countDown();
    }
  }

  /** What each path that was named means: itself, or else a pattern. */
  private List<PathPattern> lookUp() throws IOException, InterruptedException {
    var patterns = new ArrayList<PathPattern>();
    for (var named : request.paths()) {
      var exact = named.exact().isEmpty() ? named.exact() : resolve(named.exact().get());
      if (named.isRequired() && exact.isEmpty() && isPlain(named.pattern())) {
        throw absent(named.pattern());
      }
      patterns.add(exact.orElse(named.pattern()));
    }
    return patterns;
  }

  private static boolean isPlain(PathPattern pattern) {
    return pattern.segments().stream().allMatch(PathPattern.Literal.class::isInstance);
  }

  private static NoSuchPathException absent(PathPattern pattern) {
    return new NoSuchPathException(
        isPlain(pattern)
            ? "there is no " + pattern + " in the mounted tree"
            : "nothing in the mounted tree matches " + pattern);
  }

  private void refuseUnmatched(Selection selection) throws NoSuchPathException {
    for (var pattern : selection.unmatched()) {
      log.debug("Nothing matches {}", pattern);
      if (request.paths().stream()
          .anyMatch(each -> each.isRequired() && each.pattern() == pattern)) {
        throw absent(pattern);
      }
    }
  }

  /** The path that an exact pattern leads to, through links to directories; empty if to none. */
  private Optional<PathPattern> resolve(PathPattern exact)
      throws IOException, InterruptedException {
    var left = new ArrayDeque<byte[]>();
    for (var segment : exact.segments()) {
      left.add(((PathPattern.Literal) segment).name().name());
    }
    var path = new ArrayList<byte[]>();
    var trees = new ArrayList<ObjectId>(List.of(root));
    for (int links = 0; !left.isEmpty(); ) {
      var name = left.remove();
      if (name.length == 1 && name[0] == '.' || name.length == 0) {
        continue;
      }
      if (name.length == 2 && name[0] == '.' && name[1] == '.') {
        if (path.isEmpty()) {
          return Optional.empty();
        }
        path.removeLast();
        trees.removeLast();
        continue;
      }
      var tree = tree(trees.getLast());
      int index = tree.find(name, name.length);
      if (index < 0) {
        return Optional.empty();
      }
      if (FileMode.SYMLINK.equals(tree.mode(index).getBits()) && !left.isEmpty()) {
        var target = target(tree.id(index));
        if (++links > MOST_LINKS || target.length == 0 || target[0] == '/') {
          return Optional.empty();
        }
        components(target).reversed().forEach(left::addFirst);
        continue;
      }
      if (!FileMode.TREE.equals(tree.mode(index).getBits()) && !left.isEmpty()) {
        return Optional.empty();
      }
      path.add(name);
      trees.add(tree.id(index));
    }
    return Optional.of(PathPattern.exact(path));
  }

  private static List<byte[]> components(byte[] target) {
    var components = new ArrayList<byte[]>();
    int start = 0;
    for (int at = 0; at <= target.length; at++) {
      if (at == target.length || target[at] == '/') {
        components.add(Arrays.copyOfRange(target, start, at));
        start = at + 1;
      }
    }
    return components;
  }

  private byte[] target(ObjectId link) throws IOException, InterruptedException {
    if (!store.isLocal(link)) {
      carryOut(new PrefetchRequest.Blobs(List.of(link), LONGEST_LINK * 16L));
    }
    try (Blob blob = store.blob(link)) {
      var target = new byte[(int) Math.min(LONGEST_LINK, blob.size())];
      blob.read(0, MemorySegment.ofArray(target));
      return target;
    }
  }

  private Tree tree(ObjectId id) throws IOException, InterruptedException {
    var local = outline.tree(id);
    if (local.isEmpty()) {
      awaitSkeleton();
      local = outline.tree(id);
    }
    if (local.isEmpty()) {
      carryOut(new PrefetchRequest.Subtrees(List.of(id), false, PathRequest.ALL_BYTES));
    }
    return outline
        .tree(id)
        .orElseThrow(() -> new IOException("the tree " + id.name() + " did not come"));
  }

  /**
   * Makes all trees local in which something may be that is named. Returns false if they are all
   * that is asked for, and are too large.
   */
  private boolean bringTrees(Selection selection) throws IOException, InterruptedException {
    boolean untouchedAsked =
        !request.contents() || request.levels() != Selection.ALL_LEVELS || isBounded();
    Set<ObjectId> before = Set.of();
    for (boolean waited = false; ; waited = true) {
      var untouched = new LinkedHashSet<ObjectId>();
      var missing = new LinkedHashSet<ObjectId>();
      boolean asWhole = !untouchedAsked && waited;
      selection.walk(
          outline,
          root,
          new WhileWanted() {
            @Override
            public void missing(ObjectId tree, Selection.Path path, boolean whole) {
              if (store.refusal(tree).isPresent()) {
                return;
              }
              (whole && asWhole ? untouched : missing).add(tree);
            }
          });
      if (untouched.isEmpty() && missing.isEmpty()) {
        return true;
      }
      if (!waited) {
        awaitSkeleton();
        continue;
      }
      var all = new HashSet<>(missing);
      all.addAll(untouched);
      if (all.equals(before)) {
        throw new IOException(
            all.size() + " trees did not come, among them " + all.iterator().next().name());
      }
      before = untouched.isEmpty() ? all : Set.of();
      untouchedAsked |= !untouched.isEmpty();
      if (!bringTrees(untouched, missing)) {
        selection.walk(
            outline,
            root,
            new WhileWanted() {
              @Override
              public void missing(ObjectId tree, Selection.Path path, boolean whole) {
                leaveOut(path);
              }
            });
        return false;
      }
    }
  }

  private boolean bringTrees(SequencedSet<ObjectId> untouched, SequencedSet<ObjectId> missing)
      throws IOException, InterruptedException {
    var requests = new ArrayList<PrefetchRequest>();
    missing.removeAll(untouched);
    if (!missing.isEmpty()) {
      requests.add(
          new PrefetchRequest.Subtrees(
              missing.stream().limit(MOST_TREES).toList(),
              false,
              request.contents() ? PathRequest.ALL_BYTES : request.maxBytes() - bytes.get()));
    }
    if (!untouched.isEmpty()) {
      requests.add(
          new PrefetchRequest.Subtrees(
              untouched.stream().limit(MOST_TREES).toList(), true, UNTOUCHED_BYTES));
    }
    for (var each : requests) {
      start(each);
    }
    boolean cut = false;
    while (!running.isEmpty()) {
      cut |= awaitEldest().state() == State.CUT;
    }
    return request.contents() || !cut;
  }

  private void leaveOut(Selection.Path path) {
    if (leftOut == 0) {
      firstLeftOut = Optional.of(path.toString());
    }
    leftOut = leftOut + 1;
  }

  /** Names what the server does not give of what was asked for. */
  private void nameRefused(Selection selection) throws IOException, InterruptedException {
    selection.walk(
        outline,
        root,
        new WhileWanted() {
          @Override
          public void missing(ObjectId tree, Selection.Path path, boolean whole) {
            refuse(tree, path);
          }

          @Override
          public void file(ObjectId id, Selection.Path path) {
            if (request.contents() && !store.isLocal(id) && refuse(id, path)) {
              files = files - 1;
            }
          }
        });
  }

  /** Whether the server does not give {@code id}, which is then noted. */
  private boolean refuse(ObjectId id, Selection.Path path) {
    Optional<IOException> why = store.refusal(id);
    if (why.isPresent()) {
      if (refused == 0) {
        firstRefused = Optional.of(path + ": " + why.get().getMessage());
      }
      refused = refused + 1;
    }
    return why.isPresent();
  }

  private boolean isBounded() {
    return request.maxBytes() != PathRequest.ALL_BYTES;
  }

  /** Returns whether all came that was not left out for its size. */
  private boolean bringFiles(Selection selection) throws IOException, InterruptedException {
    var missing = new AtomicLong();
    selection.walk(
        outline,
        root,
        new WhileWanted() {
          @Override
          public void file(ObjectId id, Selection.Path path) {
            files = files + 1;
            if (!store.isLocal(id)) {
              missing.incrementAndGet();
            }
          }
        });
    wanted = objects.get() + missing.get();
    var windows = new FileWindows();
    selection.walk(outline, root, windows);
    windows.finish();
    return !windows.cut;
  }

  /** Ends a walk that nobody wants any more. */
  private class WhileWanted implements Selection.Visitor {

    @Override
    public final void passes() throws InterruptedException {
      throwIfCancelled();
    }

    @Override
    public void file(ObjectId id, Selection.Path path) throws IOException, InterruptedException {}
  }

  /** Files on their way, a window at a time where the bytes of all are bounded. */
  private final class FileWindows extends WhileWanted {

    private final List<ObjectId> window = new ArrayList<>();
    private final List<Selection.Path> paths = new ArrayList<>();
    private final Set<ObjectId> inWindow = new HashSet<>();
    private final long bytesBefore = bytes.get();
    private boolean cut;

    @Override
    public void file(ObjectId id, Selection.Path path) throws IOException, InterruptedException {
      if (inWindow.contains(id) || store.isLocal(id)) {
        return;
      }
      if (cut) {
        leaveOut(path);
        return;
      }
      window.add(id);
      paths.add(path);
      inWindow.add(id);
      if (window.size() == WINDOW) {
        send();
      }
    }

    void finish() throws IOException, InterruptedException {
      if (!window.isEmpty() && !cut) {
        send();
      }
      while (!running.isEmpty()) {
        awaitEldest();
      }
    }

    private void send() throws IOException, InterruptedException {
      while (running.size() >= WINDOWS) {
        awaitEldest();
      }
      long left =
          isBounded() ? request.maxBytes() - (bytes.get() - bytesBefore) : PathRequest.ALL_BYTES;
      if (left > 0) {
        start(new PrefetchRequest.Blobs(window, left));
      }
      if (isBounded()) {
        cut = left <= 0 || awaitEldest().state() == State.CUT;
        for (int i = 0; cut && i < window.size(); i++) {
          if (!store.isLocal(window.get(i))) {
            leaveOut(paths.get(i));
          }
        }
      }
      window.clear();
      paths.clear();
      inWindow.clear();
    }
  }

  private void awaitSkeleton() throws IOException, InterruptedException {
    try {
      var trees = skeleton.get(1, TimeUnit.MINUTES);
      // Not ours to cancel, nor to count; and what becomes of it is looked at afterwards.
      while (trees.isPresent() && !trees.get().await(Duration.ofMillis(100))) {
        throwIfCancelled();
      }
    } catch (ExecutionException | TimeoutException e) {
      log.debug("No trees are on their way", e);
    }
  }

  private void carryOut(PrefetchRequest what) throws IOException, InterruptedException {
    start(what);
    awaitEldest();
  }

  private void start(PrefetchRequest what) throws InterruptedException {
    throwIfCancelled();
    running.add(store.prefetch(what));
    if (cancelled) {
      cancel();
    }
  }

  private Prefetch.Progress awaitEldest() throws IOException, InterruptedException {
    var prefetch = running.element();
    while (!prefetch.await(LONG)) {
      log.debug("Still under way after a day");
    }
    var progress = prefetch.progress();
    synchronized (this) {
      objects.addAndGet(progress.objects());
      bytes.addAndGet(progress.bytes());
      running.remove();
    }
    throwIfCancelled();
    if (progress.state() == State.FAILED) {
      throw progress.failure().orElseGet(() -> new IOException("a fetch failed"));
    }
    if (progress.state() == State.CANCELLED) {
      throw new InterruptedException("the store is being closed");
    }
    return progress;
  }

  private void throwIfCancelled() throws InterruptedException {
    if (cancelled) {
      throw new InterruptedException("cancelled");
    }
  }
}
