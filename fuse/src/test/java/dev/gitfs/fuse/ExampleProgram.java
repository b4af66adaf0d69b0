package dev.gitfs.fuse;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Serves the example file system from a process of its own: {@code ExampleProgram DIRECTORY
 * [OPTIONS]}. Says how it was mounted, and ends when it is unmounted or told to.
 */
final class ExampleProgram {
  private ExampleProgram() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    var fs = new MemoryFileSystem();
    fs.file(fs.root, "hello", "Hello, world\n");
    MountOptions options = MountOptions.readOnly("a,b\\c", "test");
    if (args.length > 1) {
      options = options.with(args[1]);
    }
    FuseMount mount = FuseMount.mount(fs, Path.of(args[0]), options);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(mount)));
    System.out.println(mount.means());
    mount.awaitEnd();
  }

  private static void close(FuseMount mount) {
    try {
      mount.close();
      System.out.println("closed");
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
  }
}
