package dev.gitfs.bench.transport;

import dev.gitfs.fuse.FuseMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process that serves the toy file system, under load from another. It has a session of its own,
 * as git-fs's daemon and every libfuse daemon has: Linux schedules processes of one session as one
 * group (sched(7), autogrouping), and a server in its client's group is woken otherwise than one
 * that users meet.
 */
record Server(String name, Path mountPoint, Process process) implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(20);

  /** Starts a server, given by its command up to the mount point and the number of threads. */
  static Server start(String name, List<String> command, int threads, Path directory)
      throws IOException, InterruptedException {
    Path mountPoint = Files.createDirectory(directory.resolve(name));
    var whole = new ArrayList<>(List.of("setsid"));
    whole.addAll(command);
    whole.add(mountPoint.toString());
    whole.add(Integer.toString(threads));
    var server = new Server(name, mountPoint, Program.start(whole));
    server.awaitMount();
    return server;
  }

  private void awaitMount() throws IOException, InterruptedException {
    long limit = System.nanoTime() + START.toNanos();
    while (!isMounted()) {
      if (!process.isAlive() || System.nanoTime() > limit) {
        throw new IOException("The toy file system in " + name + " did not start");
      }
      Thread.sleep(20);
    }
  }

  private boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mounts")).contains(" " + mountPoint + " ");
  }

  /** One round of a load; answers its rate. */
  double run(Path loadProgram, Load load) throws IOException, InterruptedException {
    var command =
        List.of(
            loadProgram.toString(),
            mountPoint.toString(),
            load.argument(),
            Integer.toString(load.count()));
    String nanos;
    if (load.isOnOneProcessor()) {
      runOn("0");
      try {
        nanos =
            Program.run(Stream.concat(Stream.of("taskset", "-c", "0"), command.stream()).toList());
      } finally {
        runOn("0-" + (Runtime.getRuntime().availableProcessors() - 1));
      }
    } else {
      nanos = Program.run(command);
    }
    return load.rate(Long.parseLong(nanos.strip()));
  }

  /** Has all threads of the server run on some processors. */
  private void runOn(String processors) throws IOException, InterruptedException {
    Program.run(List.of("taskset", "--all-tasks", "-pc", processors, Long.toString(process.pid())));
  }

  @Override
  public void close() throws IOException {
    try {
      if (isMounted()) {
        FuseMount.unmount(mountPoint, true);
      }
      process.waitFor();
      Files.delete(mountPoint);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
