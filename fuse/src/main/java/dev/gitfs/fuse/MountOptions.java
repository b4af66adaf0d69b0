package dev.gitfs.fuse;

import dev.gitfs.fuse.linux.MountFlag;
import dev.gitfs.fuse.linux.MountSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * How a file system is mounted.
 *
 * @param fsname what {@code mount} and {@code df} show as the source
 * @param subtype what follows "fuse." in the type; empty for none. No comma
 * @param allowOther lets other users than the one who mounts reach the files (an unprivileged mount
 *     needs {@code user_allow_other} in /etc/fuse.conf for it)
 * @param defaultPermissions lets the kernel check permissions by mode and owner
 * @param readOnly lets the kernel refuse every attempt to write (EROFS) without asking
 * @param flags further options without a value, such as {@code noexec}; see {@link #with}
 * @param readers how many threads read requests
 */
public record MountOptions(
    String fsname,
    String subtype,
    boolean allowOther,
    boolean defaultPermissions,
    boolean readOnly,
    List<String> flags,
    int readers) {

  /**
   * More than there are processors in a small machine: the kernel wakes them in turn, and where
   * waking an idle processor is dear (a virtual machine), a thread that last ran beside the reader
   * is woken there. With one client on an idle machine of two processors 8 threads answered 26,000
   * to 32,000 stat a second, 4 of them 17,000 to 27,000, 2 of them 10,000 to 46,000 and 1 of them
   * 7,000; on a busy machine all of them the same.
   */
  private static final int READERS = 8;

  public MountOptions {
    flags = List.copyOf(flags);
    if (subtype.contains(",")) {
      throw new IllegalArgumentException("A comma in the subtype \"" + subtype + "\"");
    }
    for (String flag : flags) {
      known(flag);
    }
    if (readers < 1) {
      throw new IllegalArgumentException("At least one thread has to read requests");
    }
  }

  /** Read-only, permissions checked by the kernel, only for the user who mounts. */
  public static MountOptions readOnly(String fsname, String subtype) {
    return new MountOptions(fsname, subtype, false, true, true, List.of(), READERS);
  }

  /** The same, for other users as well or not. */
  public MountOptions allowOther(boolean allowed) {
    return new MountOptions(fsname, subtype, allowed, defaultPermissions, readOnly, flags, readers);
  }

  /** The same, but the file system is asked for writes and refuses them itself. */
  public MountOptions writable() {
    return new MountOptions(fsname, subtype, allowOther, defaultPermissions, false, flags, readers);
  }

  /** The same with another number of reader threads. */
  public MountOptions readers(int count) {
    return new MountOptions(
        fsname, subtype, allowOther, defaultPermissions, readOnly, flags, count);
  }

  /**
   * The same with the options of a {@code -o} argument, separated by commas: {@code allow_other},
   * {@code default_permissions}, {@code ro}, {@code rw}, {@code fsname=}, {@code subtype=} and the
   * common ones of mount(8) from {@code nosuid} to {@code noatime}.
   *
   * @throws IllegalArgumentException naming the option that is not known
   */
  public MountOptions with(String commaSeparated) {
    String fsname = this.fsname;
    String subtype = this.subtype;
    boolean allowOther = this.allowOther;
    boolean defaultPermissions = this.defaultPermissions;
    boolean readOnly = this.readOnly;
    List<String> flags = new ArrayList<>(this.flags);
    for (String option : commaSeparated.split(",")) {
      int equals = option.indexOf('=');
      String key = equals < 0 ? option : option.substring(0, equals + 1);
      switch (key) {
        case "" -> {}
        case "allow_other" -> allowOther = true;
        case "default_permissions" -> defaultPermissions = true;
        case "ro" -> readOnly = true;
        case "rw" -> readOnly = false;
        case "fsname=" -> fsname = option.substring(equals + 1);
        case "subtype=" -> subtype = option.substring(equals + 1);
        default -> flags.add(option);
      }
    }
    return new MountOptions(
        fsname, subtype, allowOther, defaultPermissions, readOnly, flags, readers);
  }

  private static MountFlag known(String flag) {
    return MountFlag.named(flag)
        .orElseThrow(() -> new IllegalArgumentException("Unknown mount option \"" + flag + "\""));
  }

  MountSpec spec() {
    return new MountSpec(
        fsname,
        subtype,
        allowOther,
        defaultPermissions,
        readOnly,
        flags.stream().map(MountOptions::known).toList(),
        Handshake.MAX_READ);
  }
}
