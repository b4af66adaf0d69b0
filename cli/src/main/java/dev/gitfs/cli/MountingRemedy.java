package dev.gitfs.cli;

/** What has to be done on a machine that refused to mount, by what it is like. */
final class MountingRemedy {

  private static final String CONTAINER =
      "start the container with --device /dev/fuse --cap-add SYS_ADMIN"
          + " --security-opt apparmor=unconfined";

  private MountingRemedy() {}

  /**
   * The nearest cause and its remedy, in a sentence; what stands first makes all that follows it
   * pointless.
   */
  static String of(Machine machine) {
    return switch (machine.device()) {
      case ABSENT ->
          machine.fuse()
              ? "there is no /dev/fuse: "
                  + CONTAINER
                  + ", or: mknod -m 666 /dev/fuse c 10 229 (as root)"
              : "this kernel has no FUSE loaded: modprobe fuse (as root, outside of a container)";
      case OTHER ->
          "/dev/fuse is not the FUSE device: rm -f /dev/fuse; mknod -m 666 /dev/fuse c 10 229 (as"
              + " root), or "
              + CONTAINER;
      case CLOSED -> "/dev/fuse is closed to you: chmod 666 /dev/fuse (as root)";
      case FORBIDDEN ->
          "/dev/fuse may not be opened here (device cgroup, or mounted nodev): " + CONTAINER;
      case DEAD -> "nothing is behind /dev/fuse: modprobe fuse (as root)";
      case THERE -> machine.capable() ? refusedToTheCapable(machine) : ofFusermount(machine);
    };
  }

  private static String refusedToTheCapable(Machine machine) {
    if (machine.ownUserNamespace()) {
      return "the mounts here belong to another user namespace: unshare --user --map-root-user"
          + " --mount, or "
          + CONTAINER;
    }
    if (machine.confinement().isPresent()) {
      return "its security module may forbid it (this runs as "
          + machine.confinement().get()
          + "): "
          + CONTAINER;
    }
    return machine.filtered()
        ? "a seccomp filter may forbid it: --security-opt seccomp=unconfined, or a profile that"
            + " allows mount and umount2"
        : "the kernel's log may have more: dmesg | tail";
  }

  private static String ofFusermount(Machine machine) {
    if (machine.root()) {
      return machine.ownUserNamespace()
          ? "root without CAP_SYS_ADMIN in a user namespace: " + CONTAINER
          : "root without CAP_SYS_ADMIN may not mount: " + CONTAINER;
    }
    if (machine.fusermount().isEmpty()) {
      return "fusermount3 is absent: apt-get install fuse3 (as root)";
    }
    var fusermount = machine.fusermount().get();
    if (machine.noNewPrivileges()) {
      return "no_new_privs is set, so that fusermount3 gets no rights: start without it (setpriv"
          + " --no-new-privs, systemd's NoNewPrivileges=, --security-opt no-new-privileges), or as"
          + " root with CAP_SYS_ADMIN";
    }
    if (!machine.registered()) {
      return "this user has no entry in /etc/passwd, without which fusermount3 mounts nothing: add"
          + " one (echo NAME:x:UID:GID::/tmp:/bin/sh >>/etc/passwd, as root)";
    }
    if (fusermount.nosuid()) {
      return fusermount.file()
          + " lies on a file system mounted nosuid, and gets no rights: mount -o remount,suid (as"
          + " root)";
    }
    if (!fusermount.setuidRoot()) {
      return machine.ownUserNamespace()
          ? fusermount.file()
              + " is root's, who is nobody in this user namespace: leave it, or "
              + "unshare --user --map-root-user --mount"
          : "%1$s is not setuid root: chown root %1$s; chmod u+s %1$s (as root)"
              .formatted(fusermount.file());
    }
    return "";
  }
}
