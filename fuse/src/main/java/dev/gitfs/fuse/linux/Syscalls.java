package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
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

  private static final MethodHandle OPEN = Libc.function("open");
  private static final MethodHandle CLOSE = Libc.function("close");
  private static final MethodHandle MOUNT = Libc.function("mount");
  private static final MethodHandle UMOUNT2 = Libc.function("umount2");
  private static final MethodHandle SOCKETPAIR = Libc.function("socketpair");
  private static final MethodHandle PIPE2 = Libc.function("pipe2");
  private static final MethodHandle RECVMSG = Libc.function("recvmsg");
  private static final MethodHandle WAITPID = Libc.function("waitpid");
  private static final MethodHandle POSIX_SPAWN = Libc.function("posix_spawn");
  private static final MethodHandle FILE_ACTIONS_INIT =
      Libc.function("posix_spawn_file_actions_init");
  private static final MethodHandle FILE_ACTIONS_ADDDUP2 =
      Libc.function("posix_spawn_file_actions_adddup2");
  private static final MethodHandle FILE_ACTIONS_DESTROY =
      Libc.function("posix_spawn_file_actions_destroy");
  private static final MethodHandle GETEUID = Libc.function("geteuid");
  private static final MethodHandle GETEGID = Libc.function("getegid");
  private static final MethodHandle IOCTL = Libc.function("ioctl");

  private Syscalls() {}

  private interface Call {
    long invoke(Arena arena, MemorySegment errno);
  }

  /** Makes a call whose result is an int, as all of these are where there is no failure. */
  private static int call(Call call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      return (int) Libc.result((int) call.invoke(arena, errno), errno);
    }
  }

  static int open(String path, int flags) {
    return call(
        (arena, errno) -> Libc.call(OPEN, errno, arena.allocateFrom(path).address(), flags));
  }

  static int close(int fd) {
    return call((_, errno) -> Libc.call(CLOSE, errno, fd));
  }

  /** {@code ioctl} with a pointer to one unsigned int. */
  static int ioctl(int fd, long command, int value) {
    return call((arena, errno) ->
        Libc.call(IOCTL, errno, fd, command, arena.allocateFrom(JAVA_INT, value).address()));
  }

  static int mount(CString source, CString target, CString type, long flags, CString options) {
    return call((arena, errno) ->
        Libc.call(
            MOUNT,
            errno,
            source.in(arena),
            target.in(arena),
            type.in(arena),
            flags,
            options.in(arena)));
  }

  static int umount2(CString target, int flags) {
    return call((arena, errno) -> Libc.call(UMOUNT2, errno, target.in(arena), flags));
  }

  /** Fills in two connected stream sockets, closed on exec. */
  static int socketpair(int[] sockets) {
    return pair(
        sockets,
        (errno, both) ->
            Libc.call(SOCKETPAIR, errno, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both));
  }

  /** Fills in the reading and the writing end, closed on exec. */
  static int pipe(int[] ends) {
    return pair(ends, (errno, both) -> Libc.call(PIPE2, errno, both, O_CLOEXEC));
  }

  private interface PairCall {
    long invoke(MemorySegment errno, long both);
  }

  private static int pair(int[] descriptors, PairCall call) {
    return call((arena, errno) -> {
      MemorySegment both = arena.allocate(JAVA_INT, 2);
      long result = call.invoke(errno, both.address());
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
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      long actions = arena.allocate(FILE_ACTIONS_SIZE, Long.BYTES).address();
      MemorySegment pid = arena.allocate(JAVA_INT);
      // These return what others leave in errno.
      int failure = (int) Libc.call(FILE_ACTIONS_INIT, errno, actions);
      try {
        for (int i = 0; i < descriptors.length && failure == 0; i++) {
          failure = (int) Libc.call(FILE_ACTIONS_ADDDUP2, errno, actions, descriptors[i], i + 2L);
        }
        if (failure == 0) {
          failure =
              (int)
                  Libc.call(
                      POSIX_SPAWN,
                      errno,
                      pid.address(),
                      program.in(arena),
                      actions,
                      0,
                      CString.vector(arena, arguments),
                      CString.vector(arena, environment));
        }
      } finally {
        Libc.call(FILE_ACTIONS_DESTROY, errno, actions);
      }
      return failure == 0 ? pid.get(JAVA_INT, 0) : -failure;
    }
  }

  /** glibc's posix_spawn_file_actions_t has 80 bytes, musl's fewer; room for what may come. */
  private static final long FILE_ACTIONS_SIZE = 256;

  /** Waits for a child; answers its raw wait status. */
  static int waitpid(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      MemorySegment status = arena.allocate(JAVA_INT);
      int result;
      do {
        result =
            (int) Libc.result((int) Libc.call(WAITPID, errno, pid, status.address(), 0), errno);
      } while (result == -Errors.EINTR);
      return result < 0 ? result : status.get(JAVA_INT, 0);
    }
  }

  /**
   * Receives one descriptor sent with one byte; -1 if the other side closed without sending one.
   */
  static int receiveDescriptor(int socket) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      var message = new DescriptorMessage(arena);
      long header = message.header().address();
      long received;
      do {
        received = Libc.result(Libc.call(RECVMSG, errno, socket, header, MSG_CMSG_CLOEXEC), errno);
      } while (received == -Errors.EINTR);
      return received < 0 ? (int) received : message.descriptor();
    }
  }

  static long euid() {
    return id(GETEUID);
  }

  static long egid() {
    return id(GETEGID);
  }

  private static long id(MethodHandle function) {
    try (Arena arena = Arena.ofConfined()) {
      return Integer.toUnsignedLong((int) Libc.call(function, arena.allocate(Libc.ERRNO_LAYOUT)));
    }
  }
}
