package dev.gitfs.git.store;

import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteRef;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From what a user calls a revision to a commit whose root tree is local. Costs one request for the
 * refs and, when the commit is new, one for the commit; a commit id that is local costs none.
 */
final class Resolver {

  /** Near names shown when a ref is not there: enough to spot a typing error. */
  private static final int SUGGESTIONS = 5;

  /** What may be the beginning of a commit's id: fewer digits name too many. */
  private static final Pattern ABBREVIATED = Pattern.compile("[0-9a-f]{7,39}");

  private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

  private final Remote remote;
  private final Upstream upstream;
  private final LocalObjects local;
  private final CacheRepository repository;

  /** What HEAD stood for when that was heard last. */
  private volatile Optional<String> headTarget = Optional.empty();

  private final Lag lag;

  Resolver(
      Remote remote, Upstream upstream, LocalObjects local, CacheRepository repository, Lag lag) {
    this.remote = remote;
    this.upstream = upstream;
    this.local = local;
    this.repository = repository;
    this.lag = lag;
  }

  Revision resolve(Optional<String> ref) throws IOException, InterruptedException {
    Optional<String> name = ref.filter(asked -> !asked.equals(Constants.HEAD));
    if (name.isPresent() && ObjectId.isId(name.get())) {
      return byId(ObjectId.fromString(name.get()));
    }
    try {
      // What was listed and is not sent was perhaps there a moment ago: the refs are asked anew.
      return lag.outlast(() -> name.isPresent() ? byName(name.get()) : byHead());
    } catch (RemoteException e) {
      if (e.kind() == RemoteException.Kind.NO_SUCH_OBJECT) {
        throw notSent(name.orElse(Constants.HEAD), e);
      }
      Optional<Revision> remembered = remembered(name, e);
      if (remembered.isEmpty()) {
        throw e;
      }
      LOG.warn(
          "{}; {} is shown as it was when the server was asked last: commit {}",
          e.getMessage(),
          remembered.get().ref(),
          remembered.get().commit().name());
      return remembered.get();
    }
  }

  /** What a name stood for when the server was asked last, if it cannot be asked now. */
  private Optional<Revision> remembered(Optional<String> name, RemoteException failure)
      throws IOException, InterruptedException {
    boolean outage =
        switch (failure.kind()) {
          // A login of the network answers in the place of servers.
          case UNREACHABLE, TIMED_OUT, NOT_GIT -> true;
          default -> false;
        };
    List<String> refs =
        name.map(Resolver::candidates).orElseGet(() -> List.of(CacheRepository.LAST_HEAD));
    for (String ref : refs) {
      Optional<ObjectId> id = outage ? repository.ref(ref) : Optional.empty();
      if (id.isPresent() && isComplete(id.get())) {
        String shown = name.isPresent() ? ref : repository.headTarget();
        Commit commit = commit(id.get(), shown);
        return Optional.of(publish(commit, shown, Map.of(ref, id.get()), ""));
      }
    }
    return Optional.empty();
  }

  /**
   * One request for all of {@code names}, full names or HEAD; those that are not there left out.
   *
   * <p>A branch that HEAD was seen to stand for is asked for by that name, for a second request if
   * that has changed: HEAD is all that git reads anew on a connection that has told refs before, so
   * that over ssh any other poll is a login.
   */
  Map<String, Tip> tips(Collection<String> names) throws IOException, InterruptedException {
    if (headTarget.filter(target -> Set.copyOf(names).equals(Set.of(target))).isPresent()) {
      String branch = headTarget.get();
      for (RemoteRef ref : listRefs(Set.of(Constants.HEAD))) {
        if (ref.id().isPresent() && ref.symbolicTarget().equals(Optional.of(branch))) {
          return Map.of(branch, new Tip(branch, branch, ref.id().get()));
        }
      }
    }
    var tips = new HashMap<String, Tip>();
    for (RemoteRef ref : listRefs(withHead(names))) {
      if (names.contains(ref.name()) && ref.id().isPresent()) {
        String target = ref.symbolicTarget().orElse(ref.name());
        tips.put(ref.name(), new Tip(ref.name(), target, ref.id().get()));
      }
    }
    return tips;
  }

  /** Notes what HEAD stands for, if that is among what is asked for. */
  private List<RemoteRef> listRefs(Collection<String> prefixes)
      throws IOException, InterruptedException {
    List<RemoteRef> refs = remote.listRefs(prefixes);
    if (prefixes.contains(Constants.HEAD)) {
      headTarget =
          refs.stream()
              .filter(ref -> ref.name().equals(Constants.HEAD))
              .findFirst()
              .flatMap(RemoteRef::symbolicTarget);
    }
    return refs;
  }

  private static Set<String> withHead(Collection<String> names) {
    var all = new LinkedHashSet<>(names);
    all.add(Constants.HEAD);
    return all;
  }

  /**
   * The commit that {@code tip} names, or what its ref names by now, with the trees in which it
   * differs from {@code shown}.
   */
  Revision advance(Tip tip, Revision shown) throws IOException, InterruptedException {
    try {
      var failed = new AtomicBoolean();
      return lag.outlast(() -> {
        Tip now = failed.getAndSet(true) ? tips(Set.of(tip.name())).get(tip.name()) : tip;
        return advanceTo(now == null ? tip : now, shown);
      });
    } catch (RemoteException e) {
      throw e.kind() == RemoteException.Kind.NO_SUCH_OBJECT ? notSent(tip.ref(), e) : e;
    }
  }

  private Revision advanceTo(Tip tip, Revision shown) throws IOException, InterruptedException {
    if (!isComplete(tip.id())) {
      upstream.fetchDifference(tip.id(), shown.commit());
    }
    Commit commit = commit(tip.id(), tip.ref());
    return tip.name().equals(Constants.HEAD)
        ? publishHead(commit, tip.ref(), tip.id())
        : publish(commit, tip.ref(), Map.of(tip.ref(), tip.id()), "");
  }

  private Revision byId(ObjectId id) throws IOException, InterruptedException {
    Commit commit;
    try {
      commit = commit(id, id.name());
    } catch (RemoteException e) {
      throw e.kind() == RemoteException.Kind.NO_SUCH_OBJECT ? notGiven(id, e) : e;
    }
    Map<String, ObjectId> refs = Map.of("refs/git-fs/" + id.name(), commit.id());
    return publish(commit, id.name(), refs, "");
  }

  private Revision byHead() throws IOException, InterruptedException {
    List<RemoteRef> refs = listRefs(Set.of(Constants.HEAD));
    Optional<RemoteRef> head =
        refs.stream().filter(ref -> ref.name().equals(Constants.HEAD)).findFirst();
    Optional<ObjectId> id = head.flatMap(RemoteRef::id);
    if (id.isEmpty()) {
      throw nothingAtHead(head.flatMap(RemoteRef::symbolicTarget));
    }
    Commit commit = commit(id.get(), Constants.HEAD);
    String target = head.get().symbolicTarget().orElse("");
    return publishHead(commit, target.isEmpty() ? Constants.HEAD : target, id.get());
  }

  /** What HEAD is, by the branch that it stands for unless it is detached. */
  private Revision publishHead(Commit commit, String target, ObjectId id) throws IOException {
    return target.equals(Constants.HEAD)
        ? publish(commit, target, Map.of(CacheRepository.LAST_HEAD, id), "")
        : publish(commit, target, Map.of(CacheRepository.LAST_HEAD, id, target, id), target);
  }

  private Revision byName(String name) throws IOException, InterruptedException {
    List<String> candidates = candidates(name);
    List<RemoteRef> refs = listRefs(withHead(candidates));
    Map<String, RemoteRef> byName =
        refs.stream().collect(Collectors.toMap(RemoteRef::name, ref -> ref, (a, b) -> a));
    for (String candidate : candidates) {
      RemoteRef ref = byName.get(candidate);
      if (ref != null && ref.id().isPresent()) {
        Commit commit = commit(ref.id().get(), candidate);
        return publish(commit, candidate, Map.of(candidate, ref.id().get()), "");
      }
    }
    Optional<ObjectId> abbreviated = byDigits(name);
    if (abbreviated.isPresent()) {
      return byId(abbreviated.get());
    }
    throw noSuchRef(name, refs);
  }

  /**
   * The commit whose id begins with {@code digits}, of those that are here or that a ref of the
   * server names; those are what there is to know of a server, for one more request.
   */
  private Optional<ObjectId> byDigits(String digits) throws IOException, InterruptedException {
    if (!ABBREVIATED.matcher(digits).matches()) {
      return Optional.empty();
    }
    var found = new HashSet<ObjectId>();
    try (ObjectReader reader = local.reader()) {
      for (ObjectId id : reader.resolve(AbbreviatedObjectId.fromString(digits))) {
        if (local.isCommit(id)) {
          found.add(id);
        }
      }
    }
    if (found.isEmpty()) {
      for (RemoteRef ref : remote.listRefs(Set.of())) {
        Stream.concat(ref.id().stream(), ref.peeled().stream())
            .filter(id -> id.name().startsWith(digits))
            .forEach(found::add);
      }
    }
    return found.size() == 1 ? Optional.of(found.iterator().next().copy()) : Optional.empty();
  }

  /** Full names for a short one, in git's order of precedence. */
  private static List<String> candidates(String name) {
    var candidates = new LinkedHashSet<String>();
    if (name.startsWith("refs/")) {
      candidates.add(name);
    }
    candidates.add("refs/" + name);
    candidates.add(Constants.R_TAGS + name);
    candidates.add(Constants.R_HEADS + name);
    return List.copyOf(candidates);
  }

  /** The commit that {@code id} is or, being a tag, leads to; local, with its root tree. */
  private Commit commit(ObjectId id, String name) throws IOException, InterruptedException {
    if (!isComplete(id)) {
      upstream.fetchCommit(id);
    }
    Commit commit = commitHere(id, name);
    if (!local.has(commit.tree())) {
      upstream.shows(commit.id(), commit.tree());
      upstream.fetchTrees(List.of(commit.tree()));
    }
    return commit;
  }

  private boolean isComplete(ObjectId id) throws IOException {
    Optional<Peeled> peeled = peel(id);
    return peeled.isPresent()
        && (peeled.get().type() != Constants.OBJ_COMMIT
            || local.isReadable(peeled.get().commit().tree()));
  }

  private Commit commitHere(ObjectId id, String name) throws IOException {
    Optional<Peeled> peeled = peel(id);
    if (peeled.isEmpty()) {
      throw new RevisionException(
          "%s of %s is a tag of what the server does not send; name a branch, a tag or a commit"
              .formatted(name, remote.url()));
    }
    if (peeled.get().type() != Constants.OBJ_COMMIT) {
      throw new RevisionException(
          "%s of %s is a %s, not a commit; name a branch, a tag or a commit"
              .formatted(name, remote.url(), Constants.typeString(peeled.get().type())));
    }
    return peeled.get().commit();
  }

  /**
   * What an id leads to that is no tag.
   *
   * @param raw how it begins
   */
  private record Peeled(ObjectId id, int type, byte[] raw) {

    Commit commit() throws IOException {
      return Commit.parse(id, raw);
    }
  }

  /** What {@code id} is or, being a tag, leads to; empty if that is not here. */
  private Optional<Peeled> peel(ObjectId id) throws IOException {
    ObjectId at = id.copy();
    while (true) {
      Optional<LocalObjects.Beginning> object = local.beginning(at, Commit.HEADER_BYTES);
      if (object.isEmpty()) {
        return Optional.empty();
      }
      if (object.get().type() != Constants.OBJ_TAG) {
        return Optional.of(new Peeled(at, object.get().type(), object.get().bytes()));
      }
      at = Commit.tagged(at, object.get().bytes());
    }
  }

  private Revision publish(Commit commit, String ref, Map<String, ObjectId> refs, String head)
      throws IOException {
    upstream.shows(commit.id(), commit.tree());
    local.hold(commit.id());
    try {
      repository.publish(commit.id(), refs, head);
    } catch (IOException e) {
      // For stock git, and for a day without the server: no reason not to show it.
      LOG.warn("{} is not noted in {}: {}", ref, repository.directory(), e.toString());
    }
    return new Revision(ref, commit.id(), commit.tree(), commit.committed());
  }

  private IOException nothingAtHead(Optional<String> target)
      throws IOException, InterruptedException {
    // Off the usual path, so a second request may tell an empty repository from a lost branch.
    List<RemoteRef> all =
        remote.listRefs(Set.of()).stream().filter(ref -> ref.id().isPresent()).toList();
    if (all.isEmpty()) {
      return new EmptyRepositoryException(remote.url());
    }
    return new RevisionException(
        "HEAD of %s points at %s, which does not exist; choose with --ref, for example --ref %s"
            .formatted(remote.url(), target.orElse("a branch"), shortName(all.getFirst().name())));
  }

  private IOException noSuchRef(String name, List<RemoteRef> near) {
    String suggestions =
        near.stream()
            .map(ref -> shortName(ref.name()))
            .filter(ref -> !ref.equals(Constants.HEAD))
            .distinct()
            .limit(SUGGESTIONS)
            .collect(Collectors.joining(", "));
    return new RevisionException(
        "%s has no branch or tag %s%s; git ls-remote %s lists them"
            .formatted(
                remote.url(),
                name,
                suggestions.isEmpty() ? "" : " (but " + suggestions + ")",
                remote.url()));
  }

  private IOException notGiven(ObjectId id, RemoteException cause) {
    var failure =
        new RevisionException(
            "%s has no commit %s, or does not give it away (%s)"
                .formatted(remote.url(), id.name(), cause.getMessage()));
    failure.initCause(cause);
    return failure;
  }

  /** What a server lists is there: that it is not sent is the server's failure. */
  private RemoteException notSent(String name, RemoteException cause) {
    return new RemoteException(
        RemoteException.Kind.SERVER_FAILED,
        "%s lists %s, but has not sent its commit, asked again for %d seconds: a mirror behind it"
                .formatted(remote.url(), name, lag.budget().toSeconds())
            + " may lag, or its repository is damaged ("
            + cause.getMessage()
            + ")",
        cause);
  }

  private static String shortName(String ref) {
    return ref.replaceFirst("^refs/(heads|tags)/", "");
  }
}
