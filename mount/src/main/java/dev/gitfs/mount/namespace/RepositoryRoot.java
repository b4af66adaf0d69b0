package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.FileType;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Request;
import dev.gitfs.git.store.Revision;
import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.InodeRange;
import dev.gitfs.mount.tree.RepositoryTree;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The root directory of a repository at one ref. That it is there is known from a listing, or from
 * the server, which then is asked for the commit as well; its tree is opened when something inside
 * is looked for, and closed, with all that belongs to it, when nobody has used it for long. It has
 * its attributes at any time, and its inode number for as long as the kernel knows it: whoever
 * stands in it while it is closed opens it anew.
 *
 * <p>Safe for use by many threads. What is asked of an open tree takes no lock.
 */
final class RepositoryRoot extends Node {

  private static final Logger log = LoggerFactory.getLogger(RepositoryRoot.class);

  /** Between a lookup that asks for the commit and what follows it, cd and ls. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  private final Group parent;
  private final SharedRepository repository;
  private final Optional<String> ref;
  private final Memory memory;
  private final Joint<Revision> resolving = new Joint<>();
  private final Joint<RepositoryTree> opening = new Joint<>();

  /** Operations under way in the tree. */
  private final LongAdder users = new LongAdder();

  /** Whether it was used since {@link #idleFor} was asked last. */
  private volatile boolean used = true;

  /** Guarded by the one thread that asks. */
  private long idleSince = System.nanoTime();

  /** Whether the server or the forge has said that it is there. */
  private volatile boolean known;

  /** Whether a listing has it, and is short of it without this. */
  private volatile boolean listed;

  /** Whether the kernel may keep a listing without entries. */
  private volatile boolean keptEmpty;

  /** Held while this is resolved, opened or closed, which all block. */
  private final ReentrantLock changing = new ReentrantLock();

  /** Null while it is closed. Written by the holder of the lock. */
  private volatile RepositoryTree tree;

  /** Keeps the open tree where its branch is. Null while it is closed; written as that is. */
  private volatile BranchFollower follower;

  /** When the tree was opened. Written before that. */
  private volatile Instant openedAt = Instant.EPOCH;

  /** Absent while nothing was asked of the server. For the holder of the lock. */
  private Optional<Held> held = Optional.empty();

  /** The commit shown last, for attributes. Null before there was one. */
  private volatile Revision shown;

  /**
   * A store that is open for this.
   *
   * @param at when the revision was right, by {@link System#nanoTime}
   */
  private record Held(SharedRepository.Opened opened, Revision revision, long at) {}

  RepositoryRoot(
      String name,
      Surroundings surroundings,
      Group parent,
      SharedRepository repository,
      Optional<String> ref) {
    super(name, surroundings);
    this.parent = parent;
    this.repository = repository;
    this.ref = ref;
    this.memory = new Memory(surroundings().options().absent());
  }

  Group parent() {
    return parent;
  }

  SharedRepository repository() {
    return repository;
  }

  /** The tree if it is open. */
  Optional<RepositoryTree> openTree() {
    return Optional.ofNullable(tree);
  }

  Optional<Revision> shown() {
    var open = tree;
    return open == null ? Optional.ofNullable(shown) : Optional.of(open.revision());
  }

  /** Notes that it is there: a forge lists it, or the server has it. */
  void appear() {
    // It is found by its number from now on.
    surroundings().nodes().add(this);
    known = true;
  }

  /** Notes that a listing of the forge has it; the directory shows it from then on. */
  void list() {
    appear();
    listed = true;
  }

  boolean isKnown() {
    return known;
  }

  /** Why it is not there, if that is known. */
  Optional<RefusedException> refused() {
    return repository.refused().or(memory::refused);
  }

  /** Whether it is there, and has no commit yet; known for as long as it is not asked for again. */
  boolean isEmpty() {
    return ref.isEmpty() && memory.refused().filter(known -> known.refusal().empty()).isPresent();
  }

  /** Notes that the kernel was given a listing without entries. */
  void listedEmpty() {
    keptEmpty = true;
  }

  /** Has the kernel ask again for a listing without entries, once that may have got some. */
  void sweep() {
    if (keptEmpty && !isEmpty()) {
      keptEmpty = false;
      surroundings().invalidateListing(inode());
    }
  }

  /** Notes that somebody uses it. */
  void use() {
    if (!used) {
      used = true;
    }
    var following = follower;
    if (following != null) {
      following.use();
    }
  }

  /**
   * Makes sure that it is there. Blocks.
   *
   * @throws RefusedException if it is not
   */
  void verify() throws IOException, InterruptedException {
    if (!known) {
      resolving.join(this::resolve);
    }
  }

  /** The tree, which stays open until {@link #leave}; opened now if need be. */
  RepositoryTree enter(Request request) throws FuseException, InterruptedException {
    while (true) {
      users.increment();
      use();
      var open = tree;
      if (open != null) {
        return open;
      }
      users.decrement();
      var refused = refused();
      if (refused.isPresent()) {
        throw refused.get().refusal().errno().exception();
      }
      request.willWait();
      try {
        opening.join(this::open);
      } catch (IOException e) {
        throw Refusal.of(repository.hosted(), e).errno().exception();
      }
    }
  }

  void leave() {
    users.decrement();
  }

  private Revision resolve() throws IOException, InterruptedException {
    changing.lockInterruptibly();
    try {
      return hold().revision();
    } finally {
      changing.unlock();
    }
  }

  private RepositoryTree open() throws IOException, InterruptedException {
    changing.lockInterruptibly();
    try {
      if (tree == null) {
        boolean again = shown != null;
        var holding = hold();
        openedAt = Instant.now();
        var opened =
            RepositoryTree.open(
                holding.opened.store(),
                holding.revision,
                new InodeRange(inode(), parent.inode()),
                surroundings().ownership(),
                surroundings().options().prefetch());
        opened.init(surroundings().connection());
        follower = holding.opened.follower();
        follower.follow(opened, ref);
        tree = opened;
        log.info("Opened {} at {}", path(), holding.revision.commit().name());
        if (again) {
          // Who stands in it may have a listing of before.
          surroundings().invalidateListing(inode());
        }
      }
      return tree;
    } finally {
      changing.unlock();
    }
  }

  /** What is held, the revision asked for anew if it is not of this moment. */
  private Held hold() throws IOException, InterruptedException {
    memory.check();
    if (held.isPresent() && System.nanoTime() - held.get().at < FRESH.toNanos()) {
      return held.get();
    }
    try {
      var opened = held.isPresent() ? held.get().opened : repository.acquire();
      try {
        Revision revision =
            repository
                .forge()
                .note(repository.hosted(), () -> Refs.resolve(repository, opened, ref));
        held = Optional.of(new Held(opened, revision, System.nanoTime()));
        shown = revision;
        appear();
        return held.get();
      } finally {
        if (held.isEmpty()) {
          repository.release();
        }
      }
    } catch (IOException e) {
      var refused = memory.refuse(repository.hosted(), e);
      if (isEmpty()) {
        appear();
      }
      throw refused;
    }
  }

  /**
   * Closes it if nobody uses it and the kernel knows nothing inside; returns whether it is closed
   * then. Blocks.
   */
  boolean close() {
    changing.lock();
    try {
      var open = tree;
      if (open != null) {
        if (open.lookups() != 0) {
          return false;
        }
        // Who comes from now on waits for the lock, and opens it anew.
        tree = null;
        if (used || users.sum() != 0) {
          tree = open;
          return false;
        }
        close(open);
        log.info("Closed {}, which nobody uses", path());
      }
      if (held.isPresent()) {
        held = Optional.empty();
        repository.release();
      }
      return true;
    } finally {
      changing.unlock();
    }
  }

  /** For the holder of the lock. */
  private void close(RepositoryTree open) {
    follower.leave(open);
    follower = null;
    open.close();
  }

  /** What keeps its tree, and those of all refs of the repository, where their branches are. */
  Optional<BranchFollower> follower() {
    return Optional.ofNullable(follower);
  }

  /** Closes it at the end of the mount, when nobody can come any more. */
  void end() {
    changing.lock();
    try {
      if (tree != null) {
        close(tree);
        tree = null;
      }
      if (held.isPresent()) {
        held = Optional.empty();
        repository.release();
      }
    } finally {
      changing.unlock();
    }
  }

  /** For how long nobody has used it; to be asked now and then, by one thread. */
  Duration idleFor() {
    long now = System.nanoTime();
    if (used || users.sum() != 0) {
      used = false;
      idleSince = now;
    }
    return Duration.ofNanos(now - idleSince);
  }

  /** When its tree was opened last. */
  Instant openedAt() {
    return openedAt;
  }

  /** Whether it stands for nothing, or is not in use: it can be made again when it is wanted. */
  boolean isForgotten() {
    return lookups() == 0
        && holding().filter(Optional::isEmpty).isPresent()
        && refused().isEmpty()
        && !listed
        && !(known && shown == null);
  }

  /** Whether there is something to close. */
  boolean isOpen() {
    return holding().flatMap(Function.identity()).isPresent();
  }

  /** What is held; empty while that changes, which may take as long as a server does. */
  private Optional<Optional<Held>> holding() {
    if (!changing.tryLock()) {
      return Optional.empty();
    }
    try {
      return Optional.of(held);
    } finally {
      changing.unlock();
    }
  }

  /**
   * What is open of it; empty if its tree is closed, and while that changes. Described under the
   * lock, so that nothing of it is closed meanwhile.
   */
  Optional<OpenRepository> describeOpen() {
    if (!changing.tryLock()) {
      return Optional.empty();
    }
    try {
      var open = tree;
      return open == null ? Optional.empty() : held.map(holds -> describe(open, holds.opened));
    } finally {
      changing.unlock();
    }
  }

  private OpenRepository describe(RepositoryTree open, SharedRepository.Opened opened) {
    return new OpenRepository(
        path(),
        opened.remote().url(),
        open.revision(),
        opened.follower().state(open),
        openedAt,
        opened.store().statistics(),
        opened.remote().statistics(),
        open.prefetched());
  }

  /** As the log names it: where it is in the namespace. */
  String path() {
    return parent.path().isEmpty()
        ? parent.forge().name() + "/" + name()
        : parent.forge().name() + "/" + parent.path() + "/" + name();
  }

  @Override
  FileType type() {
    return FileType.DIRECTORY;
  }

  @Override
  void describe(Attributes attributes) {
    var open = tree;
    var now = open == null ? shown : open.revision();
    surroundings()
        .describeDirectory(
            attributes, inode(), now == null ? surroundings().since() : now.committed());
  }

  @Override
  boolean isListed() {
    return known && (isEmpty() || refused().isEmpty());
  }
}
