package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.cli.telemetry.Reasons;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.fuse.linux.MountRefusedException;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.forge.Hosted;
import dev.gitfs.git.forge.Revisions;
import dev.gitfs.git.forge.Rules;
import dev.gitfs.git.forge.Site;
import dev.gitfs.git.forge.Sites;
import dev.gitfs.git.remote.Remote;
import dev.gitfs.git.remote.RemoteException;
import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.RemoteStatistics;
import dev.gitfs.git.remote.Remotes;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.RevisionException;
import dev.gitfs.git.store.StoreOptions;
import dev.gitfs.git.store.StoreStatistics;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import dev.gitfs.mount.tree.BranchFollower;
import dev.gitfs.mount.tree.FollowState;
import dev.gitfs.mount.tree.Move;
import dev.gitfs.mount.tree.Pace;
import dev.gitfs.mount.tree.RepositoryMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One mount of this process: a repository, from its server to the kernel. */
final class ServedRepository implements Served {

  private static final Logger log = LoggerFactory.getLogger(ServedRepository.class);

  private final Remote remote;
  private final ObjectStore store;
  private final Optional<Site> site;
  private final RepositoryMount mount;
  private final BranchFollower follower;
  private final Instant since = Instant.now();
  private final Path logFile;
  private final MountProfiles profiles;

  private ServedRepository(
      Remote remote,
      ObjectStore store,
      Optional<Site> site,
      RepositoryMount mount,
      BranchFollower follower,
      Path logFile) {
    this.remote = remote;
    this.store = store;
    this.site = site;
    this.mount = mount;
    this.follower = follower;
    this.logFile = logFile;
    this.profiles = new MountProfiles(store, mount, summary());
  }

  /**
   * Mounts what {@code request} asks for on {@code directory}, which must be ready for it.
   *
   * @param logFile where this process logs
   */
  static ServedRepository serve(MountRequest request, Path directory, Path logFile)
      throws DaemonException, InterruptedException {
    try {
      Optional<Site> site =
          request
              .hosted()
              .map(hosted ->
                  Sites.open(
                      hosted.forge(),
                      Rules.of(request.allow(), request.deny()),
                      request.cacheDirectory(),
                      RemoteOptions.defaults()));
      String path = request.hosted().map(Hosted::path).orElse("");
      Remote remote = open(request.source(), site, path);
      ObjectStore store =
          ObjectStore.open(
              remote,
              new StoreOptions(
                      request.cacheDirectory(),
                      request.memory().bytes(),
                      request.cacheSize().bytes())
                  .with(site.flatMap(forge -> forge.sizes(path))));
      try {
        Revision revision =
            site.isPresent()
                ? Revisions.resolve(store, site.get(), path, request.ref())
                : store.resolve(request.ref());
        var mount =
            RepositoryMount.mount(
                store,
                revision,
                directory,
                MountOptions.readOnly(remote.url(), KernelMounts.SUBTYPE)
                    .with(request.options().toString()),
                request.prefetch());
        // The kernel answers most readers by itself: that nobody asks does not say nobody reads.
        var pace = Optional.of(Pace.steady(request.poll()));
        var follower = new BranchFollower(remote.url(), store, pace);
        if (request.pinned()) {
          follower.pin(mount.tree());
        } else {
          follower.follow(mount.tree(), request.ref());
        }
        var repository = new ServedRepository(remote, store, site, mount, follower, logFile);
        repository.profiles.bring(request);
        return repository;
      } catch (IOException | InterruptedException | RuntimeException e) {
        store.close();
        site.ifPresent(Site::close);
        throw e;
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public MountSummary summary() {
    Revision revision = mount.revision();
    return new MountSummary(
        mount.directory(),
        mount.device().orElse(""),
        false,
        remote.url(),
        revision.ref(),
        revision.commit().name(),
        since,
        ProcessHandle.current().pid(),
        logFile,
        MountState.of(follower.state(mount.tree())),
        Background.failures());
  }

  @Override
  public Refreshed refresh(Path directory) throws DaemonException, InterruptedException {
    try {
      Optional<Move> move = Optional.ofNullable(follower.refresh().get(mount.tree()));
      MountSummary summary = summary();
      if (follower.state(mount.tree()).kind() == FollowState.Kind.BRANCH_GONE) {
        throw new DaemonException(Kind.REPOSITORY, summary.state().problem().orElseThrow());
      }
      String change =
          move.map(Move::toString)
              .orElse("%s: %s, does not move".formatted(summary.shortRef(), summary.shortCommit()));
      return new Refreshed(summary, change);
    } catch (IOException e) {
      throw failure(e);
    }
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
  public void record(Path file) throws DaemonException {
    profiles.record(file);
  }

  @Override
  public Daemon.Recorded stopRecording() throws DaemonException {
    return profiles.stopRecording();
  }

  @Override
  public MountStatistics statistics(Path directory) throws DaemonException {
    return statistics(summary(), remote.statistics(), store.statistics(), mount.prefetched());
  }

  static MountStatistics statistics(
      MountSummary mount, RemoteStatistics network, StoreStatistics reads, ReaderStatistics readers)
      throws DaemonException {
    return new MountStatistics(
        mount,
        network.requests(),
        network.retries(),
        new ByteSize(network.bytesSent()),
        new ByteSize(network.bytesReceived()),
        reads.objectsFetched(),
        reads.memoryHits(),
        reads.diskHits(),
        reads.misses(),
        reads.waits(),
        reads.waited(),
        reads.prefetch(),
        readers,
        reads.requests(),
        resident());
  }

  @Override
  public PrefetchProgress prefetch(PrefetchOrder order, Daemon.ProgressListener listener)
      throws DaemonException, InterruptedException {
    return Bringing.carryOut(mount.bring(order.request()), mount.directory(), listener);
  }

  @Override
  public void unmount() {
    try {
      mount.close();
    } catch (IOException e) {
      log.warn("Cannot unmount {}", mount.directory(), e);
    }
  }

  @Override
  public void close() {
    profiles.end();
    follower.close();
    store.close();
    site.ifPresent(Site::close);
  }

  private static Remote open(String source, Optional<Site> site, String path)
      throws RemoteException {
    if (site.isEmpty()) {
      return Remotes.open(source);
    }
    return source.contains("://") ? site.get().at(source) : site.get().open(path);
  }

  private static ByteSize resident() throws DaemonException {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return new ByteSize(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
        }
      }
      throw new IOException("no VmRSS in /proc/self/status");
    } catch (IOException e) {
      throw new DaemonException(Kind.FAILED, e.getMessage(), e);
    }
  }

  static DaemonException failure(IOException e) {
    Kind kind =
        switch (e) {
          case RevisionException _ -> Kind.REPOSITORY;
          case MountRefusedException _ -> Kind.MOUNTING;
          case RemoteException remote ->
              switch (remote.kind()) {
                case NOT_FOUND, NOT_GIT, UNAUTHENTICATED, FORBIDDEN, NO_SUCH_OBJECT ->
                    Kind.REPOSITORY;
                case UNREACHABLE, TIMED_OUT, SERVER_FAILED, TOO_MUCH -> Kind.SERVER;
                case UNSUPPORTED, LOCAL -> Kind.FAILED;
              };
          default -> Kind.FAILED;
        };
    return new DaemonException(kind, Reasons.of(e), e);
  }
}
