package dev.gitfs.cli.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.cli.daemon.PrefetchOrder.OrderedPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is mounted here: what is below the mount is not there, and must not be looked for. */
class MountedPathTest {

  @TempDir Path temporary;
  private Path directory;
  private Path mount;

  @BeforeEach
  void namePlaces() throws IOException {
    directory = temporary.toRealPath();
    mount = directory.resolve("mount");
  }

  @Test
  void theMountItselfIsTheEmptyPath() throws IOException {
    assertThat(named(mount.toString(), "/")).contains("/");
    assertThat(named("mount/", directory.toString())).contains("/");
    assertThat(named(".", mount.toString())).contains("/");
  }

  @Test
  void aPathCountsFromTheDirectory() throws IOException {
    assertThat(named("a/./b//c", mount + "/x")).contains("x/a/b/c");
    assertThat(named("../y", mount + "/x")).contains("y");
  }

  @Test
  void aPathMayLeaveTheMountAndComeBack() throws IOException {
    assertThat(named("x/../../mount/y", mount.toString())).contains("y");
    assertThat(named("../..", mount.toString())).isEmpty();
  }

  @Test
  void linksThatLeadToTheMountAreFollowed() throws IOException {
    Files.createSymbolicLink(directory.resolve("absolute"), mount);
    Files.createSymbolicLink(directory.resolve("relative"), Path.of("absolute/x"));
    Files.createSymbolicLink(directory.resolve("round"), Path.of("round"));

    assertThat(named(directory + "/absolute/a", "/")).contains("a");
    assertThat(named(directory + "/relative/a", "/")).contains("x/a");
    assertThat(named(directory + "/round/a", "/")).isEmpty();
  }

  @Test
  void whatIsNextToTheMountIsNotInIt() throws IOException {
    assertThat(named(mount + "s/a", "/")).isEmpty();
  }

  @Test
  void onlyWhatIsTypedIsMeantAsAGlob() throws IOException {
    var path = MountedPath.of("*.c".getBytes(UTF_8), bytes(mount + "/a[1]"), mounts("/"));

    assertThat(path)
        .map(OrderedPath::of)
        .contains(new OrderedPath("a\\[1\\]/\\*.c", "a\\[1\\]/*.c"));
  }

  @Test
  void whatIsNoGlobIsAName() throws IOException {
    assertThat(named("a[1", mount.toString())).contains("a\\[1");
  }

  @Test
  void bytesThatAreNoTextAreKept() throws IOException {
    byte[] name = {'a', (byte) 0xff};

    var path = MountedPath.of(name, bytes(mount.toString()), mounts("/"));

    assertThat(path).map(OrderedPath::of).contains(new OrderedPath("a\\xff", "a\\xff"));
  }

  @Test
  void aBindMountOfAPartCountsFromTheWhole() throws IOException {
    var path = MountedPath.of(bytes("x/y"), bytes(mount.toString()), mounts("/a/b"));

    assertThat(path).map(OrderedPath::of).contains(new OrderedPath("a/b/x/y", "a/b/x/y"));
    assertThat(path).map(MountedPath::seen).contains(mount.resolve("x/y"));
    assertThat(path)
        .map(inside -> inside.below(Path.of("/whole")))
        .contains(Path.of("/whole/a/b/x/y"));
  }

  private Map<Path, KernelMounts.Entry> mounts(String root) {
    return Map.of(
        mount, new KernelMounts.Entry("0:48", Path.of(root), mount, "fuse.git-fs", "source"));
  }

  private Optional<String> named(String path, String from) throws IOException {
    return MountedPath.of(bytes(path), bytes(from), mounts("/"))
        .map(OrderedPath::of)
        .map(OrderedPath::pattern);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
