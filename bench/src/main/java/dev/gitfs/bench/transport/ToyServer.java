package dev.gitfs.bench.transport;

import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Serves the toy file system from a process of its own: {@code ToyServer MOUNTPOINT THREADS}. */
final class ToyServer {
  private ToyServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    // As libfuse mounts by default: the toy itself would be asked about permissions.
    var options =
        new MountOptions(
            "toyfs", "java", false, false, false, List.of(), Integer.parseInt(args[1]));
    FuseMount.mount(new ToyFileSystem(), Path.of(args[0]), options).awaitEnd();
  }
}
