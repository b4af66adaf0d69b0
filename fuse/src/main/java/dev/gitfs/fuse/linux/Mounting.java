package dev.gitfs.fuse.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Mounts and unmounts: by mount(2) and umount2(2) with CAP_SYS_ADMIN, else by the setuid program
 * fusermount3.
 */
public final class Mounting {
  private static final int MNT_DETACH = 2;

  /** Do not follow a link at the end of the path to somebody else's mount. */
  private static final int UMOUNT_NOFOLLOW = 8;

  private Mounting() {}

  /**
   * What came of it.
   *
   * @param device the connection, on which the kernel's first request waits already
   * @param direct whether mount(2) was enough
   */
  public record Mounted(Device device, boolean direct) {}

  /** Links this process to libc. */
  public static void prepare() {
    Syscalls.euid();
    Pages.size();
  }

  /** Mounts on an existing directory, given by its real path. */
  public static Mounted mount(Path directory, MountSpec spec) throws IOException {
    Device device = Device.open();
    int result = device.fd();
    if (result >= 0) {
      result =
          Syscalls.mount(
              CString.of(spec.fsname()),
              CString.of(directory),
              CString.of(spec.type()),
              MountFlag.bits(spec.flags(), spec.readOnly()),
              CString.of(spec.kernelOptions(device.fd())));
      if (result == 0) {
        return new Mounted(device, true);
      }
      device.close();
    }
    return switch (-result) {
      // fusermount3 is setuid: it may mount, and open a device that is root's alone.
      case Errors.EPERM, Errors.EACCES -> new Mounted(Fusermount.mount(directory, spec), false);
      default ->
          throw new MountRefusedException("Cannot mount on " + directory + ": " + reason(-result));
    };
  }

  /**
   * Mounts a file system that nothing serves, and unmounts it: to know whether this process may.
   * What looks at it meanwhile gets an error at once.
   *
   * @return whether mount(2) was enough
   * @throws MountRefusedException if it may not
   */
  public static boolean tryOut(Path directory, MountSpec spec) throws IOException {
    Mounted mounted = mount(directory, spec);
    mounted.device().close();
    unmount(directory, true);
    return mounted.direct();
  }

  private static String reason(int errno) {
    return switch (errno) {
      case Errors.ENODEV, Errors.ENXIO -> "this kernel has no fuse";
      case Errors.EBUSY -> "it is in use";
      case Errors.EINVAL -> "the kernel does not accept the options, or " + Device.PATH;
      case Errors.EACCES -> "permission denied";
      case Errors.ENOENT ->
          Files.exists(Path.of(Device.PATH)) ? "it does not exist" : Device.PATH + " is not there";
      default -> "errno " + errno;
    };
  }

  /**
   * Unmounts, or lazily detaches, what is mounted on a directory.
   *
   * @throws BusyException if it is in use and {@code lazy} is false
   */
  public static void unmount(Path directory, boolean lazy) throws IOException {
    int flags = UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0);
    int result = Syscalls.umount2(CString.of(directory), flags);
    switch (-result) {
      case 0 -> {}
      case Errors.EPERM -> Fusermount.unmount(directory, lazy);
      case Errors.EBUSY -> throw new BusyException(directory + " is in use");
      case Errors.EINVAL -> throw new IOException(directory + " is not a mount");
      default -> throw new IOException("Cannot unmount " + directory + ": " + reason(-result));
    }
  }
}
