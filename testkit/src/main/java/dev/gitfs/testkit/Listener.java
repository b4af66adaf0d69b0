package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A free port of the loopback interface where connections are accepted until it is closed, on a
 * thread of its own. What was accepted belongs to whom it was handed to.
 */
final class Listener implements AutoCloseable {

  /** As many as a test starts at once; what came beyond would be refused. */
  private static final int BACKLOG = 512;

  private final ServerSocket socket;
  private final AtomicInteger accepted = new AtomicInteger();

  /** Takes a connection, and returns soon: the next one waits. */
  interface Receiver {
    void take(Socket client) throws IOException;
  }

  private Listener(ServerSocket socket) {
    this.socket = socket;
  }

  /** Hands each connection to {@code receiver}; one that it fails to take is closed. */
  static Listener start(String name, Receiver receiver) {
    try {
      var listener = new Listener(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
      Thread.ofPlatform().daemon().name(name).start(() -> listener.accept(receiver));
      return listener;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  /** How many connections clients have opened. */
  int accepted() {
    return accepted.get();
  }

  private void accept(Receiver receiver) {
    while (!socket.isClosed()) {
      try {
        var client = socket.accept();
        accepted.incrementAndGet();
        hand(client, receiver);
      } catch (IOException e) {
        // Closed; the loop ends.
      }
    }
  }

  private static void hand(Socket client, Receiver receiver) throws IOException {
    try {
      receiver.take(client);
    } catch (IOException e) {
      client.close();
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
