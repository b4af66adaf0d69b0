package dev.gitfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  @Test
  void aProcessThatIsToldToStopReadingStopsAtOnce() throws Exception {
    var readers = new ArrayList<Process>();
    // Through the page cache nobody but the kernel waits; direct, the process itself does.
    readers.add(mount.start("exec cat slow0"));
    readers.add(mount.start("exec dd if=slow1 iflag=direct status=none"));
    fs.awaitCalls("waiting read", 2);

    long start = System.nanoTime();
    for (Process reader : readers) {
      Shell.run(mount.directory(), "kill -INT " + reader.pid());
      assertThat(Shell.finish(reader).status()).isEqualTo(128 + 2);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void aSignalThatIsHandledMakesTheReadEintr() throws Exception {
    Process reader =
        mount.start(
            """
            exec python3 -c "
            import os, signal
            class Stop(Exception): pass
            def stop(*a): raise Stop
            signal.signal(signal.SIGUSR1, stop)
            fd = os.open('slow0', os.O_RDONLY | os.O_DIRECT)
            import mmap
            buffer = mmap.mmap(-1, 4096)
            try: os.readv(fd, [buffer])
            except Stop: print('stopped')
            "
            """);
    fs.awaitCalls("waiting read", 1);
    Shell.run(mount.directory(), "kill -USR1 " + reader.pid());

    assertThat(Shell.finish(reader).ok()).isEqualTo("stopped\n");
    assertThat(mount.sh("cat fast").ok()).isEqualTo("fast\n");
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
