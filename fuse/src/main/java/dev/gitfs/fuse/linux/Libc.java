package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Downcalls to libc. Each returns what the system call returned or, for a failure, the negated
 * errno, as the kernel itself does.
 *
 * <p>Pointers are passed as plain addresses: the memory is mapped by {@link Pages} or held by an
 * arena of the caller, and a check of its lifetime at every call would cost more than the call.
 */
final class Libc {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /** What a caller lends for errno to be stored in. */
  static final MemoryLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();

  private static final VarHandle ERRNO_VALUE =
      ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle READ = io("read");
  private static final MethodHandle WRITE = io("write");

  private static final MethodHandle WRITEV =
      handle("writev", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT), ERRNO);

  private Libc() {}

  static MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("No " + name + " in libc"));
    return LINKER.downcallHandle(address, descriptor, options);
  }

  static MethodHandle withErrno(String name, FunctionDescriptor descriptor) {
    return handle(name, descriptor, ERRNO);
  }

  private static MethodHandle io(String name) {
    return withErrno(name, FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
  }

  /** {@code result}, or the negated errno if it says failure. */
  static long result(long result, MemorySegment errno) {
    return result >= 0 ? result : -errno(errno);
  }

  static int errno(MemorySegment errno) {
    return (int) ERRNO_VALUE.get(errno, 0L);
  }

  static long read(MemorySegment errno, int fd, long address, long length) {
    try {
      return result((long) READ.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static long write(MemorySegment errno, int fd, long address, long length) {
    try {
      return result((long) WRITE.invokeExact(errno, fd, address, length), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static long writev(MemorySegment errno, int fd, long vector, int count) {
    try {
      return result((long) WRITEV.invokeExact(errno, fd, vector, count), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
