package dev.gitfs.fuse.linux;

import java.io.IOException;

/** A mount cannot be unmounted while it is in use; it can be detached. */
public final class BusyException extends IOException {
  BusyException(String message) {
    super(message);
  }
}
