package dev.gitfs.fuse.linux;

import java.lang.foreign.Arena;
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

  private static final MethodHandle MMAP = Libc.function("mmap");
  private static final MethodHandle MUNMAP = Libc.function("munmap");
  private static final MethodHandle GETPAGESIZE = Libc.function("getpagesize");

  private Pages() {}

  /** Zeroed memory of so many bytes. */
  public static MemorySegment map(long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Libc.ERRNO_LAYOUT);
      long address =
          Libc.result(
              Libc.call(MMAP, errno, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0),
              errno);
      if (address < 0) {
        throw new OutOfMemoryError("mmap of " + size + " bytes: errno " + -address);
      }
      return MemorySegment.ofAddress(address).reinterpret(size);
    }
  }

  /** Gives memory of {@link #map} back. */
  public static void unmap(MemorySegment pages) {
    try (Arena arena = Arena.ofConfined()) {
      Libc.call(MUNMAP, arena.allocate(Libc.ERRNO_LAYOUT), pages.address(), pages.byteSize());
    }
  }

  /** The size of a page: 4 KiB on x86-64; 4, 16 or 64 KiB on aarch64. */
  public static int size() {
    try (Arena arena = Arena.ofConfined()) {
      return (int) Libc.call(GETPAGESIZE, arena.allocate(Libc.ERRNO_LAYOUT));
    }
  }
}
