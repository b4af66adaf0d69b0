package dev.gitfs.cli.launcher;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gitfs.testkit.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A user of git-fs with directories of their own, who types commands. Closing it ends whatever was
 * left mounted. Nothing here looks into a mount: children do.
 */
final class Sandbox implements AutoCloseable {

  private static final Path HOME = Path.of(System.getProperty("gitfs.home")).normalize();

  /** Much longer than anything here takes, on a machine that does much else. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path directory;
  private final Map<String, String> environment;

  Sandbox() throws IOException {
    directory = Files.createTempDirectory("git-fs-cli").toRealPath();
    environment =
        Map.of(
            "XDG_CONFIG_HOME", path("config").toString(),
            "XDG_CACHE_HOME", path("cache").toString(),
            "XDG_STATE_HOME", path("state").toString(),
            "XDG_RUNTIME_DIR", path("run").toString());
    Files.createDirectory(path("run"));
  }

  /** A path in the sandbox's directory. */
  Path path(String name) {
    return directory.resolve(name);
  }

  /** What is in {@code git-fs}'s directory of logs. */
  List<Path> logs() throws IOException {
    return list(path("state/git-fs"));
  }

  /** The sockets that daemons listen on, or left. */
  List<Path> sockets() throws IOException {
    return list(path("run/git-fs"));
  }

  /** A command, to be run in the sandbox's directory. */
  Processes command(String... command) {
    return Processes.command(command).in(directory).env(environment);
  }

  /** {@code git-fs} with {@code arguments}. */
  Processes.Result gitFs(Object... arguments) {
    return gitFsCommand(arguments).run();
  }

  Processes gitFsCommand(Object... arguments) {
    var command = new ArrayList<String>();
    command.add(HOME.resolve("git-fs").toString());
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return command(command.toArray(String[]::new));
  }

  /** What {@code git-fs list --json} says about this sandbox; stale mounts are listed for all. */
  List<JsonObject> mounts() {
    String json = gitFs("list", "--json").orFail().text();
    return JsonParser.parseString(json).getAsJsonArray().asList().stream()
        .map(JsonElement::getAsJsonObject)
        .filter(mount -> mount.get("directory").getAsString().startsWith(directory.toString()))
        .toList();
  }

  /** What {@code git-fs list} says about this sandbox. */
  List<String> list() {
    return gitFs("list").orFail().lines().stream()
        .filter(line -> line.startsWith(directory.toString()))
        .toList();
  }

  /** The process that serves the only mount. */
  long daemon() {
    return mounts().getFirst().get("pid").getAsLong();
  }

  JsonObject statistics(Path mount) {
    String json = gitFs("stats", "--json", mount).orFail().text();
    return JsonParser.parseString(json).getAsJsonObject();
  }

  /** Whether the kernel has something mounted at {@code mount}. */
  boolean mounted(Path mount) {
    return command("grep", "-qF", " " + mount + " ", "/proc/self/mountinfo").run().exit() == 0;
  }

  /** Waits until {@code condition} holds, which it must. */
  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain: " + what);
      }
      Thread.sleep(20);
    }
  }

  static void awaitEnd(long pid) throws InterruptedException {
    await(
        "end of process " + pid,
        () -> ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true));
  }

  @Override
  public void close() throws IOException {
    for (JsonObject mount : mounts()) {
      gitFs("umount", "--lazy", mount.get("directory").getAsString());
    }
    for (Path socket : sockets()) {
      String pid = socket.getFileName().toString().replaceAll("\\D", "");
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
    }
    Processes.command("rm", "-rf", "--one-file-system", directory.toString()).run();
  }

  private static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }
}
