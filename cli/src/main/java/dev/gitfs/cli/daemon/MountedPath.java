package dev.gitfs.cli.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A path within one of our mounts, found without looking into the mount or even at it: whoever
 * serves it may be stopped, or gone, and a look would wait.
 *
 * @param mount where it is mounted, as the kernel names it
 * @param components the way from there, without {@code .} and {@code ..}
 */
public record MountedPath(Path mount, List<Component> components) {

  /** As many symbolic links as the kernel follows. */
  private static final int MOST_LINKS = 40;

  /**
   * One name of a path.
   *
   * @param bytes a character for each byte
   * @param typed whether it was typed, and so may be meant as a glob; else it is of the directory
   *     that the path counts from
   */
  public record Component(String bytes, boolean typed) {

    public byte[] name() {
      return bytes.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** For people, and for Java. */
    public String text() {
      return new String(name(), StandardCharsets.UTF_8);
    }
  }

  /** Where {@code path} leads, which counts from this process's directory; empty if to no mount. */
  public static Optional<MountedPath> of(Path path) throws IOException {
    return of(bytes(path.toString()), bytes(System.getProperty("user.dir")));
  }

  /**
   * The same of a path in bytes, and from another directory.
   *
   * @param from absolute
   */
  public static Optional<MountedPath> of(byte[] path, byte[] from) throws IOException {
    Set<Path> mounts =
        KernelMounts.all().stream()
            .filter(KernelMounts.Entry::ours)
            .map(KernelMounts.Entry::directory)
            .collect(Collectors.toSet());
    return mounts.isEmpty() ? Optional.empty() : of(path, from, mounts);
  }

  static Optional<MountedPath> of(byte[] path, byte[] from, Set<Path> mounts) throws IOException {
    var left = new ArrayDeque<Component>();
    if (path.length == 0 || path[0] != '/') {
      split(from, false).forEach(left::add);
    }
    split(path, true).forEach(left::add);
    Path at = Path.of("/");
    for (int links = 0; links <= MOST_LINKS; ) {
      if (mounts.contains(at)) {
        var inside = new ArrayList<Component>();
        if (descend(left, inside)) {
          return Optional.of(new MountedPath(at, List.copyOf(inside)));
        }
        at = at.getParent();
      }
      if (left.isEmpty()) {
        return Optional.empty();
      }
      String name = left.remove().text();
      if (name.equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
        continue;
      }
      Path next = at.resolve(name);
      if (mounts.contains(next) || !Files.isSymbolicLink(next)) {
        at = next;
        continue;
      }
      String target = Files.readSymbolicLink(next).toString();
      split(bytes(target), false).reversed().forEach(left::addFirst);
      at = target.startsWith("/") ? Path.of("/") : at;
      links++;
    }
    return Optional.empty();
  }

  /** Goes on within a mount; false if that leads out of it again, upwards. */
  private static boolean descend(Deque<Component> left, List<Component> inside) {
    while (!left.isEmpty()) {
      Component component = left.remove();
      if (!component.bytes().equals("..")) {
        inside.add(component);
      } else if (inside.isEmpty()) {
        return false;
      } else {
        inside.removeLast();
      }
    }
    return true;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Component> split(byte[] path, boolean typed) {
    var components = new ArrayList<Component>();
    for (String name : new String(path, StandardCharsets.ISO_8859_1).split("/")) {
      if (!name.isEmpty() && !name.equals(".")) {
        components.add(new Component(name, typed));
      }
    }
    return components;
  }
}
