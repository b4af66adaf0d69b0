package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Request;
import dev.gitfs.git.forge.Listing;
import dev.gitfs.git.forge.Place;
import dev.gitfs.git.forge.RepositoryName;
import dev.gitfs.git.forge.Site;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A forge, an owner, or a group in a group: a directory of repositories and of further groups. A
 * name in it is what the forge says it is; where the forge does not say, the git server does, by
 * having such a repository or not.
 */
final class Group extends Directory {

  private static final Logger log = LoggerFactory.getLogger(Group.class);

  /** A listing is asked for again after this; the forge's answers are kept for longer by itself. */
  private static final Duration LISTING_VALID = Duration.ofMinutes(1);

  private final ForgeInUse forge;

  /** {@code owner/…}, empty for the forge itself. */
  private final String path;

  private final ConcurrentHashMap<String, SharedRepository> repositories =
      new ConcurrentHashMap<>();
  private final Joint<Boolean> listing = new Joint<>();

  /** By {@link System#nanoTime}. */
  private volatile long listedAt = System.nanoTime() - LISTING_VALID.toNanos() - 1;

  /** Whether the kernel may keep a listing that is older than {@link #LISTING_VALID}. */
  private volatile boolean keptByKernel;

  /** Whether the forge, the configuration or the cache has it, rather than somebody who guessed. */
  private volatile boolean known;

  Group(String name, Surroundings surroundings, Directory parent, ForgeInUse forge, String path) {
    super(name, surroundings, Optional.of(parent));
    this.forge = forge;
    this.path = path;
    this.known = path.isEmpty();
  }

  ForgeInUse forge() {
    return forge;
  }

  String path() {
    return path;
  }

  @Override
  boolean isListed() {
    return known || children().stream().anyMatch(Node::isListed);
  }

  @Override
  Answer find(Request request, String name) throws FuseException, InterruptedException {
    var child = child(name);
    if (child.isPresent()) {
      return known(request, child.get());
    }
    if (Probes.covers(name)) {
      return Answer.NEVER;
    }
    var spelled = RepositoryName.parse(name);
    String whole = path.isEmpty() ? spelled.name() : path + "/" + spelled.name();
    if (!forge.rules().leadsTo(forge.name(), whole)) {
      log.info("{}/{}: not there, for no rule allows it", forge.name(), whole);
      return Answer.NEVER;
    }
    request.willWait();
    return switch (site().look(whole)) {
      case Place.Absent() -> absent();
      case Place.Group() ->
          spelled.ref().isPresent()
              ? absent()
              : new Answer.Here(add(new Group(name, surroundings(), this, forge, whole)));
      case Place.Repository _ -> repository(request, name, spelled, whole, true);
      case Place.Perhaps() -> repository(request, name, spelled, whole, false);
    };
  }

  private Answer repository(
      Request request, String name, RepositoryName spelled, String whole, boolean isThere)
      throws FuseException, InterruptedException {
    if (!forge.rules().permits(forge.name(), whole)) {
      log.info("{}/{}: not there, for no rule allows it", forge.name(), whole);
      return Answer.NEVER;
    }
    var shared = shared(spelled.name(), whole);
    if (spelled.isAllRefs()) {
      return known(request, add(new RefList(name, surroundings(), this, shared, spelled.name())));
    }
    var root = new RepositoryRoot(name, surroundings(), this, shared, spelled.ref());
    if (isThere && spelled.ref().isEmpty()) {
      root.appear();
    }
    return known(request, add(root));
  }

  private SharedRepository shared(String name, String whole) {
    return repositories.computeIfAbsent(name, _ -> new SharedRepository(forge, whole));
  }

  /** A node that there is; whether it stands for anything may still have to be asked. */
  private Answer known(Request request, Node node) throws FuseException, InterruptedException {
    return switch (node) {
      case RepositoryRoot root -> verified(request, root);
      case RefList refs -> verified(request, refs);
      case Directory directory -> new Answer.Here(directory);
      case RefLink link -> new Answer.Here(link);
    };
  }

  private static Answer verified(Request request, RepositoryRoot root)
      throws FuseException, InterruptedException {
    var refused = root.refused();
    if (refused.isPresent() && !root.isEmpty()) {
      return refusal(refused.get());
    }
    if (!root.isKnown()) {
      request.willWait();
      try {
        root.verify();
      } catch (IOException e) {
        if (!root.isEmpty()) {
          return refusal(e, root.repository());
        }
      }
    }
    root.use();
    return new Answer.Here(root);
  }

  private static Answer verified(Request request, RefList refs)
      throws FuseException, InterruptedException {
    var refused = refs.refused();
    if (refused.isPresent()) {
      return refusal(refused.get());
    }
    if (refs.children().isEmpty()) {
      request.willWait();
      try {
        refs.verify();
      } catch (IOException e) {
        return refusal(e, refs.repository());
      }
    }
    return new Answer.Here(refs);
  }

  private static Answer refusal(IOException failure, SharedRepository repository)
      throws FuseException {
    if (failure instanceof RefusedException refused) {
      return refusal(refused);
    }
    throw Refusal.of(repository.hosted(), failure).errno().exception();
  }

  private static Answer refusal(RefusedException refused) throws FuseException {
    return switch (refused.refusal().errno()) {
      case ENOENT -> new Answer.Absent(refused.remembered());
      default -> throw refused.refusal().errno().exception();
    };
  }

  private Answer absent() {
    return new Answer.Absent(surroundings().options().absent());
  }

  @Override
  void list(Request request) throws InterruptedException {
    if (System.nanoTime() - listedAt < LISTING_VALID.toNanos()) {
      return;
    }
    request.willWait();
    try {
      listing.join(this::ask);
    } catch (IOException | RuntimeException e) {
      // What cannot be known is not listed.
      log.warn("{}/{} cannot be listed: {}", forge.name(), path, e.toString());
    }
  }

  private boolean ask() throws InterruptedException {
    var found = new ArrayList<Node>();
    if (path.isEmpty()) {
      for (String owner : site().owners()) {
        group(owner, found);
      }
    }
    Optional<Listing> listed = site().list(path);
    for (var each : listed.map(Listing::repositories).orElse(List.of())) {
      repository(each.name(), found);
    }
    for (String each : listed.map(Listing::groups).orElse(List.of())) {
      group(each, found);
    }
    int before = children().size();
    for (var node : add(found)) {
      switch (node) {
        case Group group -> group.known = true;
        case RepositoryRoot root -> root.list();
        case Directory _, RefLink _ -> {}
      }
    }
    listedAt = System.nanoTime();
    keptByKernel = true;
    if (children().size() != before) {
      changed();
    }
    return true;
  }

  /**
   * Has the kernel ask for the listing again when it is old, and gives back what nobody looks at.
   * For a thread that the file system does not need.
   */
  void sweep() {
    if (keptByKernel && System.nanoTime() - listedAt > LISTING_VALID.toNanos()) {
      keptByKernel = false;
      surroundings().invalidateListing(inode());
    }
    var unknown = new ArrayList<Node>();
    for (var node : children()) {
      switch (node) {
        case RepositoryRoot root when root.isForgotten() -> unknown.add(root);
        case RepositoryRoot root -> root.sweep();
        case RefList refs when refs.isForgotten() -> unknown.add(refs);
        case Group group when group.isForgotten() -> unknown.add(group);
        default -> {}
      }
    }
    if (!unknown.isEmpty()) {
      drop(unknown);
    }
    repositories.values().removeIf(repository -> repository.sweep() && !isNeeded(repository));
  }

  private boolean isNeeded(SharedRepository repository) {
    return children().stream()
        .anyMatch(node ->
            node instanceof RepositoryRoot root && root.repository() == repository
                || node instanceof RefList refs && refs.repository() == repository);
  }

  /** Whether there is nothing to remember of it. */
  private boolean isForgotten() {
    return !known && children().isEmpty() && lookups() == 0;
  }

  private void group(String name, List<Node> found) {
    String whole = path.isEmpty() ? name : path + "/" + name;
    if (forge.rules().leadsTo(forge.name(), whole)) {
      found.add(new Group(name, surroundings(), this, forge, whole));
    }
  }

  private void repository(String name, List<Node> found) {
    String whole = path.isEmpty() ? name : path + "/" + name;
    if (forge.rules().permits(forge.name(), whole)) {
      found.add(
          new RepositoryRoot(name, surroundings(), this, shared(name, whole), Optional.empty()));
    }
  }

  private Site site() {
    return forge.site();
  }
}
