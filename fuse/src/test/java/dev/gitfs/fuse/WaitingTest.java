package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that take their time: others go on, and who asked can go away. */
@Timeout(60)
class WaitingTest {
  private final MemoryFileSystem fs = new MemoryFileSystem();
  private final CountDownLatch gate = new CountDownLatch(1);
  private TestMount mount;

  @BeforeEach
  void mount() throws IOException {
    fs.file(fs.root, "fast", "fast\n");
    for (int i = 0; i < 100; i++) {
      fs.slowFile(fs.root, "slow" + i, "slow\n", gate);
    }
    mount = TestMount.of(fs);
  }

  @AfterEach
  void unmount() throws IOException {
    mount.close();
  }

  @Test
  void aHundredSlowReadsDelayNoFastOne() throws Exception {
    Process readers =
        mount.start("for i in $(seq 0 99); do dd if=slow$i iflag=direct status=none & done; wait");
    fs.awaitCalls("waiting read", 100);

    assertThat(mount.sh("timeout 5 cat fast").ok()).isEqualTo("fast\n");
    assertThat(mount.sh("timeout 5 ls | wc -l").ok()).isEqualToIgnoringWhitespace("101");
    gate.countDown();
    assertThat(Shell.finish(readers).ok().lines()).hasSize(100).containsOnly("slow");
  }

  /** A read(2) that waits, direct and without the page cache: prints its result, and errno. */
  private static final String READER =
      """
      ulimit -c 0; exec python3 -c "
      import ctypes, mmap, os, signal
      for s in (signal.SIGALRM, signal.SIGCHLD, signal.SIGUSR1):
          signal.signal(s, lambda *a: None)
      signal.siginterrupt(signal.SIGALRM, False)
      signal.signal(signal.SIGINT, %s)
      libc = ctypes.CDLL(None, use_errno=True)
      fd = os.open('slow0', os.O_RDONLY | os.O_DIRECT)
      buffer = (ctypes.c_char * 4096).from_buffer(mmap.mmap(-1, 4096))
      print(libc.pread(fd, buffer, 4096, 0), ctypes.get_errno())
      "
      """;

  private static final String HANDLED = READER.formatted("lambda *a: None");
  private static final String DEFAULT = READER.formatted("signal.SIG_DFL");

  /** Attaches as a debugger does, with a stop, and goes away again. */
  private static final String TRACER =
      "python3 -c 'import ctypes; libc = ctypes.CDLL(None); libc.ptrace(16, %d, 0, 0)'";

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "KILL", "QUIT", "RTMIN"})
  void aFatalSignalEndsAReadThatWaitsAtOnce(String signal) throws Exception {
    assertThat(statusAfter(DEFAULT, signal)).isGreaterThan(128);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "KILL"})
  void soItDoesThroughThePageCacheWhereTheKernelWaits(String signal) throws Exception {
    assertThat(statusAfter("exec cat slow0", signal)).isGreaterThan(128);
  }

  private int statusAfter(String line, String signal) throws Exception {
    Process reader = mount.start(line);
    fs.awaitCalls("waiting read", 1);
    long start = System.nanoTime();
    Shell.run(mount.directory(), "kill -" + signal + " " + reader.pid());
    int status = Shell.finish(reader).status();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    return status;
  }

  @Test
  void aSignalThatIsNotFatalEndsNoRead() throws Exception {
    Process reader = mount.start(HANDLED);
    fs.awaitCalls("waiting read", 1);
    long pid = reader.pid();
    for (String signal : List.of("ALRM", "CHLD", "USR1", "INT", "WINCH", "STOP", "CONT")) {
      Shell.run(mount.directory(), "kill -" + signal + " " + pid).ok();
    }
    Shell.run(mount.directory(), TRACER.formatted(pid)).ok();
    assertThat(reader.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();

    gate.countDown();
    Shell.run(mount.directory(), "kill -CONT " + pid).ok();
    assertThat(Shell.finish(reader).ok()).isEqualTo("5 0\n");
  }

  @Test
  void aFatalSignalAfterOneThatIsNotEndsTheRead() throws Exception {
    Process reader = mount.start(HANDLED);
    fs.awaitCalls("waiting read", 1);
    Shell.run(mount.directory(), "kill -USR1 " + reader.pid()).ok();
    assertThat(reader.waitFor(100, TimeUnit.MILLISECONDS)).isFalse();

    Shell.run(mount.directory(), "kill -TERM " + reader.pid()).ok();
    assertThat(Shell.finish(reader).status()).isEqualTo(128 + 15);
  }

  @Test
  void unmountingEndsWhatWaits() throws Exception {
    Process reader = mount.start("exec cat slow0");
    fs.awaitCalls("waiting read", 1);
    reader.destroyForcibly();
    reader.waitFor();

    mount.mount().close();
    mount.mount().awaitEnd();

    assertThat(fs.destroyed.getCount()).isZero();
  }
}
