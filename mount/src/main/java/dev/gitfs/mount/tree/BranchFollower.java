package dev.gitfs.mount.tree;

import dev.gitfs.git.background.Background;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.Tip;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.Constants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the trees of one repository where their branches are: asks the server at intervals for all
 * of them in one request, and moves those whose branch has moved. While nobody uses them the
 * intervals grow; who then uses one has the server asked at once, and does not wait for it. A
 * branch that is gone leaves its tree as it is. What is wrong is logged once, when it begins and
 * when it ends.
 *
 * <p>Methods are thread-safe.
 */
public final class BranchFollower implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BranchFollower.class);

  /** Of a pause, how much a poll may be early or late, so that many do not come at once. */
  private static final double JITTER = 0.1;

  /**
   * While the server is out of reach, how often to look whether it is not any more. Asks nobody.
   */
  private static final Duration OFFLINE_LOOK = Duration.ofSeconds(1);

  private final String url;
  private final ObjectStore store;
  private final Supplier<Optional<Pace>> pace;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** One request for refs, and the moves that follow from it, at a time. Taken before the other. */
  private final ReentrantLock refreshing = new ReentrantLock();

  // Guarded by lock.
  private final Map<RepositoryTree, Followed> trees = new LinkedHashMap<>();
  private Thread poller;
  private boolean closed;

  /** When the server was asked last, by {@link System#nanoTime}. */
  private long lastAsked = System.nanoTime();

  /** When trees were used last, likewise. Written by anybody. */
  private volatile long lastUse = System.nanoTime();

  /** Whether the pause under way is longer than it would be if somebody used them. */
  private volatile boolean slack;

  /** A tree, the ref that it follows (empty if none), and how it stands. Guarded by lock. */
  private static final class Followed {

    final RepositoryTree tree;
    final Optional<String> ref;
    FollowState state;

    Followed(RepositoryTree tree, Optional<String> ref, FollowState state) {
      this.tree = tree;
      this.ref = ref;
      this.state = state;
    }
  }

  /**
   * @param url of the repository, for logs
   * @param pace how often to ask; empty for never, but on demand
   */
  public BranchFollower(String url, ObjectStore store, Optional<Pace> pace) {
    this(url, store, () -> pace);
  }

  /**
   * @param pace how often to ask, as it is after each request; always empty for never
   */
  public BranchFollower(String url, ObjectStore store, Supplier<Optional<Pace>> pace) {
    this.url = url;
    this.store = store;
    this.pace = pace;
  }

  /**
   * Keeps {@code tree} where its branch is from now on.
   *
   * @param asked what it was asked to show: a branch, the default one if empty. A tag or a commit
   *     does not move
   */
  public void follow(RepositoryTree tree, Optional<String> asked) {
    add(tree, refOf(asked, tree.revision()));
  }

  /** Knows {@code tree}, and leaves it where it is. */
  public void pin(RepositoryTree tree) {
    add(tree, Optional.empty());
  }

  /** Tells that somebody uses one of the trees. Takes no lock unless nobody did for long. */
  public void use() {
    lastUse = System.nanoTime();
    if (slack) {
      lock.lock();
      try {
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Knows nothing of {@code tree} any more. */
  public void leave(RepositoryTree tree) {
    lock.lock();
    try {
      trees.remove(tree);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How {@code tree}, which is known, stands now. */
  public FollowState state(RepositoryTree tree) {
    lock.lock();
    try {
      var followed = trees.get(tree);
      if (followed == null) {
        throw new IllegalArgumentException("a tree that is not followed");
      }
      var outage = store.outage();
      return outage.isPresent()
          ? followed.state.with(
              followed.ref.isPresent() ? FollowState.Kind.OFFLINE : followed.state.kind(),
              "the server cannot be reached since "
                  + outage.get().since().truncatedTo(ChronoUnit.SECONDS)
                  + ": "
                  + outage.get().reason())
          : followed.state;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks the server now, and returns when all trees are where their branches are.
   *
   * @return the trees that were asked for, with the move that each has made; one from a revision to
   *     itself where there was none
   * @throws IOException if the server cannot be asked, or does not send what is missing
   */
  public Map<RepositoryTree, Move> refresh() throws IOException, InterruptedException {
    refreshing.lockInterruptibly();
    try {
      return askAndMove();
    } finally {
      refreshing.unlock();
      asked();
    }
  }

  /** Asks no more. Trees stay as they are. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (poller != null) {
        poller.interrupt();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void add(RepositoryTree tree, Optional<String> ref) {
    lock.lock();
    try {
      var kind = ref.isPresent() ? FollowState.Kind.FOLLOWING : FollowState.Kind.FIXED;
      var state = new FollowState(kind, Instant.now(), Optional.empty(), Optional.empty());
      trees.put(tree, new Followed(tree, ref, state));
      lastUse = System.nanoTime();
      changed.signalAll();
      if (poller == null && pace.get().isPresent() && ref.isPresent() && !closed) {
        lastAsked = lastUse;
        poller = Background.start("poll " + url, this::poll);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What moves: HEAD, and every ref but tags. */
  private static Optional<String> refOf(Optional<String> asked, Revision revision) {
    if (asked.isEmpty() || asked.get().equals(Constants.HEAD)) {
      return Optional.of(Constants.HEAD);
    }
    return Optional.of(revision.ref())
        .filter(ref -> ref.startsWith(Constants.R_REFS) && !ref.startsWith(Constants.R_TAGS));
  }

  private void poll() {
    try {
      while (awaitTurn(pace.get().orElseThrow())) {
        while (store.outage().isPresent()) {
          if (!pause(OFFLINE_LOOK.toNanos())) {
            return;
          }
        }
        try {
          refresh();
        } catch (IOException e) {
          // The state of each tree tells, and the log has it.
          log.debug("{} was asked in vain", url, e);
        } catch (RuntimeException | Error e) {
          Background.failed("poll " + url, e);
        }
      }
    } catch (InterruptedException e) {
      log.trace("{} is followed no more", url, e);
    }
  }

  /** Waits until it is time to ask. Returns false if there is nothing more to follow. */
  private boolean awaitTurn(Pace pace) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      double jitter = ThreadLocalRandom.current().nextDouble(-JITTER, JITTER);
      while (true) {
        // Before the look at use: who uses it after that look sees it, and wakes this.
        slack = true;
        var pause = pace.pause(Duration.ofNanos(Math.max(0, lastAsked - lastUse)));
        slack = pause.compareTo(pace.interval()) > 0;
        long whole = pause.toNanos();
        long left = whole + (long) (jitter * whole) - (System.nanoTime() - lastAsked);
        if (left <= 0) {
          return isFollowing() || end();
        }
        changed.awaitNanos(left);
        if (closed || !isFollowing()) {
          return end();
        }
      }
    } finally {
      slack = false;
      lock.unlock();
    }
  }

  /** Returns false if there is nothing more to follow. */
  private boolean pause(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (left > 0 && !closed && isFollowing()) {
        left = changed.awaitNanos(left);
      }
      return !closed && isFollowing() || end();
    } finally {
      lock.unlock();
    }
  }

  private boolean end() {
    poller = null;
    return false;
  }

  private boolean isFollowing() {
    return trees.values().stream().anyMatch(followed -> followed.ref.isPresent());
  }

  private Map<RepositoryTree, Move> askAndMove() throws IOException, InterruptedException {
    var asked = followed();
    var moves = new LinkedHashMap<RepositoryTree, Move>();
    if (asked.isEmpty()) {
      return moves;
    }
    try {
      var refs = asked.stream().map(each -> each.ref.orElseThrow()).collect(Collectors.toSet());
      var tips = store.tips(refs);
      for (var followed : asked) {
        moves.put(
            followed.tree,
            move(followed, Optional.ofNullable(tips.get(followed.ref.orElseThrow()))));
      }
      return moves;
    } catch (RemoteException e) {
      asked.forEach(followed -> settle(followed, kind(e), e.getMessage()));
      throw e;
    } catch (IOException e) {
      asked.forEach(followed -> settle(followed, FollowState.Kind.FAILING, e.getMessage()));
      throw e;
    } catch (RuntimeException | Error e) {
      asked.forEach(followed -> settle(followed, FollowState.Kind.FAILING, "unexpected " + e));
      throw e;
    }
  }

  private void asked() {
    lock.lock();
    try {
      lastAsked = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private List<Followed> followed() {
    lock.lock();
    try {
      return new ArrayList<>(
          trees.values().stream().filter(followed -> followed.ref.isPresent()).toList());
    } finally {
      lock.unlock();
    }
  }

  private Move move(Followed followed, Optional<Tip> tip) throws IOException, InterruptedException {
    var tree = followed.tree;
    var shown = tree.revision();
    if (tip.isEmpty()) {
      settle(
          followed,
          FollowState.Kind.BRANCH_GONE,
          "%s of %s was deleted; its last commit is shown, %s"
              .formatted(shown.ref(), url, shown.commit().name()));
      return new Move(shown, shown, 0, true);
    }
    var move = new Move(shown, shown, 0, true);
    if (!tip.get().id().equals(shown.commit()) || !tip.get().ref().equals(shown.ref())) {
      move = tree.moveTo(store.advance(tip.get(), shown));
      log.info("{}: {}", url, move);
    }
    settle(followed, move);
    return move;
  }

  private void settle(Followed followed, Move move) {
    lock.lock();
    try {
      var was = followed.state;
      if (was.problem().isPresent()) {
        log.info("{}: {} is followed again", url, move.to().ref());
      }
      var now = Instant.now();
      var since = move.isNone() ? was.since() : now;
      followed.state =
          new FollowState(FollowState.Kind.FOLLOWING, since, Optional.of(now), Optional.empty());
    } finally {
      lock.unlock();
    }
  }

  private void settle(Followed followed, FollowState.Kind kind, String problem) {
    lock.lock();
    try {
      if (followed.state.kind() != kind) {
        log.warn("{}", problem);
      }
      var was = followed.state;
      // Only who was asked has told that the branch is gone.
      var polled = kind == FollowState.Kind.BRANCH_GONE ? Optional.of(Instant.now()) : was.polled();
      followed.state = new FollowState(kind, was.since(), polled, Optional.of(problem));
    } finally {
      lock.unlock();
    }
  }

  private static FollowState.Kind kind(RemoteException e) {
    return switch (e.kind()) {
      case NOT_FOUND -> FollowState.Kind.REPOSITORY_GONE;
      case FORBIDDEN, UNAUTHENTICATED -> FollowState.Kind.CREDENTIALS_REFUSED;
      case UNREACHABLE, TIMED_OUT -> FollowState.Kind.OFFLINE;
      case NOT_GIT, SERVER_FAILED, TOO_MUCH, NO_SUCH_OBJECT, UNSUPPORTED, LOCAL ->
          FollowState.Kind.FAILING;
    };
  }
}
