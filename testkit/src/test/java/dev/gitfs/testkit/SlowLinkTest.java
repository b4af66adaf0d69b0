package dev.gitfs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SlowLinkTest {
  private static final Duration ROUND_TRIP = Duration.ofMillis(50);

  private ServerSocket echo;

  @BeforeEach
  void startEchoServer() throws IOException {
    echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().start(this::acceptAll);
  }

  @AfterEach
  void stopEchoServer() throws IOException {
    echo.close();
  }

  @Test
  void anAnswerTakesOneRoundTripAndAConnectionOneMore() throws Exception {
    try (var link = new SlowLink(echo.getLocalPort(), ROUND_TRIP, SlowLink.UNLIMITED);
        var socket = connect(link)) {
      assertThat(millisOfAnEcho(socket, 1)).isGreaterThan(100.0);
      int echoes = 1 + takesAtBest(50.0, 60.0, () -> millisOfAnEcho(socket, 1));
      assertThat(link.roundTrips()).isEqualTo(echoes);
      assertThat(link.connections()).isEqualTo(1);
      assertThat(link.bytesUp()).isEqualTo(echoes);
      assertThat(link.bytesDown()).isEqualTo(echoes);
    }
  }

  @Test
  void aTransferTakesWhatTheBandwidthSays() throws Exception {
    try (var link = new SlowLink(echo.getLocalPort(), ROUND_TRIP, 200_000_000);
        var socket = connect(link)) {
      millisOfAnEcho(socket, 1);
      // 5 MB are 200 ms at 200 Mbit/s; both directions work at the same time.
      takesAtBest(250.0, 320.0, () -> millisOfAnEcho(socket, 5_000_000));
    }
  }

  @Test
  void connectionsShareTheBandwidth() throws Exception {
    try (var link = new SlowLink(echo.getLocalPort(), ROUND_TRIP, 200_000_000);
        var one = connect(link);
        var other = connect(link)) {
      millisOfAnEcho(one, 1);
      millisOfAnEcho(other, 1);
      takesAtBest(
          240.0,
          320.0,
          () -> {
            var first = later(() -> millisOfAnEcho(one, 2_500_000));
            var second = later(() -> millisOfAnEcho(other, 2_500_000));
            return Math.max(first.get(), second.get());
          });
    }
  }

  @Test
  void aLargeTransferHardlyDelaysASmallOne() throws Exception {
    try (var link = new SlowLink(echo.getLocalPort(), ROUND_TRIP, 200_000_000);
        var large = connect(link);
        var small = connect(link)) {
      millisOfAnEcho(large, 1);
      millisOfAnEcho(small, 1);
      takesAtBest(
          50.0,
          70.0,
          () -> {
            var transfer = later(() -> millisOfAnEcho(large, 5_000_000));
            Thread.sleep(100);
            double millis = millisOfAnEcho(small, 1);
            transfer.get();
            return millis;
          });
    }
  }

  @Test
  void aStalledLinkGoesOnWhenItMay() throws IOException {
    try (var link = new SlowLink(echo.getLocalPort(), ROUND_TRIP, SlowLink.UNLIMITED);
        var socket = connect(link)) {
      millisOfAnEcho(socket, 1);
      link.stall();
      socket.setSoTimeout(300);
      socket.getOutputStream().write(1);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      link.resume();
      assertThat(socket.getInputStream().read()).isEqualTo(1);
    }
  }

  @Test
  void aCutLinkResetsUntilMended() throws IOException {
    try (var link = new SlowLink(echo.getLocalPort(), ROUND_TRIP, SlowLink.UNLIMITED)) {
      try (var socket = connect(link)) {
        millisOfAnEcho(socket, 1);
        link.cut();
        assertThatThrownBy(() -> socket.getInputStream().read()).hasMessageContaining("reset");
      }
      try (var socket = connect(link)) {
        assertThatThrownBy(() -> socket.getInputStream().read()).hasMessageContaining("reset");
      }
      link.mend();
      try (var socket = connect(link)) {
        millisOfAnEcho(socket, 1);
      }
    }
  }

  /**
   * Repeats a measurement until one is within the bounds; none may be below. A busy machine makes
   * any of them slower, nothing makes one faster than the link.
   *
   * @return how often it was repeated
   */
  private static int takesAtBest(double least, double most, Callable<Double> millis)
      throws Exception {
    double best = Double.MAX_VALUE;
    int times = 0;
    while (best > most && times < 30) {
      best = Math.min(best, millis.call());
      times++;
    }
    assertThat(best).isBetween(least, most);
    return times;
  }

  private Socket connect(SlowLink link) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), link.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static double millisOfAnEcho(Socket socket, int bytes) {
    try {
      var start = System.nanoTime();
      var sent =
          later(() -> {
            socket.getOutputStream().write(new byte[bytes]);
            return bytes;
          });
      socket.getInputStream().readNBytes(bytes);
      sent.get();
      return (System.nanoTime() - start) / 1e6;
    } catch (IOException | InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** On a thread of its own: a pool might run one after the other. */
  private static <T> FutureTask<T> later(Callable<T> work) {
    var task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private void acceptAll() {
    while (!echo.isClosed()) {
      try {
        var socket = echo.accept();
        socket.setTcpNoDelay(true);
        Thread.ofPlatform().daemon().start(() -> echo(socket));
      } catch (IOException e) {
        // The test is over.
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The link broke, as some tests want.
    }
  }
}
