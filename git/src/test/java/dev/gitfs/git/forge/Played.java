package dev.gitfs.git.forge;

import dev.gitfs.git.remote.RemoteOptions;
import dev.gitfs.git.remote.RetryPolicy;
import dev.gitfs.git.remote.Timeouts;
import dev.gitfs.testkit.ForgeServer;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.GitRepositories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/** A forge whose API a test plays, with a cache directory of its own, and a clock to turn. */
final class Played implements AutoCloseable {

  final ForgeServer server;
  final GitRepositories repositories = new GitRepositories();
  private final ForgeKind kind;
  private final Path home;
  private final Clock clock = new Clock();

  private static final class Clock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }
  }

  Played(ForgeServer.Api api) {
    this(api, new ForgeServer(api));
  }

  Played(ForgeServer.Api api, ForgeServer server) {
    this.server = server;
    kind = ForgeKind.valueOf(api.name());
    try {
      home = Files.createTempDirectory("gitfs-forge");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ApiSite site() {
    return site(Optional.empty());
  }

  ApiSite site(Optional<Token> token) {
    var forge =
        new Forge(
            "played",
            kind,
            "http://127.0.0.1:9",
            Optional.of(server.url()),
            token,
            List.of("configured"));
    return new ApiSite(forge, home.resolve("cache"), options(), clock);
  }

  RemoteOptions options() {
    var environment = new HashMap<>(Git.environment());
    environment.put("HOME", home.toString());
    return new RemoteOptions(environment, Timeouts.DEFAULT, RetryPolicy.DEFAULT);
  }

  /** Lets time pass. */
  void pass(Duration time) throws InterruptedException {
    // The cache notes the time of an answer a moment after whoever asked has it.
    Thread.sleep(50);
    clock.ahead = clock.ahead.plus(time);
  }

  @Override
  public void close() {
    server.close();
    repositories.close();
    try (var files = Files.walk(home)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
