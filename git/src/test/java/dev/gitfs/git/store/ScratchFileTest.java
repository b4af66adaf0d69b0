package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchFileTest {

  private static final int BYTES = 1 << 20;

  @TempDir Path scratch;

  @Test
  void interruptsOfThoseWhoReadAndWriteChangeNothing() throws Exception {
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    var file = file();
    file.write(0, ByteBuffer.wrap(content));
    var done = new AtomicBoolean();
    var wrong = new AtomicInteger();
    var transfers = new AtomicInteger();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < 4; i++) {
      boolean writes = i == 0;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                while (!done.get()) {
                  try {
                    if (writes) {
                      file.write(7, ByteBuffer.wrap(content, 7, BYTES - 7));
                    } else {
                      var target = ByteBuffer.allocateDirect(BYTES - 5);
                      file.read(5, target);
                      boolean same = target.flip().equals(ByteBuffer.wrap(content, 5, BYTES - 5));
                      wrong.addAndGet(same ? 0 : 1);
                    }
                  } catch (IOException e) {
                    wrong.incrementAndGet();
                  }
                  transfers.incrementAndGet();
                  Thread.interrupted();
                }
              }));
    }
    for (int i = 0; i < 2000; i++) {
      threads.get(i % threads.size()).interrupt();
      Thread.sleep(0, 100_000);
    }
    done.set(true);
    for (var thread : threads) {
      thread.join();
    }
    assertThat(wrong).hasValue(0);
    assertThat(transfers).hasValueGreaterThan(100);
  }

  @Test
  void anInterruptStays() throws Exception {
    var file = file();
    try {
      Thread.currentThread().interrupt();
      file.write(0, ByteBuffer.wrap(new byte[10]));
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
    assertThat(scratch.resolve("file")).hasSize(10);
  }

  @Test
  void aFileThatEndsTooSoonIsNoContent() throws Exception {
    var file = file();
    file.write(0, ByteBuffer.wrap(new byte[10]));
    assertThatThrownBy(() -> file.read(5, ByteBuffer.allocate(6)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut short");
  }

  @Test
  void onceDeletedItBeginsAnew() throws Exception {
    var file = file();
    file.write(0, ByteBuffer.wrap(new byte[10]));
    file.delete();
    assertThat(scratch).isEmptyDirectory();
    file.write(0, ByteBuffer.wrap(new byte[] {1}));
    assertThat(Files.readAllBytes(scratch.resolve("file"))).containsExactly(1);
  }

  private ScratchFile file() {
    return new ScratchFile(
        scratch.resolve("file"),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }
}
