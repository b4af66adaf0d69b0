package dev.gitfs.cli;

import dev.gitfs.cli.config.Directories;
import dev.gitfs.fuse.linux.Fusermount;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What mounting depends on, as this process finds it.
 *
 * @param root whether this is user 0, in its user namespace
 * @param registered whether the user database knows this user
 * @param capable whether it has CAP_SYS_ADMIN there
 * @param noNewPrivileges whether no setuid program gives it more rights
 * @param filtered whether a seccomp filter looks at its system calls
 * @param ownUserNamespace whether it is in a user namespace other than the machine's
 * @param confinement the profile of AppArmor, or the context of SELinux, that it runs under
 * @param fuse whether this kernel has FUSE loaded
 * @param device what {@code /dev/fuse} is
 * @param fusermount fusermount3, if it is there
 */
record Machine(
    boolean root,
    boolean registered,
    boolean capable,
    boolean noNewPrivileges,
    boolean filtered,
    boolean ownUserNamespace,
    Optional<String> confinement,
    boolean fuse,
    Device device,
    Optional<Fusermount3> fusermount) {

  static final Path FUSE_DEVICE = Path.of("/dev/fuse");

  /** {@code 10:229}, see devices.txt of the kernel. */
  private static final long FUSE_NUMBER = 10 << 8 | 229;

  private static final int FILE_TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int SETUID = 04000;

  /** capabilities(7). */
  private static final int CAP_SYS_ADMIN = 21;

  /** What {@code /dev/fuse} is. */
  enum Device {
    THERE,
    ABSENT,
    /** A file, or a device of another number. */
    OTHER,
    /** By its mode. */
    CLOSED,
    /** By a device cgroup, a security module or a mount without devices, whatever its mode. */
    FORBIDDEN,
    /** It is there, and the kernel has nothing behind it. */
    DEAD
  }

  /**
   * The program that mounts for others.
   *
   * @param setuidRoot whether it has root's rights
   * @param nosuid whether it lies on a file system that gives no such rights
   */
  record Fusermount3(Path file, boolean setuidRoot, boolean nosuid) {}

  static Machine here() throws IOException {
    Map<String, String> status = status();
    return new Machine(
        Directories.userId() == 0,
        !System.getProperty("user.name").equals("?"),
        (Long.parseUnsignedLong(status.getOrDefault("CapEff", "0"), 16) >>> CAP_SYS_ADMIN & 1) == 1,
        status.getOrDefault("NoNewPrivs", "0").equals("1"),
        !status.getOrDefault("Seccomp", "0").equals("0"),
        !words("/proc/self/uid_map").equals(List.of("0", "0", "4294967295")),
        readConfinement(),
        words("/proc/filesystems").contains("fuse"),
        openDevice(),
        findFusermount());
  }

  private static Device openDevice() {
    try (var _ = FileChannel.open(FUSE_DEVICE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return isFuse() ? Device.THERE : Device.OTHER;
    } catch (NoSuchFileException e) {
      return Device.ABSENT;
    } catch (IOException e) {
      if (!isFuse()) {
        return Device.OTHER;
      }
      if (e instanceof AccessDeniedException) {
        return Files.isReadable(FUSE_DEVICE) && Files.isWritable(FUSE_DEVICE)
            ? Device.FORBIDDEN
            : Device.CLOSED;
      }
      String reason = e instanceof FileSystemException failure ? failure.getReason() : "";
      return "Operation not permitted".equals(reason) ? Device.FORBIDDEN : Device.DEAD;
    }
  }

  private static boolean isFuse() {
    try {
      Map<String, Object> found = Files.readAttributes(FUSE_DEVICE, "unix:mode,rdev");
      return ((Integer) found.get("mode") & FILE_TYPE) == CHARACTER_DEVICE
          && found.get("rdev").equals(FUSE_NUMBER);
    } catch (IOException e) {
      return false;
    }
  }

  private static Optional<Fusermount3> findFusermount() throws IOException {
    Optional<Path> found = Fusermount.program();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Path file = found.get().toRealPath();
    Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,mode");
    boolean setuid =
        attributes.get("uid").equals(0) && ((Integer) attributes.get("mode") & SETUID) != 0;
    return Optional.of(new Fusermount3(file, setuid, onNosuid(file)));
  }

  /** See proc_pid_mountinfo(5); the mount nearest to the file is the one with the longest path. */
  private static boolean onNosuid(Path file) throws IOException {
    int longest = -1;
    boolean nosuid = false;
    for (String line :
        new String(Files.readAllBytes(Path.of("/proc/self/mountinfo")), StandardCharsets.ISO_8859_1)
            .split("\n")) {
      String[] fields = line.split(" ");
      if (fields.length > 5
          && fields[4].length() >= longest
          && (file + "/").startsWith(fields[4].equals("/") ? "/" : fields[4] + "/")) {
        longest = fields[4].length();
        nosuid = List.of(fields[5].split(",")).contains("nosuid");
      }
    }
    return nosuid;
  }

  private static Optional<String> readConfinement() {
    try {
      // A security module that has no word for it makes reading fail.
      String profile =
          Files.readString(Path.of("/proc/self/attr/current")).replace("\0", "").strip();
      return Optional.of(profile)
          .filter(
              name -> !name.isEmpty() && !name.startsWith("unconfined") && !name.equals("kernel"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> status() throws IOException {
    var fields = new HashMap<String, String>();
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return fields;
  }

  private static List<String> words(String file) {
    try {
      return Arrays.asList(Files.readString(Path.of(file)).strip().split("\\s+"));
    } catch (IOException e) {
      return List.of();
    }
  }
}
