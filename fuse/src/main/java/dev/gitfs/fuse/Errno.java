package dev.gitfs.fuse;

/**
 * The errors an operation can end with, as Linux numbers them on x86-64 and aarch64 alike (both use
 * asm-generic/errno.h). Each holds one preallocated exception: {@code throw
 * Errno.ENOENT.exception()} allocates nothing.
 */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  E2BIG(7),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  EXDEV(18),
  ENODEV(19),
  ENOTDIR(20),
  EISDIR(21),
  EINVAL(22),
  EMFILE(24),
  ENOTTY(25),
  EFBIG(27),
  ENOSPC(28),
  EROFS(30),
  EMLINK(31),
  ERANGE(34),
  ENAMETOOLONG(36),
  ENOSYS(38),
  ENOTEMPTY(39),
  ELOOP(40),
  ENODATA(61),
  EPROTO(71),
  EOVERFLOW(75),
  EOPNOTSUPP(95),
  ECONNABORTED(103),
  ENOTCONN(107),
  ETIMEDOUT(110),
  EHOSTUNREACH(113),
  ESTALE(116),
  ECANCELED(125);

  private final int number;
  private final FuseException exception;

  Errno(int number) {
    this.number = number;
    this.exception = new FuseException(this);
  }

  /** The number the kernel knows this error by, positive. */
  public int number() {
    return number;
  }

  /** The one exception that ends an operation with this error; it has no stack trace. */
  public FuseException exception() {
    return exception;
  }
}
