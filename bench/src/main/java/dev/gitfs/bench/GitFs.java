package dev.gitfs.bench;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gitfs.testkit.Git;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code ./git-fs} as a user types it, in a home of its own: its caches, logs and sockets are in
 * directories made for one benchmark.
 */
final class GitFs implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final int LOG_LINES = 20;

  private final Path launcher = Checkout.home().resolve("git-fs");
  private final Workspace workspace;
  private final Path directory;

  /** Its sockets are here. */
  private final Path runtime;

  /** A git-fs that has nothing yet, in directories of {@code workspace}. */
  GitFs(Workspace workspace) throws IOException {
    this.workspace = workspace;
    directory = workspace.directory("git-fs");
    runtime = workspace.shortDirectory();
  }

  /** What a process that serves a mount is, and where. Closing it unmounts. */
  final class Mounted implements AutoCloseable {
    private final Path root;
    private final long pid;
    private final Path log;
    private final Duration took;

    private Mounted(Path root, JsonObject listed, Duration took) {
      this.root = root;
      this.pid = listed.get("pid").getAsLong();
      this.log = Path.of(listed.get("log").getAsString());
      this.took = took;
      ProcessHandle.of(pid).ifPresent(workspace::serves);
    }

    Path root() {
      return root;
    }

    /** From typing the command to its end. */
    Duration took() {
      return took;
    }

    /** The last that it logged, for who wants to know why something failed. */
    String lastLogLines() throws IOException {
      var lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    ProcessMemory memory() throws IOException {
      return ProcessMemory.of(pid);
    }

    @Override
    public void close() {
      var result = command("umount", root.toString()).run();
      if (result.exit() != 0) {
        Progress.say("%s", result);
        Processes.command("umount", "-l", root.toString()).run();
      }
      // Its end writes what the next mount of the same cache shall find.
      ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
    }
  }

  /**
   * Mounts {@code url} on a directory made for it.
   *
   * @param cache name of the cache directory; one that was never used before makes a cold mount
   * @param options more of them for the command
   */
  Mounted mount(String url, String cache, String... options) throws IOException {
    var root = Files.createTempDirectory(directory, "mount");
    var arguments = new ArrayList<>(List.of("mount", "--cache-dir"));
    arguments.add(directory.resolve(cache).toString());
    arguments.addAll(List.of(options));
    arguments.addAll(List.of(url, root.toString()));
    var result = command(arguments.toArray(String[]::new)).run().orFail();
    return new Mounted(root, listed(root), result.took());
  }

  private JsonObject listed(Path root) throws IOException {
    var list = command("list", "--json").run().orFail().text();
    for (var mount : JsonParser.parseString(list).getAsJsonArray()) {
      var fields = mount.getAsJsonObject();
      if (fields.get("directory").getAsString().equals(root.toRealPath().toString())) {
        return fields;
      }
    }
    throw new IOException("git-fs does not list the mount on " + root + ": " + list);
  }

  private Processes command(String... arguments) {
    var command = new String[arguments.length + 1];
    command[0] = launcher.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return Processes.command(command)
        .cleanEnvironment()
        .env(Git.environment())
        .env(own())
        .timeout(PATIENCE);
  }

  private Map<String, String> own() {
    var own = new HashMap<String, String>();
    own.put("XDG_CACHE_HOME", directory.resolve("cache-home").toString());
    own.put("XDG_STATE_HOME", directory.resolve("state").toString());
    own.put("XDG_RUNTIME_DIR", runtime.toString());
    // The one that ./benchmark found; with git's empty HOME the launcher might miss it.
    own.put("JAVA_HOME", System.getProperty("java.home"));
    return own;
  }

  /** Deletes a cache that is not in use. */
  void forget(String cache) {
    workspace.delete(directory.resolve(cache));
  }

  /** Forgets all it has, every cache included. */
  @Override
  public void close() {
    workspace.delete(directory);
    workspace.delete(runtime);
  }
}
