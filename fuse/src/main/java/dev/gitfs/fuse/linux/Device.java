package dev.gitfs.fuse.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** An open {@code /dev/fuse} that is, or is about to be, one connection to the kernel. */
public final class Device implements Channel {
  static final String PATH = "/dev/fuse";

  /** In the scratch segment, behind errno: two times address and length. */
  private static final int IOVEC = 16;

  private static final int IOVEC_COUNT = 2;

  private final int fd;

  Device(int fd) {
    this.fd = fd;
  }

  /** The device, or a negated errno where a descriptor would be. */
  static Device open() {
    return new Device(Syscalls.open(PATH, Syscalls.O_RDWR | Syscalls.O_CLOEXEC));
  }

  int fd() {
    return fd;
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
