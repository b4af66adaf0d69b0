package dev.gitfs.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A server that is a child process, its output in a file. Ended with all its descendants, at the
 * latest when this JVM ends.
 */
final class ServerProcess implements AutoCloseable {

  /** A server that has not come up by then never will. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Process process;
  private final Path log;
  private final Thread atExit = new Thread(this::kill);

  private ServerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts {@code command} and waits until it accepts connections on {@code port}. */
  static ServerProcess start(
      Path directory, Path log, Map<String, String> environment, List<String> command, int port) {
    return start(directory, log, environment, command, () -> accepts(port));
  }

  /** Starts {@code command} and waits until {@code ready}. */
  static ServerProcess start(
      Path directory,
      Path log,
      Map<String, String> environment,
      List<String> command,
      BooleanSupplier ready) {
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      var process = builder.start();
      process.getOutputStream().close();
      var server = new ServerProcess(process, log);
      try {
        server.awaitReady(command, ready);
      } catch (RuntimeException e) {
        server.close();
        throw e;
      }
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitReady(List<String> command, BooleanSupplier ready) {
    var deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!ready.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException(String.join(" ", command) + " did not start: " + output());
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** All it has written so far. */
  String output() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A port that was free a moment ago. For servers that cannot choose one themselves and tell; the
   * kernel does not give out the same port again soon.
   */
  static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean accepts(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    kill();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void kill() {
    // The head first, so that it starts no more children meanwhile.
    var family = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
  }
}
