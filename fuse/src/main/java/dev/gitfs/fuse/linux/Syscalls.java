package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls made a few times in the life of a mount: open, mount, spawn and the like. As in {@link
 * Libc}, failure is the negated errno.
 */
final class Syscalls {
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 02000000;
  static final int AF_UNIX = 1;
  static final int SOCK_STREAM = 1;
  static final int SOCK_CLOEXEC = 02000000;
  static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private static final MethodHandle OPEN =
      Libc.withErrno("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      Libc.withErrno("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle MOUNT =
      Libc.withErrno(
          "mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle UMOUNT2 =
      Libc.withErrno("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SOCKETPAIR =
      Libc.withErrno(
          "socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle PIPE2 =
      Libc.withErrno("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVMSG =
      Libc.withErrno("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle WAITPID =
      Libc.withErrno("waitpid", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle POSIX_SPAWN =
      Libc.handle(
          "posix_spawn",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
  private static final MethodHandle FILE_ACTIONS_INIT =
      Libc.handle("posix_spawn_file_actions_init", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle FILE_ACTIONS_ADDDUP2 =
      Libc.handle(
          "posix_spawn_file_actions_adddup2",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle FILE_ACTIONS_DESTROY =
      Libc.handle("posix_spawn_file_actions_destroy", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle GETEUID =
      Libc.handle("geteuid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle GETEGID =
      Libc.handle("getegid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle IOCTL =
      Libc.handle(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(2));

  private Syscalls() {}

  private interface Call {
    long invoke(Arena arena, MemorySegment errno) throws Throwable;
  }

  private static int call(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      return (int) Libc.result(call.invoke(arena, errno), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static int open(String path, int flags) {
    return call((arena, errno) -> (int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags));
  }

  static int close(int fd) {
    return call((arena, errno) -> (int) CLOSE.invokeExact(errno, fd));
  }

  /** {@code ioctl} with a pointer to one unsigned int. */
  static int ioctl(int fd, long command, int value) {
    return call((arena, errno) ->
        (int) IOCTL.invokeExact(errno, fd, command, arena.allocateFrom(JAVA_INT, value)));
  }

  static int mount(CString source, CString target, CString type, long flags, CString options) {
    return call((arena, errno) ->
        (int)
            MOUNT.invokeExact(
                errno,
                source.in(arena),
                target.in(arena),
                type.in(arena),
                flags,
                options.in(arena)));
  }

  static int umount2(CString target, int flags) {
    return call((arena, errno) -> (int) UMOUNT2.invokeExact(errno, target.in(arena), flags));
  }

  /** Fills in two connected stream sockets, closed on exec. */
  static int socketpair(int[] sockets) {
    return pair(
        sockets,
        (errno, both) ->
            (int) SOCKETPAIR.invokeExact(errno, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both));
  }

  /** Fills in the reading and the writing end, closed on exec. */
  static int pipe(int[] ends) {
    return pair(ends, (errno, both) -> (int) PIPE2.invokeExact(errno, both, O_CLOEXEC));
  }

  private interface PairCall {
    int invoke(MemorySegment errno, MemorySegment both) throws Throwable;
  }

  private static int pair(int[] descriptors, PairCall call) {
    return call((arena, errno) -> {
      MemorySegment both = arena.allocate(JAVA_INT, 2);
      int result = call.invoke(errno, both);
      descriptors[0] = both.getAtIndex(JAVA_INT, 0);
      descriptors[1] = both.getAtIndex(JAVA_INT, 1);
      return result;
    });
  }

  static int read(int fd, byte[] into) {
    return call((arena, errno) -> {
      MemorySegment buffer = arena.allocate(into.length);
      long count = Libc.read(errno, fd, buffer.address(), into.length);
      if (count > 0) {
        MemorySegment.ofArray(into).copyFrom(buffer.asSlice(0, count));
      }
      return count;
    });
  }

  /**
   * Starts a program with {@code environment} as its whole environment, and with {@code
   * descriptors} as its first ones beyond 0: descriptors[i] becomes i + 2. Answers the process id.
   */
  static int spawn(
      CString program, CString[] arguments, CString[] environment, int... descriptors) {
    return call((arena, errno) -> {
      MemorySegment actions = arena.allocate(FILE_ACTIONS_SIZE, Long.BYTES);
      MemorySegment pid = arena.allocate(JAVA_INT);
      int failure = (int) FILE_ACTIONS_INIT.invokeExact(actions);
      try {
        for (int i = 0; i < descriptors.length && failure == 0; i++) {
          failure = (int) FILE_ACTIONS_ADDDUP2.invokeExact(actions, descriptors[i], i + 2);
        }
        if (failure == 0) {
          failure =
              (int)
                  POSIX_SPAWN.invokeExact(
                      pid,
                      program.in(arena),
                      actions,
                      MemorySegment.NULL,
                      CString.vector(arena, arguments),
                      CString.vector(arena, environment));
        }
      } finally {
        int ignored = (int) FILE_ACTIONS_DESTROY.invokeExact(actions);
      }
      return failure == 0 ? pid.get(JAVA_INT, 0) : -failure;
    });
  }

  /** glibc's posix_spawn_file_actions_t has 80 bytes, musl's fewer; room for what may come. */
  private static final long FILE_ACTIONS_SIZE = 256;

  /** Waits for a child; answers its raw wait status. */
  static int waitpid(int pid) {
    return call((arena, errno) -> {
      MemorySegment status = arena.allocate(JAVA_INT);
      long result;
      do {
        result = Libc.result((int) WAITPID.invokeExact(errno, pid, status, 0), errno);
      } while (result == -Errors.EINTR);
      return result < 0 ? result : status.get(JAVA_INT, 0);
    });
  }

  /**
   * Receives one descriptor sent with one byte; -1 if the other side closed without sending one.
   */
  static int receiveDescriptor(int socket) {
    return call((arena, errno) -> {
      var message = new DescriptorMessage(arena);
      long received;
      do {
        received =
            Libc.result(
                (long) RECVMSG.invokeExact(errno, socket, message.header(), MSG_CMSG_CLOEXEC),
                errno);
      } while (received == -Errors.EINTR);
      return received < 0 ? received : message.descriptor();
    });
  }

  static int euid() {
    return call((arena, errno) -> Integer.toUnsignedLong((int) GETEUID.invokeExact()));
  }

  static int egid() {
    return call((arena, errno) -> Integer.toUnsignedLong((int) GETEGID.invokeExact()));
  }
}
