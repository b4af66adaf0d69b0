package dev.gitfs.git.remote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Two byte streams to an upload-pack: a child process's or a socket's. */
interface Duplex extends Closeable {

  InputStream in();

  OutputStream out();

  /**
   * What the other end said about its failure, empty if it said nothing. Asked once the stream has
   * broken; waits a moment for the last words.
   */
  String lastWords();

  /** Ends both streams and what is behind them. Never blocks, may be called twice. */
  @Override
  void close();

  /** Makes connections. */
  @FunctionalInterface
  interface Connector {
    Duplex connect() throws IOException, InterruptedException;
  }
}
