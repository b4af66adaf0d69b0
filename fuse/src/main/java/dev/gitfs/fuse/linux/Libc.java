package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/**
 * Downcalls to libc. Each returns what the system call returned or, for a failure, the negated
 * errno, as the kernel itself does.
 *
 * <p>Pointers are passed as plain addresses: the memory is mapped by {@link Pages} or held by an
 * arena of the caller, and a check of its lifetime at every call would cost more than the call.
 *
 * <p>All functions are linked with one signature, of six longs. On 64-bit Linux that is where C
 * looks for its first six integers and pointers, one in each register, an int in the lower half of
 * it; those that a function does not have it does not look at. The JVM makes code for every
 * signature anew: for eighteen of them that took 0.2 s of processor as a mount began.
 */
final class Libc {
  private static final int ARGUMENTS = 6;

  private static final FunctionDescriptor SIGNATURE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  /** What a caller lends for errno to be stored in. */
  static final MemoryLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();

  private static final long ERRNO_OFFSET =
      ERRNO_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle READ = function("read");
  private static final MethodHandle WRITE = function("write");
  private static final MethodHandle WRITEV = function("writev");

  private Libc() {}

  /** A function with up to six parameters, integers or pointers, to be called by {@link #call}. */
  static MethodHandle function(String name) {
    MemorySegment address =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("No " + name + " in libc"));
    return LINKER.downcallHandle(address, SIGNATURE, ERRNO);
  }

  /**
   * Calls a function that is not called often. Of what one returns that is an int in C only the
   * lower half means anything.
   */
  static long call(MethodHandle function, MemorySegment errno, long... arguments) {
    long[] all = Arrays.copyOf(arguments, ARGUMENTS);
    try {
      return (long) function.invokeExact(errno, all[0], all[1], all[2], all[3], all[4], all[5]);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** {@code result}, or the negated errno if it says failure. */
  static long result(long result, MemorySegment errno) {
    return result >= 0 ? result : -errno.get(JAVA_INT, ERRNO_OFFSET);
  }

  static long read(MemorySegment errno, int fd, long address, long length) {
    try {
      return result((long) READ.invokeExact(errno, (long) fd, address, length, 0L, 0L, 0L), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static long write(MemorySegment errno, int fd, long address, long length) {
    try {
      return result((long) WRITE.invokeExact(errno, (long) fd, address, length, 0L, 0L, 0L), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static long writev(MemorySegment errno, int fd, long vector, int count) {
    try {
      return result(
          (long) WRITEV.invokeExact(errno, (long) fd, vector, (long) count, 0L, 0L, 0L), errno);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
