package dev.gitfs.cli;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.cli.config.Defaults;
import dev.gitfs.cli.config.Directories;
import dev.gitfs.cli.daemon.KernelMounts;
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

/** What {@code git-fs doctor} looks at. Looks only; the one file it makes, it removes. */
final class Examination {

  /** The FUSE protocol 7.31, the oldest we speak, came with this kernel. */
  private static final int[] OLDEST_KERNEL = {5, 4};

  /** The first git that speaks protocol version 2 by default and knows partial clones well. */
  private static final int[] OLDEST_GIT = {2, 26};

  private static final ByteSize LITTLE_SPACE = ByteSize.gibibytes(1);

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)");

  private final Directories directories;
  private final boolean root;

  private Examination(Directories directories) throws IOException {
    this.directories = directories;
    this.root = Directories.userId() == 0;
  }

  static List<Finding> of(Directories directories) throws IOException, InterruptedException {
    var examination = new Examination(directories);
    var findings = new ArrayList<Finding>();
    findings.add(examination.kernel());
    findings.add(examination.device());
    findings.add(examination.fusermount());
    findings.add(examination.allowOther());
    findings.add(examination.jdk());
    findings.add(examination.git());
    findings.add(examination.ssh());
    findings.add(examination.libDeflate());
    findings.add(examination.cache());
    findings.add(examination.mounts());
    return findings;
  }

  private Finding kernel() {
    String version = System.getProperty("os.version");
    return atLeast(version, OLDEST_KERNEL)
        ? Finding.fine("kernel", "Linux " + version)
        : Finding.broken("kernel", "Linux " + version, "git-fs needs Linux 5.4 or newer");
  }

  private Finding device() {
    Path device = Path.of("/dev/fuse");
    if (!Files.exists(device)) {
      return Finding.broken(
          "/dev/fuse",
          "absent",
          "modprobe fuse; in a container, start it with --device /dev/fuse --cap-add SYS_ADMIN");
    }
    return Files.isReadable(device) && Files.isWritable(device)
        ? Finding.fine("/dev/fuse", "there")
        : Finding.broken("/dev/fuse", "closed to you", "chmod 666 /dev/fuse (as root)");
  }

  private Finding fusermount() throws IOException {
    String remedy = "apt-get install fuse3 (as root)";
    Optional<Path> program = onPath("fusermount3");
    if (program.isEmpty()) {
      return root
          ? Finding.lacking("fusermount3", "absent; you, as root, mount without it", remedy)
          : Finding.broken("fusermount3", "absent", remedy);
    }
    Path file = program.get().toRealPath();
    boolean privileged =
        (Integer) Files.getAttribute(file, "unix:uid") == 0
            && ((Integer) Files.getAttribute(file, "unix:mode") & 04000) != 0;
    return privileged || root
        ? Finding.fine("fusermount3", program.get().toString())
        : Finding.broken(
            "fusermount3", file + " is not setuid root", "chmod u+s " + file + " (as root)");
  }

  private Finding allowOther() throws IOException {
    Path configuration = Path.of("/etc/fuse.conf");
    boolean allowed =
        root
            || Files.isReadable(configuration)
                && Files.readAllLines(configuration).stream()
                    .anyMatch(line -> line.strip().equals("user_allow_other"));
    return allowed
        ? Finding.fine("allow_other", "may be used")
        : Finding.lacking(
            "allow_other",
            "only root may use -o allow_other",
            "echo user_allow_other >> /etc/fuse.conf (as root)");
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
          directory + " cannot be written: " + e,
          "chown it to you, or set XDG_CACHE_HOME to a directory of yours");
    }
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
    return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":"))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
