package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** An open {@code /dev/fuse} that is, or is about to be, one connection to the kernel. */
public final class Device implements Channel {
  static final String PATH = "/dev/fuse";

  /** {@code _IOR(229, 0, uint32_t)}: the same on x86-64 and aarch64. */
  private static final long FUSE_DEV_IOC_CLONE = 0x8004E500L;

  /** In the scratch segment, behind errno: two times address and length. */
  private static final int IOVEC = 16;

  private static final int IOVEC_COUNT = 2;

  private final int fd;

  Device(int fd) {
    this.fd = fd;
  }

  static Device open() throws IOException {
    int fd = Syscalls.open(PATH, Syscalls.O_RDWR | Syscalls.O_CLOEXEC);
    if (fd < 0) {
      throw new IOException(
          switch (-fd) {
            case Errors.ENOENT, Errors.ENODEV, Errors.ENXIO ->
                PATH
                    + " is not there: load the module (modprobe fuse), or give the container the"
                    + " device (--device /dev/fuse)";
            case Errors.EACCES, Errors.EPERM ->
                PATH
                    + " may not be opened: allow it (chmod 666 "
                    + PATH
                    + "; in a container --device /dev/fuse --cap-add SYS_ADMIN)";
            default -> "Cannot open " + PATH + ": errno " + -fd;
          });
    }
    return new Device(fd);
  }

  int fd() {
    return fd;
  }

  /**
   * Another descriptor for the same connection, so that several threads take requests without
   * meeting at one lock. An answer must go to the descriptor its request came from.
   */
  public Device cloned() throws IOException {
    Device other = open();
    int result = Syscalls.ioctl(other.fd, FUSE_DEV_IOC_CLONE, fd);
    if (result < 0) {
      other.close();
      throw new IOException("FUSE_DEV_IOC_CLONE failed: errno " + -result);
    }
    return other;
  }

  @Override
  public long read(MemorySegment into, MemorySegment scratch) {
    return Libc.read(scratch, fd, into.address(), into.byteSize());
  }

  @Override
  public long write(MemorySegment from, long offset, long length, MemorySegment scratch) {
    return Libc.write(scratch, fd, from.address() + offset, length);
  }

  @Override
  public long write(
      MemorySegment from, long offset, long length, MemorySegment body, MemorySegment scratch) {
    scratch.set(JAVA_LONG, IOVEC, from.address() + offset);
    scratch.set(JAVA_LONG, IOVEC + 8, length);
    scratch.set(JAVA_LONG, IOVEC + 16, body.address());
    scratch.set(JAVA_LONG, IOVEC + 24, body.byteSize());
    return Libc.writev(scratch, fd, scratch.address() + IOVEC, IOVEC_COUNT);
  }

  @Override
  public void close() {
    Syscalls.close(fd);
  }
}
