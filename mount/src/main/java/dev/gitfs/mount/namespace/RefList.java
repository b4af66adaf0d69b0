package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code repository@}: the branches and tags of a repository, as links to the repository at each,
 * learned with one request and for a while.
 */
final class RefList extends Directory {

  private static final Logger log = LoggerFactory.getLogger(RefList.class);

  /** The longest name in a directory, in bytes (limits.h). */
  private static final int NAME_MAX = 255;

  /** What stands for bytes that are no UTF-8. */
  private static final String LOST = "\uFFFD";

  /** As often as a branch that is shown is asked for. */
  private static final Duration VALID = Duration.ofMinutes(1);

  private final SharedRepository repository;
  private final String repositoryName;
  private final Memory memory;
  private final Joint<Boolean> listing = new Joint<>();

  /** By {@link System#nanoTime}. */
  private volatile long listedAt = System.nanoTime() - VALID.toNanos() - 1;

  /** Listings are asked for anew each minute; one of them says it. */
  private volatile boolean toldOfOthers;

  RefList(
      String name,
      Surroundings surroundings,
      Group parent,
      SharedRepository repository,
      String repositoryName) {
    super(name, surroundings, Optional.of(parent));
    this.repository = repository;
    this.repositoryName = repositoryName;
    this.memory = new Memory(surroundings.options().absent());
  }

  SharedRepository repository() {
    return repository;
  }

  /** Why there is none, if that is known. */
  Optional<RefusedException> refused() {
    return repository.refused().or(memory::refused);
  }

  @Override
  Answer find(Request request, String name) throws FuseException, InterruptedException {
    var known = child(name).filter(Node::isListed);
    if (known.isPresent()) {
      return new Answer.Here(known.get());
    }
    list(request);
    return child(name)
        .filter(Node::isListed)
        .<Answer>map(Answer.Here::new)
        .orElseGet(() -> new Answer.Absent(surroundings().nameValid()));
  }

  @Override
  void list(Request request) throws InterruptedException {
    if (isFresh() || refused().isPresent()) {
      return;
    }
    request.willWait();
    try {
      verify();
    } catch (IOException e) {
      // Those of before are better than none; the log has said why.
    }
  }

  /** Makes sure that the repository is there, by learning its refs. Blocks. */
  void verify() throws IOException, InterruptedException {
    if (!isFresh()) {
      listing.join(this::ask);
    }
  }

  private boolean isFresh() {
    return System.nanoTime() - listedAt < VALID.toNanos();
  }

  private boolean ask() throws IOException, InterruptedException {
    memory.check();
    try {
      var opened = repository.acquire();
      try {
        var names = repository.forge().reach(repository.hosted(), () -> Refs.names(opened));
        show(nameable(names));
      } finally {
        repository.release();
      }
      return true;
    } catch (IOException e) {
      throw memory.refuse(repository.hosted(), e);
    }
  }

  /** The refs that can be names in a directory, and be opened by them. */
  private List<String> nameable(List<String> refs) {
    var fitting =
        refs.stream()
            .filter(ref -> ref.getBytes(StandardCharsets.UTF_8).length <= NAME_MAX)
            .filter(ref -> !ref.contains(LOST))
            .toList();
    if (fitting.size() < refs.size() && !toldOfOthers) {
      toldOfOthers = true;
      log.warn(
          "{}@ does not list {} refs that are longer than a name, or not UTF-8",
          repositoryName,
          refs.size() - fitting.size());
    }
    return fitting;
  }

  private void show(List<String> names) {
    var now = new HashSet<>(names);
    boolean same = true;
    for (var node : children()) {
      boolean there = now.contains(node.name());
      same &= there == node.isListed();
      ((RefLink) node).there(there);
    }
    int before = children().size();
    add(
        names.stream()
            .filter(name -> child(name).isEmpty())
            .map(name -> new RefLink(name, surroundings(), repositoryName))
            .toList());
    listedAt = System.nanoTime();
    if (!same || children().size() != before) {
      changed();
      surroundings().invalidateListing(inode());
    }
  }

  /** Gives back links that the kernel does not know, if nobody has asked for long. */
  void sweep() {
    if (!isFresh()) {
      drop(children());
    }
  }

  /** Whether there is nothing to remember of it. */
  boolean isForgotten() {
    return lookups() == 0 && children().isEmpty() && refused().isEmpty();
  }

  /** It is a way to look at a repository; the repository is what is listed. */
  @Override
  boolean isListed() {
    return false;
  }
}
