package dev.gitfs.git.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InflowTest {

  private final AtomicInteger more = new AtomicInteger();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final Traffic traffic = new Traffic();

  private Inflow inflow(Duration idle) {
    return new Inflow(
        idle,
        traffic,
        new Inflow.Source() {
          @Override
          public void more() {
            more.incrementAndGet();
          }

          @Override
          public void cancel() {
            cancelled.set(true);
          }
        });
  }

  @Test
  void bytesAreReadInTheirOrderAndCounted() throws IOException {
    var in = inflow(Duration.ofSeconds(5));
    in.arrive(ByteBuffer.wrap(new byte[] {1, 2}));
    in.arrive(ByteBuffer.allocate(0));
    in.arrive(ByteBuffer.wrap(new byte[] {3}));
    in.end();

    assertThat(in.readAllBytes()).containsExactly(1, 2, 3);
    assertThat(in.read()).isEqualTo(-1);
    assertThat(more).hasValue(3);
    assertThat(traffic.statistics().bytesReceived()).isEqualTo(3);
  }

  @Test
  void aSilentSourceTimesOut() {
    var in = inflow(Duration.ofMillis(20));

    assertThatThrownBy(in::read)
        .isInstanceOfSatisfying(
            TryFailedException.class,
            e -> assertThat(e.kind()).isEqualTo(RemoteException.Kind.TIMED_OUT));
  }

  @Test
  void anInterruptEndsTheWait() {
    var in = inflow(Duration.ofMinutes(1));
    Thread.currentThread().interrupt();

    assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void whatArrivedBeforeAFailureIsStillRead() throws IOException {
    var in = inflow(Duration.ofSeconds(5));
    in.arrive(ByteBuffer.wrap(new byte[] {1}));
    in.fail(new IOException("reset"));

    assertThat(in.read()).isEqualTo(1);
    assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasRootCauseMessage("reset");
    assertThatThrownBy(in::read).isInstanceOf(IOException.class);
  }

  @Test
  void closingEndsAReadOnAnotherThread() throws Exception {
    var in = inflow(Duration.ofMinutes(1));
    var failed = new AtomicBoolean();
    var reader =
        Thread.startVirtualThread(() -> {
          try {
            in.read();
          } catch (IOException e) {
            failed.set(true);
          }
        });
    in.close();
    reader.join();

    assertThat(failed).isTrue();
    assertThat(cancelled).isTrue();
  }
}
