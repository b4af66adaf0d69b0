package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What processes see of a mounted file system. */
@Timeout(60)
class MountedTest {
  private final MemoryFileSystem fs = new MemoryFileSystem();
  private Path directory;
  private FuseMount mount;

  @BeforeEach
  void mount() throws IOException {
    fs.file(fs.root, "hello", "Hello, world\n");
    directory = Files.createTempDirectory("fuse-test");
    mount = FuseMount.mount(fs, directory, MountOptions.readOnly("example", "test"));
  }

  @AfterEach
  void unmount() throws IOException {
    mount.close();
    Files.delete(directory);
  }

  @Test
  void aFileIsRead() {
    assertThat(Shell.run(directory, "cat hello").ok()).isEqualTo("Hello, world\n");
    System.out.println(mount.connection());
    System.out.println(
        Shell.run(directory, "ls -la; stat hello; df .; mount | grep fuse-test").out());
  }
}
