package dev.gitfs.git.remote;

import java.io.IOException;
import java.io.InputStream;

/** Takes the pack that answers a fetch. */
@FunctionalInterface
public interface PackReceiver {

  /**
   * Reads {@code pack}, a pack file from its signature to its trailing checksum, already
   * demultiplexed from the side band, to its end. Called on the thread that called fetch. When the
   * stream breaks, or this method throws {@link CorruptPackException}, the request is repeated and
   * this method called again with a new stream: what came before must be discarded whole.
   */
  void receive(InputStream pack) throws IOException;
}
