package dev.gitfs.git.remote;

import dev.gitfs.testkit.Git;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The surroundings of a test's remotes: a home directory of their own, and an impatience that lets
 * tests end. Changes made before {@link #open} count for what it opens.
 */
final class Setting {

  /** Long enough for a slow machine, short enough to wait for in a test. */
  static final Duration IDLE = Duration.ofMillis(800);

  private final Path home;
  private final Map<String, String> environment = new HashMap<>(Git.environment());
  private Timeouts timeouts =
      new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(60));

  Setting(Path home) {
    this.home = home;
    environment.put("HOME", home.toString());
  }

  Path home() {
    return home;
  }

  Setting env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Gives up on answers that pause for {@link #IDLE}. */
  Setting impatient() {
    timeouts = new Timeouts(timeouts.connect(), IDLE, timeouts.keep());
    return this;
  }

  Setting keeping(Duration keep) {
    timeouts = new Timeouts(timeouts.connect(), timeouts.idle(), keep);
    return this;
  }

  /** Appends to the user's {@code .gitconfig}. */
  Setting config(String text) {
    return file(".gitconfig", text);
  }

  /** Appends to a file in the home directory. */
  Setting file(String name, String text) {
    try {
      var path = home.resolve(name);
      Files.writeString(path, Files.exists(path) ? Files.readString(path) + text : text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RemoteOptions options() {
    var retries =
        new RetryPolicy(4, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofSeconds(2));
    return new RemoteOptions(environment, timeouts, retries);
  }

  Remote open(String source) throws RemoteException {
    return Remotes.open(source, options());
  }

  /** A commit without its history, and what {@code filter} leaves of its trees and blobs. */
  static FetchRequest commit(String id, Optional<Filter> filter) {
    return new FetchRequest(List.of(ObjectId.fromString(id)), 1, filter);
  }

  /** Objects by their ids, nothing else that is new. */
  static FetchRequest objects(String... ids) {
    return new FetchRequest(
        Arrays.stream(ids).map(ObjectId::fromString).toList(), 0, Optional.empty());
  }
}
