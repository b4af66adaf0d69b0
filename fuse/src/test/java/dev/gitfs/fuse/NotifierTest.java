package dev.gitfs.fuse;

import static dev.gitfs.fuse.MemoryFileSystem.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What changes behind the kernel's back is seen once the kernel is told. */
@Timeout(60)
class NotifierTest {
  private final MemoryFileSystem fs = new MemoryFileSystem();
  private MemoryFileSystem.Node file;
  private TestMount mount;

  @BeforeEach
  void mount() throws IOException {
    file = fs.file(fs.root, "file", "before");
    mount = TestMount.of(fs);
    assertThat(mount.sh("cat file").ok()).isEqualTo("before");
  }

  @AfterEach
  void unmount() throws IOException {
    mount.close();
  }

  private Notifier notifier() {
    return mount.mount().notifier();
  }

  @Test
  void contentsAndAttributesAreOldUntilTheInodeIsInvalidated() {
    file.content = utf8("afterwards");
    assertThat(mount.sh("cat file").ok()).isEqualTo("before");

    assertThat(notifier().invalidateInode(file.id, 0, 0)).isTrue();

    assertThat(mount.sh("cat file; stat -c ' %s' file").ok()).isEqualTo("afterwards 10\n");
  }

  @Test
  void aListingIsOldUntilTheDirectoryIsInvalidated() {
    assertThat(mount.sh("ls").ok()).isEqualTo("file\n");
    fs.file(fs.root, "new", "");
    assertThat(mount.sh("ls").ok()).isEqualTo("file\n");

    assertThat(notifier().invalidateInode(FileSystem.ROOT, 0, 0)).isTrue();

    assertThat(mount.sh("ls").ok()).isEqualTo("file\nnew\n");
  }

  @Test
  void anAbsentNameIsAbsentUntilItIsInvalidated() {
    mount.sh("test ! -e new").ok();
    fs.file(fs.root, "new", "new");
    mount.sh("test ! -e new").ok();

    assertThat(notifier().invalidateEntry(FileSystem.ROOT, utf8("new"))).isTrue();

    assertThat(mount.sh("cat new").ok()).isEqualTo("new");
  }

  @Test
  void aDeletedNameIsGone() {
    fs.root.children.remove(file);
    mount.sh("test -e file").ok();

    assertThat(notifier().delete(FileSystem.ROOT, file.id, utf8("file"))).isTrue();

    mount.sh("test ! -e file").ok();
  }

  @Test
  void storedBytesAreReadWithoutAsking() {
    long reads = fs.calls("read");
    assertThat(store(mount, file)).isTrue();

    assertThat(mount.sh("cat file").ok()).isEqualTo("stored");
    assertThat(fs.calls("read")).isEqualTo(reads);
  }

  @Test
  void asManyThreadsStoreAtATimeAsLeaveOneToReadRequests() throws Exception {
    var gate = new CountDownLatch(1);
    var slow =
        List.of(
            fs.slowFile(fs.root, "1", "slowly", gate), fs.slowFile(fs.root, "2", "slowly", gate));
    try (var other = TestMount.of(fs, MountOptions.readOnly("example", "test").readers(3))) {
      var readers = List.of(other.start("cat file 1"), other.start("cat file 2"));
      fs.awaitCalls("waiting read", 2);
      // Each waits for the page that is being read, the first of them by the time it takes to
      // begin.
      var first = storing(other, slow.get(0));
      Thread.sleep(100);
      assertThat(store(other, file)).isTrue();
      var second = storing(other, slow.get(1));
      while (store(other, file)) {
        Thread.sleep(5);
      }
      assertThat(first).isNotDone();
      assertThat(second).isNotDone();

      gate.countDown();

      for (var reader : readers) {
        assertThat(Shell.finish(reader).ok()).matches("(before|stored)(slowly|stored)");
      }
      first.join();
      second.join();
      assertThat(store(other, file)).isTrue();
    }
  }

  private static boolean store(TestMount mount, MemoryFileSystem.Node node) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom("stored");
      return mount.mount().notifier().store(node.id, 0, bytes.asSlice(0, 6));
    }
  }

  /** The same on a thread of its own, again if others store meanwhile; done once it is there. */
  private static CompletableFuture<Void> storing(TestMount mount, MemoryFileSystem.Node node) {
    var stored = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          while (!store(mount, node)) {
            Thread.onSpinWait();
          }
          stored.complete(null);
        });
    return stored;
  }

  @Test
  void whatTheKernelDoesNotKnowNeedsNothing() {
    assertThat(notifier().invalidateInode(4711, 0, 0)).isFalse();
    assertThat(notifier().invalidateEntry(FileSystem.ROOT, utf8("unheard"))).isFalse();
  }

  @Test
  void afterTheEndItDoesNothing() throws Exception {
    mount.mount().close();
    mount.mount().awaitEnd();

    assertThat(notifier().invalidateInode(file.id, 0, 0)).isFalse();
  }
}
