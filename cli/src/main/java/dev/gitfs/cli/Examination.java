package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Defaults;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.DaemonMemory;
import dev.gitfs.cli.daemon.KernelMounts;
import dev.gitfs.cli.telemetry.Reasons;
import dev.gitfs.fuse.FuseMount;
import dev.gitfs.fuse.MountOptions;
import dev.gitfs.git.store.LibDeflate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code git-fs doctor} looks at. What it makes, it removes: a file in the cache, and a mount
 * of nothing on a directory of its own.
 */
final class Examination {

  /** The FUSE protocol 7.31, the oldest we speak, came with this kernel. */
  private static final int[] OLDEST_KERNEL = {5, 4};

  /** The first git that speaks protocol version 2 by default and knows partial clones well. */
  private static final int[] OLDEST_GIT = {2, 26};

  private static final ByteSize LITTLE_SPACE = ByteSize.gibibytes(1);

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");

  private final Directories directories;
  private final Machine machine;

  private Examination(Directories directories, Machine machine) {
    this.directories = directories;
    this.machine = machine;
  }

  static List<Finding> of(Directories directories) throws IOException, InterruptedException {
    var examination = new Examination(directories, Machine.here());
    Machine machine = examination.machine;
    var findings = new ArrayList<Finding>();
    findings.add(examination.kernel());
    findings.add(device(machine));
    findings.add(fusermount(machine));
    findings.add(found("mounting", examination::mounting));
    findings.add(found("allow_other", () -> allowOther(machine, FuseConf.read())));
    findings.add(examination.jdk());
    findings.add(examination.git());
    findings.add(examination.ssh());
    findings.add(examination.libDeflate());
    findings.add(examination.cache());
    findings.add(examination.runtime());
    findings.add(memory());
    findings.add(found("mounts", examination::mounts));
    return findings;
  }

  @FunctionalInterface
  private interface Look {
    Finding at() throws IOException;
  }

  /** What cannot be looked at is no reason not to look at the rest. */
  private static Finding found(String subject, Look look) {
    try {
      return look.at();
    } catch (IOException e) {
      return Finding.lacking(subject, "cannot be examined: " + Reasons.of(e), "");
    }
  }

  private Finding kernel() {
    String version = System.getProperty("os.version");
    return atLeast(version, OLDEST_KERNEL)
        ? Finding.fine("kernel", "Linux " + version)
        : Finding.broken("kernel", "Linux " + version, "git-fs needs Linux 5.4 or newer");
  }

  static Finding device(Machine machine) {
    return machine.device() == Machine.Device.THERE
        ? Finding.fine("/dev/fuse", "there")
        : Finding.broken(
            "/dev/fuse",
            switch (machine.device()) {
              case ABSENT -> "absent";
              case OTHER -> "not the FUSE device (10:229)";
              case CLOSED, FORBIDDEN -> "closed to you";
              default -> "nothing is behind it";
            },
            MountingRemedy.of(machine));
  }

  static Finding fusermount(Machine machine) {
    Optional<Machine.Fusermount3> program = machine.fusermount();
    if (program.isEmpty()) {
      String remedy = "apt-get install fuse3 (as root)";
      return machine.capable()
          ? Finding.lacking("fusermount3", "absent; you mount without it (CAP_SYS_ADMIN)", remedy)
          : Finding.broken("fusermount3", "absent", remedy);
    }
    String file = program.get().file().toString();
    return machine.capable() || program.get().setuidRoot() && !program.get().nosuid()
        ? Finding.fine("fusermount3", file)
        : Finding.broken(
            "fusermount3", file + " has not root's rights", MountingRemedy.of(machine));
  }

  /** Mounts, rather than judge by what all has a say in it: capabilities, profiles, filters. */
  private Finding mounting() throws IOException {
    Directories.createPrivate(directories.runtime());
    Path directory = Files.createTempDirectory(directories.runtime(), "doctor");
    try {
      var options = MountOptions.readOnly(KernelMounts.SUBTYPE, KernelMounts.SUBTYPE);
      return switch (FuseMount.tryOut(directory, options)) {
        case MOUNT -> Finding.fine("mounting", "works, with CAP_SYS_ADMIN");
        case FUSERMOUNT -> Finding.fine("mounting", "works, through fusermount3");
      };
    } catch (IOException e) {
      return Finding.broken("mounting", e.getMessage(), MountingRemedy.of(machine));
    } finally {
      Files.deleteIfExists(directory);
    }
  }

  static Finding allowOther(Machine machine, FuseConf configuration) {
    if (machine.capable() || configuration.allowOther()) {
      return Finding.fine("allow_other", "may be used");
    }
    return Finding.lacking(
        "allow_other",
        configuration.ignored()
            ? "a line of "
                + FuseConf.FILE
                + " does not count: user_allow_other must stand alone in it"
            : "only root may use -o allow_other",
        "echo user_allow_other >>" + FuseConf.FILE + " (as root; after a line that is whole)");
  }

  private Finding jdk() {
    // Too old a one would not have come this far.
    return Finding.fine("JDK", Runtime.version() + " in " + System.getProperty("java.home"));
  }

  private Finding git() throws IOException, InterruptedException {
    String remedy = "apt-get install git (as root)";
    Optional<Path> program = onPath("git");
    if (program.isEmpty()) {
      return Finding.broken("git", "absent: credentials and local repositories need it", remedy);
    }
    Process process = new ProcessBuilder("git", "version").redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes()).strip();
    if (process.waitFor() != 0) {
      return Finding.broken("git", said, remedy);
    }
    return atLeast(said, OLDEST_GIT)
        ? Finding.fine("git", said)
        : Finding.lacking("git", said + ": older than 2.26, local paths are slow", remedy);
  }

  private Finding ssh() {
    return onPath("ssh")
        .map(program -> Finding.fine("ssh", program.toString()))
        .orElse(
            Finding.lacking(
                "ssh",
                "absent: no ssh:// and host:path",
                "apt-get install openssh-client (as root)"));
  }

  private Finding libDeflate() {
    return LibDeflate.isInstalled()
        ? Finding.fine("libdeflate", "there")
        : Finding.lacking(
            "libdeflate",
            "absent: what is fetched is inflated at half the speed",
            "apt-get install libdeflate0 (as root)");
  }

  private Finding cache() {
    Path directory = directories.cache();
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, "doctor", null));
      var free = new ByteSize(Files.getFileStore(directory).getUsableSpace());
      String found = directory + ", " + free + " free";
      return free.bytes() >= LITTLE_SPACE.bytes()
          ? Finding.fine("cache", found)
          : Finding.lacking(
              "cache",
              found + ", may want " + Defaults.CACHE_SIZE,
              "make room, or mount with --cache-dir DIR on another disk");
    } catch (IOException e) {
      return Finding.broken(
          "cache",
          directory + " cannot be written: " + Reasons.of(e),
          "chown it to you, or set XDG_CACHE_HOME to a directory of yours");
    }
  }

  private Finding runtime() {
    Path directory = directories.runtime();
    try {
      Directories.createPrivate(directory);
      return Finding.fine("sockets", directory.toString());
    } catch (IOException e) {
      return Finding.broken(
          "sockets", e.getMessage(), "set XDG_RUNTIME_DIR to a directory of yours");
    }
  }

  private static Finding memory() {
    DaemonMemory memory = DaemonMemory.here(Defaults.MEMORY);
    return memory.contents().equals(Defaults.MEMORY)
        ? Finding.fine("memory", "enough")
        : Finding.lacking(
            "memory",
            "limited (cgroup): a mount gets %s for contents, not %s"
                .formatted(memory.contents(), Defaults.MEMORY),
            "allow 512 MiB or more: --memory 512m in a container");
  }

  private Finding mounts() throws IOException {
    List<String> stale =
        KernelMounts.all().stream()
            .filter(KernelMounts.Entry::ours)
            .filter(KernelMounts.Entry::stale)
            .map(entry -> entry.directory().toString())
            .toList();
    return stale.isEmpty()
        ? Finding.fine("mounts", "none left behind")
        : Finding.lacking(
            "mounts",
            "left behind by a killed process: " + String.join(", ", stale),
            "git-fs umount " + stale.getFirst());
  }

  private static boolean atLeast(String text, int[] wanted) {
    Matcher matcher = VERSION.matcher(text);
    if (!matcher.find()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    return major > wanted[0] || major == wanted[0] && minor >= wanted[1];
  }

  private static Optional<Path> onPath(String program) {
    return Stream.of(
            System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin").split(":"))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
