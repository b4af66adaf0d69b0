package dev.gitfs.cli.config;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Options of {@code mount -o}: those of the kernel's that make sense for a read-only file system of
 * somebody else's files.
 *
 * @param names each one of {@link #ALLOWED}
 */
public record KernelOptions(SortedSet<String> names) {

  /** What may be asked for; {@code ro} holds anyway, {@code default_permissions} too. */
  public static final List<String> ALLOWED =
      List.of(
          "allow_other",
          "default_permissions",
          "exec",
          "noatime",
          "nodev",
          "noexec",
          "nosuid",
          "ro");

  public static final KernelOptions NONE = new KernelOptions(new TreeSet<>());

  /**
   * Reads what follows each {@code -o}, a list with commas.
   *
   * @throws IllegalArgumentException with a message for people, for an option that is not allowed
   */
  public static KernelOptions parse(Collection<String> lists) {
    var names = new TreeSet<String>();
    for (String list : lists) {
      for (String name : list.split(",")) {
        if (name.isBlank()) {
          continue;
        }
        if (!ALLOWED.contains(name)) {
          throw new IllegalArgumentException(
              "option '" + name + "' is not known; allowed are " + String.join(", ", ALLOWED));
        }
        names.add(name);
      }
    }
    return new KernelOptions(names);
  }

  /** As {@code -o} takes them. */
  @Override
  public String toString() {
    return String.join(",", names);
  }
}
