import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;

/**
 * Asks a daemon over and over where its branch is, for finish-build: what was compiled in training
 * is compiled at once and without counters afterwards, which an idle daemon, with a poll or two a
 * second, would not earn in an hour.
 *
 * <p>Run as {@code java TrainingPolls.java SOCKET MOUNT}.
 */
final class TrainingPolls {

  /** More than the 200 calls after which a method is compiled. */
  private static final int POLLS = 300;

  private TrainingPolls() {}

  public static void main(String[] arguments) throws IOException {
    byte[] request =
        "{\"Refresh\":{\"directory\":\"%s\"}}\n".formatted(arguments[1]).getBytes(UTF_8);
    try (var daemon = SocketChannel.open(UnixDomainSocketAddress.of(arguments[0]))) {
      var replies =
          new BufferedReader(new InputStreamReader(Channels.newInputStream(daemon), UTF_8));
      for (int i = 0; i < POLLS; i++) {
        daemon.write(ByteBuffer.wrap(request));
        replies.readLine();
      }
    }
  }
}
