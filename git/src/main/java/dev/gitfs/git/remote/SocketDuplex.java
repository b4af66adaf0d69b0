package dev.gitfs.git.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;

/** A connection to {@code git daemon}. */
final class SocketDuplex implements Duplex {

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private SocketDuplex(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /** Connects and asks for the repository; the daemon's advertisement follows. */
  static SocketDuplex connect(RemoteUrl.Git url, Timeouts timeouts) throws IOException {
    var socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(url.host(), url.port()),
          Math.toIntExact(timeouts.connect().toMillis()));
      var duplex = new SocketDuplex(socket);
      duplex.out.write(hello(url));
      duplex.out.flush();
      return duplex;
    } catch (UnknownHostException e) {
      socket.close();
      throw TryFailedException.passing(
          RemoteException.Kind.UNREACHABLE, "no host has this name", e);
    } catch (SocketTimeoutException e) {
      socket.close();
      throw TryFailedException.passing(
          RemoteException.Kind.UNREACHABLE,
          "no connection within " + Durations.text(timeouts.connect()),
          e);
    } catch (IOException e) {
      socket.close();
      throw TryFailedException.passing(RemoteException.Kind.UNREACHABLE, e.getMessage(), e);
    }
  }

  /** What a daemon is told first. */
  static byte[] hello(RemoteUrl.Git url) {
    String hello =
        "git-upload-pack "
            + url.path()
            + "\0host="
            + url.authority()
            + "\0"
            // Behind a second NUL: what version 0 servers pass over.
            + "\0version=2\0";
    int length = hello.getBytes(UTF_8).length + 4;
    return ("%04x".formatted(length) + hello).getBytes(UTF_8);
  }

  @Override
  public InputStream in() {
    return in;
  }

  @Override
  public OutputStream out() {
    return out;
  }

  @Override
  public String lastWords() {
    return "";
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to save on a connection that is given up.
    }
  }
}
