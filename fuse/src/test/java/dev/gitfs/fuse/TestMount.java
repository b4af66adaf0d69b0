package dev.gitfs.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system mounted on a directory of its own, which goes away with it. */
record TestMount(FuseMount mount, Path directory) implements AutoCloseable {
  static TestMount of(FileSystem fs) throws IOException {
    return of(fs, MountOptions.readOnly("example", "test"));
  }

  static TestMount of(FileSystem fs, MountOptions options) throws IOException {
    Path directory = Files.createTempDirectory("fuse-test");
    try {
      return new TestMount(FuseMount.mount(fs, directory, options), directory);
    } catch (IOException | RuntimeException e) {
      Files.delete(directory);
      throw e;
    }
  }

  /** Runs a line of bash there. */
  Shell.Result sh(String line) {
    return Shell.run(directory, line);
  }

  Process start(String line) throws IOException {
    return Shell.start(directory, line);
  }

  boolean isMounted() throws IOException {
    return Files.readString(Path.of("/proc/self/mounts")).contains(directory.toString());
  }

  @Override
  public void close() throws IOException {
    mount.close();
    Files.delete(directory);
  }
}
