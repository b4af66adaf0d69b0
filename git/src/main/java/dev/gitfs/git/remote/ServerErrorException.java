package dev.gitfs.git.remote;

import java.io.IOException;

/** The server said what is wrong, in an {@code ERR} packet or on the error band. */
final class ServerErrorException extends IOException {

  ServerErrorException(String message) {
    super(message.strip());
  }
}
