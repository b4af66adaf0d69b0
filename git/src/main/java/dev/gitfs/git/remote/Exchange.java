package dev.gitfs.git.remote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request that was sent, and its answer as it arrives. Reads of the answer wait no longer than
 * the idle timeout, and end with {@link java.io.InterruptedIOException} when their thread is
 * interrupted.
 */
interface Exchange extends Closeable {

  InputStream answer();

  /** The answer has been read to its last packet: the connection may serve another request. */
  void finish() throws IOException;

  /** Without {@link #finish} before it, abandons the exchange, and the connection if need be. */
  @Override
  void close();
}
