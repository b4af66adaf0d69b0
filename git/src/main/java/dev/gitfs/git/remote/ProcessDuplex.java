package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.git.background.Background;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A child process that speaks for the server: ssh, or a local upload-pack. */
final class ProcessDuplex implements Duplex {

  /** As much of what the child says as is kept: its last words, not its banner. */
  private static final int KEPT_WORDS = 4096;

  /** How long a child whose answer has ended may still take to say why. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final Process process;
  private final StringBuilder said = new StringBuilder();
  private final Thread listener;

  private ProcessDuplex(Process process) {
    this.process = process;
    // A platform thread: a read from a pipe would hold a virtual thread's carrier.
    this.listener = Background.platform("git-fs-stderr", this::listen);
    listener.start();
  }

  static ProcessDuplex start(ProcessBuilder command) throws IOException {
    try {
      return new ProcessDuplex(command.start());
    } catch (IOException e) {
      throw TryFailedException.lasting(
          RemoteException.Kind.UNREACHABLE,
          "cannot run " + name(command) + ": is it installed?",
          e);
    }
  }

  private static String name(ProcessBuilder command) {
    return String.valueOf(Path.of(command.command().getFirst()).getFileName());
  }

  @Override
  public InputStream in() {
    return process.getInputStream();
  }

  @Override
  public OutputStream out() {
    return process.getOutputStream();
  }

  @Override
  public String lastWords() {
    try {
      listener.join(LAST_WORDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (said) {
      return said.toString().strip();
    }
  }

  @Override
  public void close() {
    // A shell may stand between this process and its ssh.
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    // Closing a pipe that another thread reads can block: not on the caller's time.
    Background.start(
        "end of a process",
        () -> {
          try {
            process.getOutputStream().close();
            if (!process.waitFor(1, TimeUnit.SECONDS)) {
              process.destroyForcibly();
            }
          } catch (IOException e) {
            // The child has gone first.
          } catch (InterruptedException e) {
            process.destroyForcibly();
          }
        });
  }

  private void listen() {
    var buffer = new byte[1024];
    try (var err = process.getErrorStream()) {
      for (int count; (count = err.read(buffer)) >= 0; ) {
        synchronized (said) {
          said.append(new String(buffer, 0, count, UTF_8));
          said.delete(0, Math.max(0, said.length() - KEPT_WORDS));
        }
      }
    } catch (IOException e) {
      // The stream was closed under us: there are no more words.
    }
  }
}
