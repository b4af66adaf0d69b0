package dev.gitfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.cli.Machine.Device;
import dev.gitfs.cli.Machine.Fusermount3;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The cause that is named is the one that has to be mended first. */
class MountingRemedyTest {

  private static final Fusermount3 USUAL =
      new Fusermount3(Path.of("/usr/bin/fusermount3"), true, false);

  private static final Machine USER =
      new Machine(
          false,
          true,
          false,
          false,
          false,
          false,
          Optional.empty(),
          true,
          Device.THERE,
          Optional.of(USUAL));

  @Test
  void withoutTheDeviceNothingElseMatters() {
    assertThat(remedy(new Changed().device(Device.ABSENT))).contains("--device /dev/fuse");
    assertThat(remedy(new Changed().device(Device.ABSENT).fuse(false))).contains("modprobe fuse");
    assertThat(remedy(new Changed().device(Device.OTHER)))
        .contains("mknod -m 666 /dev/fuse c 10 229");
    assertThat(remedy(new Changed().device(Device.CLOSED))).contains("chmod 666 /dev/fuse");
    assertThat(remedy(new Changed().device(Device.FORBIDDEN)))
        .contains("device cgroup", "--device");
    assertThat(remedy(new Changed().device(Device.DEAD))).contains("modprobe fuse");
  }

  @Test
  void rootInAContainerLacksACapability() {
    assertThat(remedy(new Changed().root(true)))
        .contains("root without CAP_SYS_ADMIN", "--cap-add SYS_ADMIN");
  }

  @Test
  void aUserNeedsFusermountAndItsRights() {
    assertThat(remedy(new Changed().fusermount(Optional.empty()))).contains("install fuse3");
    assertThat(remedy(new Changed().registered(false))).contains("no entry in /etc/passwd");
    assertThat(remedy(new Changed().noNewPrivileges(true))).contains("no_new_privs is set");
    assertThat(
            remedy(
                new Changed().fusermount(Optional.of(new Fusermount3(USUAL.file(), false, false)))))
        .contains("not setuid root: chown root /usr/bin/fusermount3; chmod u+s");
    assertThat(
            remedy(
                new Changed().fusermount(Optional.of(new Fusermount3(USUAL.file(), true, true)))))
        .contains("nosuid");
    assertThat(remedy(new Changed())).isEmpty();
  }

  @Test
  void theCapableAreRefusedByNamespacesProfilesAndFilters() {
    assertThat(remedy(new Changed().capable(true).userNamespace(true)))
        .contains("unshare --user --map-root-user --mount");
    assertThat(remedy(new Changed().capable(true).confinement("docker-default (enforce)")))
        .contains("docker-default (enforce)", "apparmor=unconfined");
    assertThat(remedy(new Changed().capable(true).filtered(true))).contains("seccomp=unconfined");
    assertThat(remedy(new Changed().capable(true))).contains("dmesg");
  }

  private static String remedy(Changed changed) {
    return MountingRemedy.of(changed.machine);
  }

  /** An ordinary user's machine, but for what is said. */
  private static final class Changed {
    private Machine machine = USER;

    Changed device(Device device) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              device,
              m.fusermount()));
    }

    Changed fuse(boolean fuse) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              fuse,
              m.device(),
              m.fusermount()));
    }

    Changed root(boolean root) {
      return with(m ->
          new Machine(
              root,
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed registered(boolean registered) {
      return with(m ->
          new Machine(
              m.root(),
              registered,
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed capable(boolean capable) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              capable,
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed noNewPrivileges(boolean set) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              set,
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed filtered(boolean filtered) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              filtered,
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed userNamespace(boolean own) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              own,
              m.confinement(),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed confinement(String profile) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              Optional.of(profile),
              m.fuse(),
              m.device(),
              m.fusermount()));
    }

    Changed fusermount(Optional<Fusermount3> program) {
      return with(m ->
          new Machine(
              m.root(),
              m.registered(),
              m.capable(),
              m.noNewPrivileges(),
              m.filtered(),
              m.ownUserNamespace(),
              m.confinement(),
              m.fuse(),
              m.device(),
              program));
    }

    private Changed with(java.util.function.UnaryOperator<Machine> change) {
      machine = change.apply(machine);
      return this;
    }
  }
}
