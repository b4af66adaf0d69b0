package dev.gitfs.fuse.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The setuid program fusermount3, which mounts for users who may not, and sends the open device
 * over a socket that it inherits. That of FUSE 2, fusermount, does the same.
 *
 * <p>Started by posix_spawn, because ProcessBuilder closes every descriptor the child should have.
 */
public final class Fusermount {
  private static final List<String> PROGRAMS = List.of("fusermount3", "fusermount");

  /** Where packages put it, for a PATH that lacks it. */
  private static final String USUAL_PLACES = "/usr/local/bin:/usr/bin:/bin";

  private static final String COMMAND_LANGUAGE = "LC_ALL=C";

  /** The child has its standard error on 2 and the socket on 3: see {@link Syscalls#spawn}. */
  private static final String SOCKET_VARIABLE = "_FUSE_COMMFD=3";

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
      if (!outcome.succeeded()) {
        throw new MountRefusedException("Cannot mount on " + directory + ": " + outcome.reason());
      }
      int fd = Syscalls.receiveDescriptor(sockets[0]);
      if (fd < 0) {
        throw new IOException("fusermount3 mounted " + directory + " but sent no descriptor");
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
    if (!outcome.succeeded()) {
      throw new IOException("Cannot unmount " + directory + ": " + outcome.reason());
    }
  }

  private record Outcome(int status, String complaint) {
    boolean succeeded() {
      return status == 0;
    }

    /** In one line: it may complain in several. */
    String reason() {
      return complaint.isBlank()
          ? "fusermount3 ended with status " + status
          : complaint.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
  }

  private static Outcome run(int socket, String... arguments) throws IOException {
    Path program = find();
    String[] command = new String[arguments.length + 1];
    command[0] = program.getFileName().toString();
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
    return program()
        .orElseThrow(() ->
            new MountRefusedException(
                "Mounting needs either CAP_SYS_ADMIN or fusermount3, which is not on the PATH"));
  }

  /** Where it is, on the PATH or where packages put it. */
  public static Optional<Path> program() {
    String path = System.getenv("PATH");
    String places = path == null ? USUAL_PLACES : path + ":" + USUAL_PLACES;
    return PROGRAMS.stream()
        .flatMap(program ->
            Arrays.stream(places.split(":"))
                .filter(place -> place.startsWith("/"))
                .map(place -> Path.of(place, program)))
        .filter(Files::isExecutable)
        .findFirst();
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
