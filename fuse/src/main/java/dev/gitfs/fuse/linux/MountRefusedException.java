package dev.gitfs.fuse.linux;

import java.io.IOException;

/** The kernel, or fusermount3, did not mount: for a reason that lies in the machine. */
public final class MountRefusedException extends IOException {
  MountRefusedException(String message) {
    super(message);
  }
}
