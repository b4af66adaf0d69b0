package dev.gitfs.cli.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * How much memory the kernel lets the processes of this cgroup have: the least of what the machine
 * has and of what is set for the cgroup and those above it, in either version of cgroups. See
 * cgroups(7).
 */
final class MemoryLimit {

  private static final Path HERE = Path.of("/");

  private static final int MOUNT_ROOT = 3;
  private static final int MOUNT_POINT = 4;

  private final Path root;

  private MemoryLimit(Path root) {
    this.root = root;
  }

  /** In bytes; none where nothing is known of one. */
  static OptionalLong here() {
    return under(HERE);
  }

  /** As {@code root} has it, in which {@code proc} and what is mounted are looked for. */
  static OptionalLong under(Path root) {
    var limit = new MemoryLimit(root);
    return LongStream.concat(limit.ofMachine(), limit.ofGroups()).min();
  }

  private LongStream ofMachine() {
    return lines("/proc/meminfo").stream()
        .filter(line -> line.startsWith("MemTotal:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10);
  }

  private LongStream ofGroups() {
    return lines("/proc/self/cgroup").stream()
        .map(line -> line.split(":", 3))
        .filter(group -> group.length == 3)
        .flatMapToLong(group ->
            group[1].isEmpty()
                ? of("cgroup2", "", group[2], "memory.max")
                : List.of(group[1].split(",")).contains("memory")
                    ? of("cgroup", "memory", group[2], "memory.limit_in_bytes")
                    : LongStream.empty());
  }

  /** The limits of a group and of those above it, as far as they are to be seen here. */
  private LongStream of(String type, String option, String group, String file) {
    return lines("/proc/self/mountinfo").stream()
        .map(line -> line.split(" "))
        .filter(mount -> {
          int hyphen = List.of(mount).indexOf("-");
          return hyphen > MOUNT_POINT
              && mount.length > hyphen + 3
              && mount[hyphen + 1].equals(type)
              && (option.isEmpty() || List.of(mount[hyphen + 3].split(",")).contains(option));
        })
        .flatMapToLong(mount -> {
          Path top = root.resolve(mount[MOUNT_POINT].substring(1));
          // A container may see its own group as the root, and still be told the machine's path.
          Path below =
              Path.of(group).startsWith(mount[MOUNT_ROOT])
                  ? Path.of(mount[MOUNT_ROOT]).relativize(Path.of(group))
                  : Path.of("");
          var limits = LongStream.builder();
          for (Path at = top.resolve(below).normalize();
              at != null && at.startsWith(top);
              at = at.getParent()) {
            limit(at.resolve(file)).ifPresent(limits::add);
          }
          return limits.build();
        });
  }

  private static OptionalLong limit(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      // There is no such group to be seen, or its limit is "max".
      return OptionalLong.empty();
    }
  }

  private List<String> lines(String file) {
    try {
      return Files.readString(root.resolve(file.substring(1)), StandardCharsets.ISO_8859_1)
          .lines()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
