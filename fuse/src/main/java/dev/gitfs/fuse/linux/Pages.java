package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Page-aligned memory straight from the kernel. Unlike an arena's it costs nothing until it is
 * touched (a buffer for the largest read is mostly unused), and access to it checks bounds but not
 * lifetime: whoever unmaps it makes sure that nobody uses it any more.
 */
public final class Pages {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

  private static final MethodHandle MMAP =
      Libc.withErrno(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      Libc.withErrno("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle GETPAGESIZE =
      Libc.handle("getpagesize", FunctionDescriptor.of(JAVA_INT));

  private Pages() {}

  /** Zeroed memory of so many bytes. */
  public static MemorySegment map(long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      long address =
          (long) MMAP.invokeExact(errno, 0L, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (address == -1) {
        throw new OutOfMemoryError("mmap of " + size + " bytes: errno " + Libc.errno(errno));
      }
      return MemorySegment.ofAddress(address).reinterpret(size);
    } catch (OutOfMemoryError e) {
      throw e;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** Gives memory of {@link #map} back. */
  public static void unmap(MemorySegment pages) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      int ignored = (int) MUNMAP.invokeExact(errno, pages.address(), pages.byteSize());
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The size of a page: 4 KiB on x86-64; 4, 16 or 64 KiB on aarch64. */
  public static int size() {
    try {
      return (int) GETPAGESIZE.invokeExact();
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
