package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.forge.Sites;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.mount.namespace.NamespaceMount;
import dev.gitfs.mount.namespace.NamespaceOptions;
import dev.gitfs.mount.namespace.OpenRepository;
import dev.gitfs.mount.prefetch.PathFetch;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import dev.gitfs.mount.tree.FollowState;
import dev.gitfs.mount.tree.Move;
import dev.gitfs.mount.tree.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A mount of this process that shows every repository. */
final class ServedNamespace implements Served {

  private static final Logger log = LoggerFactory.getLogger(ServedNamespace.class);

  /** What is not there is asked for again after this: somebody may be about to make it. */
  private static final Duration ABSENT = Duration.ofSeconds(60);

  /** What the kernel's mount table has as its source. */
  private static final String SOURCE = "git-fs";

  private final Sites sites;
  private final NamespaceMount mount;
  private final MountSummary summary;

  private ServedNamespace(Sites sites, NamespaceMount mount, MountSummary summary) {
    this.sites = sites;
    this.mount = mount;
    this.summary = summary;
  }

  /**
   * Mounts what {@code request} asks for on {@code directory}, which must be ready for it.
   *
   * @param logFile where this process logs
   */
  static ServedNamespace serve(RunRequest request, Path directory, Path logFile)
      throws DaemonException {
    var rules = Rules.of(request.allow(), request.deny());
    var sites =
        Sites.open(request.forges(), rules, request.cacheDirectory(), RemoteOptions.defaults());
    try {
      var options =
          new NamespaceOptions(
              rules,
              new StoreOptions(
                  request.cacheDirectory(), request.memory().bytes(), request.cacheSize().bytes()),
              request.prefetch(),
              Pace.byUse(request.poll()),
              request.idle(),
              ABSENT);
      var mount =
          NamespaceMount.mount(
              sites,
              options,
              directory,
              MountOptions.readOnly(SOURCE, KernelMounts.SUBTYPE)
                  .with(request.options().toString()));
      var summary =
          new MountSummary(
              directory,
              mount.device().orElse(""),
              false,
              SOURCE,
              "",
              "",
              Instant.now(),
              ProcessHandle.current().pid(),
              logFile,
              MountState.fixed(Instant.now()),
              Background.failures());
      return new ServedNamespace(sites, mount, summary);
    } catch (IOException | RuntimeException e) {
      sites.close();
      throw e instanceof IOException failure
          ? ServedRepository.failure(failure)
          : new DaemonException(Kind.FAILED, e.toString(), e);
    }
  }

  @Override
  public MountSummary summary() {
    return summary.with(Background.failures());
  }

  @Override
  public List<MountSummary> inside() {
    return mount.open().stream().map(this::summary).toList();
  }

  private MountSummary summary(OpenRepository open) {
    return new MountSummary(
        summary.directory().resolve(open.path()),
        summary.device(),
        false,
        open.url(),
        open.revision().ref(),
        open.revision().commit().name(),
        open.since(),
        summary.pid(),
        summary.log(),
        MountState.of(open.state()),
        Background.failures());
  }

  @Override
  public MountStatistics statistics(Path directory) throws DaemonException {
    if (directory.equals(summary.directory())) {
      return ServedRepository.statistics(summary(), mount.network(), mount.reads(), readers());
    }
    for (OpenRepository open : mount.open()) {
      var inside = summary(open);
      if (directory.startsWith(inside.directory())) {
        return ServedRepository.statistics(inside, open.network(), open.reads(), open.prefetched());
      }
    }
    throw new DaemonException(
        Kind.DIRECTORY, "no repository is open at " + directory + "; see: git-fs list");
  }

  @Override
  public Refreshed refresh(Path directory) throws DaemonException, InterruptedException {
    try {
      Map<String, Optional<Move>> moves = mount.refresh(directory);
      var lines = new ArrayList<String>();
      for (OpenRepository open : mount.open()) {
        if (moves.containsKey(open.path())) {
          String change = moves.get(open.path()).map(Move::toString).orElse("does not move");
          if (open.state().kind() == FollowState.Kind.BRANCH_GONE) {
            change = open.state().problem().orElseThrow();
          }
          lines.add(moves.size() > 1 ? open.path() + ": " + change : change);
        }
      }
      return new Refreshed(
          summary, lines.isEmpty() ? "nothing is open there" : String.join("\n", lines));
    } catch (IOException e) {
      throw ServedRepository.failure(e);
    }
  }

  /** One repository after the other. */
  @Override
  public PrefetchProgress prefetch(PrefetchOrder order, Daemon.ProgressListener listener)
      throws DaemonException, InterruptedException {
    var byRepository = new LinkedHashMap<String, List<PrefetchOrder.OrderedPath>>();
    for (PrefetchOrder.OrderedPath path : order.paths()) {
      String repository =
          mount
              .open(path.exact())
              .orElseThrow(() ->
                  new DaemonException(
                      Kind.DIRECTORY,
                      path.exact() + " is in no repository below " + summary.directory()));
      byRepository
          .computeIfAbsent(repository, _ -> new ArrayList<>())
          .add(path.below(repository.split("/").length));
    }
    var sum = PrefetchProgress.NONE;
    for (var each : byRepository.entrySet()) {
      PrefetchProgress before = sum;
      PathFetch fetch =
          mount
              .bring(each.getKey(), order.of(each.getValue()).request())
              .orElseThrow(() -> new DaemonException(Kind.FAILED, each.getKey() + " was closed"));
      sum =
          before.plus(
              Bringing.carryOut(
                  fetch,
                  summary.directory().resolve(each.getKey()),
                  progress -> listener.heard(before.plus(progress))));
    }
    return sum;
  }

  @Override
  public void record(Path file) throws DaemonException {
    throw ofMany();
  }

  @Override
  public Daemon.Recorded stopRecording() throws DaemonException {
    throw ofMany();
  }

  private DaemonException ofMany() {
    return new DaemonException(
        Kind.DIRECTORY,
        summary.directory()
            + " shows many repositories; for this, mount the one: git-fs mount SOURCE DIR");
  }

  /** Of all repositories that are open. */
  private ReaderStatistics readers() {
    return mount.open().stream()
        .map(OpenRepository::prefetched)
        .reduce(ReaderStatistics.NONE, ReaderStatistics::plus);
  }

  @Override
  public boolean isSeen() {
    return mount.isSeen();
  }

  @Override
  public void awaitUnmounted() throws InterruptedException {
    mount.await();
  }

  @Override
  public void unmount() {
    try {
      mount.close();
    } catch (IOException e) {
      log.warn("Cannot unmount {}", summary.directory(), e);
    }
  }

  @Override
  public void close() {
    sites.close();
  }
}
