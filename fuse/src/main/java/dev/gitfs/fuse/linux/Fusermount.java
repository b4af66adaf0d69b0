package dev.gitfs.fuse.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The setuid program fusermount3, which mounts for users who may not, and sends the open device
 * over a socket that it inherits.
 *
 * <p>Started by posix_spawn, because ProcessBuilder closes every descriptor the child should have.
 */
final class Fusermount {
  private static final String PROGRAM = "fusermount3";

  /** Where packages put it, for a PATH that lacks it. */
  private static final String USUAL_PLACES = "/usr/local/bin:/usr/bin:/bin";

  private static final String COMMAND_LANGUAGE = "LC_ALL=C";

  /** The child has its standard error on 2 and the socket on 3: see {@link Syscalls#spawn}. */
  private static final String SOCKET_VARIABLE = "_FUSE_COMMFD=3";

  /** Some machines keep the device for root; fusermount3 opens it as the user. */
  private static final String DEVICE_REFUSED = "failed to open " + Device.PATH;

  private Fusermount() {}

  static Device mount(Path directory, MountSpec spec) throws IOException {
    int[] sockets = new int[2];
    check("socketpair", Syscalls.socketpair(sockets));
    try {
      Outcome outcome;
      try {
        outcome = run(sockets[1], "-o", spec.fusermountOptions(), "--", directory.toString());
      } finally {
        Syscalls.close(sockets[1]);
      }
      outcome.orThrow("Cannot mount on " + directory);
      int fd = Syscalls.receiveDescriptor(sockets[0]);
      if (fd < 0) {
        throw new IOException(PROGRAM + " mounted " + directory + " but sent no descriptor");
      }
      return new Device(fd);
    } finally {
      Syscalls.close(sockets[0]);
    }
  }

  static void unmount(Path directory, boolean lazy) throws IOException {
    Outcome outcome = run(-1, lazy ? "-uz" : "-u", "--", directory.toString());
    if (!outcome.succeeded() && outcome.complaint().contains("busy")) {
      throw new BusyException(directory + " is in use");
    }
    outcome.orThrow("Cannot unmount " + directory);
  }

  private record Outcome(int status, String complaint) {
    boolean succeeded() {
      return status == 0;
    }

    void orThrow(String what) throws IOException {
      if (!succeeded()) {
        throw new IOException(
            what
                + ": "
                + (complaint.isBlank() ? PROGRAM + " failed" : complaint.strip())
                + (complaint.contains(DEVICE_REFUSED) ? " (chmod 666 " + Device.PATH + ")" : ""));
      }
    }
  }

  private static Outcome run(int socket, String... arguments) throws IOException {
    Path program = find();
    String[] command = new String[arguments.length + 1];
    command[0] = PROGRAM;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    int[] pipe = new int[2];
    check("pipe", Syscalls.pipe(pipe));
    try {
      int pid;
      try {
        int[] descriptors = socket < 0 ? new int[] {pipe[1]} : new int[] {pipe[1], socket};
        pid =
            Syscalls.spawn(
                CString.of(program),
                CString.all(command),
                CString.all(COMMAND_LANGUAGE, SOCKET_VARIABLE),
                descriptors);
      } finally {
        Syscalls.close(pipe[1]);
      }
      check("posix_spawn of " + program, pid);
      String complaint = drain(pipe[0]);
      return new Outcome(Syscalls.waitpid(pid), complaint);
    } finally {
      Syscalls.close(pipe[0]);
    }
  }

  private static Path find() throws IOException {
    String path = System.getenv("PATH");
    String places = path == null ? USUAL_PLACES : path + ":" + USUAL_PLACES;
    return Arrays.stream(places.split(":"))
        .filter(place -> place.startsWith("/"))
        .map(place -> Path.of(place, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "Mounting needs either root or "
                    + PROGRAM
                    + ", which is not on the PATH: install the package fuse3"));
  }

  private static String drain(int fd) {
    var all = new ByteArrayOutputStream();
    byte[] some = new byte[1024];
    for (int count; (count = Syscalls.read(fd, some)) > 0 || count == -Errors.EINTR; ) {
      all.write(some, 0, Math.max(count, 0));
    }
    return all.toString(Charset.forName("US-ASCII"));
  }

  private static void check(String what, int result) throws IOException {
    if (result < 0) {
      throw new IOException(what + " failed: errno " + -result);
    }
  }
}
