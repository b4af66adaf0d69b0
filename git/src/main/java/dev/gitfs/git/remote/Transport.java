package dev.gitfs.git.remote;

import java.io.IOException;
import java.util.Optional;

/**
 * A way to reach one repository's upload-pack: HTTP, or a byte stream (ssh, git://, a local
 * process). Knows connections and credentials; knows of the protocol only where an advertisement
 * and an answer end.
 *
 * <p>Methods block, may be called from any thread and answer an interrupt with {@link
 * InterruptedException}. A failure is a {@link TryFailedException} or, for an exchange that broke
 * off, a plain {@link IOException}.
 */
interface Transport extends AutoCloseable {

  /** Asks for the capability advertisement. */
  Advertisement advertise() throws IOException, InterruptedException;

  /** Finds out whether the server is there: returns, or fails as {@link #advertise}, soon. */
  default void greet() throws IOException, InterruptedException {
    advertise();
  }

  /** Sends a request of the version that was advertised. The caller closes the exchange. */
  Exchange send(Request request) throws IOException, InterruptedException;

  /** Where the server's redirects led, if it has redirected. */
  default Optional<String> moved() {
    return Optional.empty();
  }

  /** An exchange timed out: connections that are kept may be dead as well, and are given up. */
  void distrust();

  /** Ends all connections; exchanges under way fail. */
  @Override
  void close();
}
