package dev.gitfs.cli.daemon;

import dev.gitfs.cli.daemon.DaemonException.Kind;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Prefetch;
import dev.gitfs.mount.prefetch.CarriedProfile;
import dev.gitfs.mount.prefetch.PathFetch;
import dev.gitfs.mount.prefetch.PathRequest;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Profile;
import dev.gitfs.mount.tree.RepositoryMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The profiles of one mount: that which is brought when it begins, and that which is recorded while
 * it lasts. Methods are thread-safe.
 */
final class MountProfiles {

  private static final Logger log = LoggerFactory.getLogger(MountProfiles.class);

  private static final Duration LONG = Duration.ofDays(1);

  private final ObjectStore store;
  private final RepositoryMount mount;
  private final MountSummary summary;

  /** Where to write what is being recorded; null if nothing is. Guarded by this. */
  private Path recordedTo;

  MountProfiles(ObjectStore store, RepositoryMount mount, MountSummary summary) {
    this.store = store;
    this.mount = mount;
    this.summary = summary;
  }

  /** Brings what {@code request} wants, in the background: whoever mounts does not wait for it. */
  void bring(MountRequest request) {
    Background.start(
        "profile",
        () -> {
          try {
            Optional<Profile> profile = profile(request);
            if (profile.isPresent()) {
              PathFetch.Progress end = bring(PathRequest.of(profile.get()));
              log.info("The profile brought {}: {}", PrefetchProgress.of(end), end.state());
            }
          } catch (IOException e) {
            log.warn("The profile could not be brought: {}", e.getMessage());
            log.debug("The cause", e);
          } catch (IllegalArgumentException e) {
            log.warn("{} is left alone: {}", Profile.CARRIED, e.getMessage());
          }
        });
  }

  /** Begins to record what is read. */
  synchronized void record(Path file) throws DaemonException {
    if (recordedTo != null) {
      throw new DaemonException(
          Kind.FAILED,
          "%1$s is being recorded already, for %2$s; end that first: git-fs profile stop %1$s"
              .formatted(summary.directory(), recordedTo));
    }
    mount.record();
    recordedTo = file;
  }

  /** Ends that and writes it. */
  synchronized Daemon.Recorded stopRecording() throws DaemonException {
    if (recordedTo == null) {
      throw new DaemonException(Kind.FAILED, summary.directory() + " is not being recorded");
    }
    Path file = recordedTo;
    recordedTo = null;
    Profile profile = mount.recorded();
    String head =
        "# What was read in a mount of %s, %s.%n".formatted(summary.source(), summary.shortRef());
    try {
      Files.createDirectories(file.getParent());
      Path written = Files.createTempFile(file.getParent(), ".recorded", null);
      Files.writeString(written, head + profile.text());
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DaemonException(Kind.FAILED, "cannot write " + file + ": " + e.getMessage(), e);
    }
    return new Daemon.Recorded(file, profile.patterns().size());
  }

  /** The mount has ended: writes what has been recorded, if that goes on. */
  synchronized void end() {
    if (recordedTo != null) {
      try {
        Daemon.Recorded recorded = stopRecording();
        log.info("Recorded {} paths to {}", recorded.paths(), recorded.file());
      } catch (DaemonException e) {
        log.error("What was recorded is lost", e);
      }
    }
  }

  private Optional<Profile> profile(MountRequest request) throws IOException, InterruptedException {
    if (!request.profile().isEmpty()) {
      return Optional.of(Profile.parse(String.join("\n", request.profile())));
    }
    ObjectId root = mount.revision().tree();
    if (!request.carriedProfile()
        || request.prefetch() == PrefetchMode.OFF
        || !CarriedProfile.isPossible(store, root)) {
      return Optional.empty();
    }
    bring(CarriedProfile.request());
    return CarriedProfile.read(store, root);
  }

  private PathFetch.Progress bring(PathRequest request) throws IOException, InterruptedException {
    PathFetch fetch = mount.bring(request);
    while (!fetch.await(LONG)) {
      log.info("A profile is still on its way: {}", PrefetchProgress.of(fetch.progress()));
    }
    PathFetch.Progress end = fetch.progress();
    if (end.failure().isPresent()) {
      throw end.failure().get();
    }
    if (end.state() == Prefetch.State.CANCELLED) {
      throw new InterruptedException("unmounted");
    }
    return end;
  }
}
