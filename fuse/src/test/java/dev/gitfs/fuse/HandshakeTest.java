package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.fuse.FakeChannel.Answer;
import dev.gitfs.fuse.linux.Errors;
import dev.gitfs.fuse.linux.Proc;
import dev.gitfs.fuse.wire.InitFlags;
import dev.gitfs.fuse.wire.ReplyStruct.InitOut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is agreed with kernels old and new. */
@Timeout(20)
class HandshakeTest {
  private static final MountOptions OPTIONS = MountOptions.readOnly("example", "test").readers(1);

  private final FakeChannel kernel = new FakeChannel();

  private Connection connect(FileSystem fs) throws IOException, InterruptedException {
    Session session = Session.start(fs, kernel, OPTIONS);
    kernel.fail(Errors.ENODEV);
    session.lifetime().await();
    return session.connection();
  }

  @Test
  void theOlderMinorVersionCounts() throws Exception {
    kernel.init(7, 31);

    assertThat(connect(new MemoryFileSystem()).minor()).isEqualTo(31);
    assertThat(kernel.answer().fields().getInt(InitOut.MINOR)).isEqualTo(31);
  }

  @Test
  void aNewerKernelIsToldOurs() throws Exception {
    kernel.init(7, 99);

    assertThat(connect(new MemoryFileSystem()).minor()).isEqualTo(45);
  }

  @Test
  void aNewerMajorVersionComesAgain() throws Exception {
    kernel.init(8, 1);
    kernel.init(7, 45);

    assertThat(connect(new MemoryFileSystem()).major()).isEqualTo(7);
    assertThat(kernel.answer().fields().getInt(InitOut.MAJOR)).isEqualTo(7);
    assertThat(kernel.answer().fields().getInt(InitOut.MINOR)).isEqualTo(45);
  }

  @Test
  void anOlderKernelIsRefusedAndTold() throws Exception {
    kernel.init(7, 30);

    assertThatThrownBy(() -> connect(new MemoryFileSystem()))
        .isInstanceOf(IOException.class)
        .hasMessage("This kernel speaks FUSE 7.30; at least 7.31 (Linux 5.4) is needed");
    assertThat(kernel.answer().error()).isEqualTo(-Errno.EPROTO.number());
    assertThat(kernel.closed).isTrue();
  }

  @Test
  void aFileSystemThatDoesNotStartEndsTheMount() {
    kernel.init(7, 45);
    var fs =
        new MemoryFileSystem() {
          @Override
          public void init(Connection connection) {
            throw new IllegalStateException("no disk");
          }
        };

    assertThatThrownBy(() -> connect(fs)).hasRootCauseMessage("no disk");
    assertThat(kernel.closed).isTrue();
  }

  @Test
  void theKernelIsAskedForWhatTheFileSystemWants() throws Exception {
    kernel.init(7, 45);
    connect(new MemoryFileSystem());
    Answer answer = kernel.answer();
    int flags = answer.fields().getInt(InitOut.FLAGS);

    assertThat(has(flags, InitFlags.ASYNC_READ)).isTrue();
    assertThat(has(flags, InitFlags.PARALLEL_DIROPS)).isTrue();
    assertThat(has(flags, InitFlags.CACHE_SYMLINKS)).isTrue();
    assertThat(has(flags, InitFlags.NO_OPEN_SUPPORT)).isTrue();
    assertThat(has(flags, InitFlags.NO_OPENDIR_SUPPORT)).isTrue();
    assertThat(has(flags, InitFlags.DO_READDIRPLUS)).isTrue();
    assertThat(has(flags, InitFlags.READDIRPLUS_AUTO)).isFalse();
    assertThat(has(flags, InitFlags.EXPORT_SUPPORT)).isFalse();
    assertThat(has(flags, InitFlags.POSIX_ACL)).isTrue();
    assertThat(answer.fields().getShort(InitOut.MAX_PAGES)).isEqualTo((short) 256);
  }

  @Test
  void aFileSystemWithHandlesIsAskedToOpen() throws Exception {
    kernel.init(7, 45);
    connect(new MemoryFileSystem(new Features(true, true, Features.ReadDirPlus.NEVER, true)));
    int flags = kernel.answer().fields().getInt(InitOut.FLAGS);

    assertThat(has(flags, InitFlags.NO_OPEN_SUPPORT)).isFalse();
    assertThat(has(flags, InitFlags.NO_OPENDIR_SUPPORT)).isFalse();
    assertThat(has(flags, InitFlags.DO_READDIRPLUS)).isFalse();
    assertThat(has(flags, InitFlags.EXPORT_SUPPORT)).isTrue();
  }

  @Test
  void theLongestPatienceIsAskedOfAKernelThatHasALimit(@TempDir Path proc) throws Exception {
    assertThat(granted(proc, 0, 0)).isEmpty();
    // A default is for those who do not ask.
    assertThat(granted(proc, 20, 0)).contains(Duration.ofSeconds(65_535));
    assertThat(granted(proc, 0, 30)).contains(Duration.ofSeconds(30));
    // The kernel takes no less than the time between its looks.
    assertThat(granted(proc, 3, 2)).contains(Duration.ofSeconds(15));
  }

  private Optional<Duration> granted(Path proc, int byDefault, int most) throws Exception {
    Path limits = Files.createDirectories(proc.resolve("sys/fs/fuse"));
    Files.writeString(limits.resolve("default_request_timeout"), byDefault + "\n");
    Files.writeString(limits.resolve("max_request_timeout"), most + "\n");
    var channel = new FakeChannel();
    channel.init(7, 45);
    Session session = Session.start(new MemoryFileSystem(), channel, OPTIONS, new Proc(proc));
    short asked = channel.answer().fields().getShort(InitOut.REQUEST_TIMEOUT);
    assertThat(asked).isEqualTo((short) (byDefault + most == 0 ? 0 : 65_535));
    channel.fail(Errors.ENODEV);
    session.lifetime().await();
    return session.connection().requestTimeout();
  }

  private static boolean has(int flags, long flag) {
    return (flags & flag) != 0;
  }
}
