package dev.gitfs.fuse.linux;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be mounted, in the terms of mount(2) and fusermount3.
 *
 * @param maxRead the most bytes that one read may ask for
 */
public record MountSpec(
    String fsname,
    String subtype,
    boolean allowOther,
    boolean defaultPermissions,
    boolean readOnly,
    List<MountFlag> flags,
    int maxRead) {

  String type() {
    return subtype.isEmpty() ? "fuse" : "fuse." + subtype;
  }

  /** What the kernel's fuse takes, whichever way it gets there. */
  private List<String> common() {
    var options = new ArrayList<String>();
    options.add("max_read=" + maxRead);
    if (allowOther) {
      options.add("allow_other");
    }
    if (defaultPermissions) {
      options.add("default_permissions");
    }
    return options;
  }

  /** The last argument of mount(2). */
  String kernelOptions(int fd) {
    var options = common();
    options.add("fd=" + fd);
    options.add("rootmode=40000");
    options.add("user_id=" + Syscalls.euid());
    options.add("group_id=" + Syscalls.egid());
    return String.join(",", options);
  }

  /** The argument of fusermount3's {@code -o}. */
  String fusermountOptions() {
    var options = common();
    options.add("fsname=" + fsname.replace("\\", "\\\\").replace(",", "\\,"));
    if (!subtype.isEmpty()) {
      options.add("subtype=" + subtype);
    }
    options.add(readOnly ? "ro" : "rw");
    flags.forEach(flag -> options.add(flag.option()));
    return String.join(",", options);
  }
}
