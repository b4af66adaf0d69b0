package dev.gitfs.cli.daemon;

import dev.gitfs.fuse.linux.RawPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A path within one of our mounts, found without looking into the mount or even at it: whoever
 * serves it may be stopped, or gone, and a look would wait.
 *
 * @param mount which, where the path goes into it
 * @param components the way from the root of the file system, without {@code .} and {@code ..}: of
 *     a bind mount that shows a part, the way to that part comes first
 */
public record MountedPath(KernelMounts.Entry mount, List<Component> components) {

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

    /** For people. */
    public String text() {
      return new String(name(), StandardCharsets.UTF_8);
    }

    /** As Java has it. */
    Path path() {
      return RawPath.of(name());
    }
  }

  /** Where {@code path} leads, which counts from this process's directory; empty if to no mount. */
  public static Optional<MountedPath> of(Path path) throws IOException {
    return of(RawPath.bytes(path), RawPath.bytes(KernelMounts.here()));
  }

  /**
   * The same of a path in bytes, and from another directory.
   *
   * @param from absolute
   */
  public static Optional<MountedPath> of(byte[] path, byte[] from) throws IOException {
    var mounts = new HashMap<Path, KernelMounts.Entry>();
    for (KernelMounts.Entry entry : KernelMounts.all()) {
      // Of several on top of each other the last is to be seen.
      if (entry.ours()) {
        mounts.put(entry.directory(), entry);
      }
    }
    return mounts.isEmpty() ? Optional.empty() : of(path, from, mounts);
  }

  static Optional<MountedPath> of(byte[] path, byte[] from, Map<Path, KernelMounts.Entry> mounts)
      throws IOException {
    var left = new ArrayDeque<Component>();
    if (path.length == 0 || path[0] != '/') {
      split(from, false).forEach(left::add);
    }
    split(path, true).forEach(left::add);
    Path at = Path.of("/");
    for (int links = 0; links <= MOST_LINKS; ) {
      if (mounts.containsKey(at)) {
        KernelMounts.Entry mount = mounts.get(at);
        var inside = new ArrayList<Component>();
        if (descend(left, inside)) {
          inside.addAll(0, split(RawPath.bytes(mount.root()), false));
          return Optional.of(new MountedPath(mount, List.copyOf(inside)));
        }
        at = at.getParent();
      }
      if (left.isEmpty()) {
        return Optional.empty();
      }
      Component component = left.remove();
      if (component.bytes().equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
        continue;
      }
      Path next = at.resolve(component.path());
      if (mounts.containsKey(next) || !Files.isSymbolicLink(next)) {
        at = next;
        continue;
      }
      Path target = Files.readSymbolicLink(next);
      split(RawPath.bytes(target), false).reversed().forEach(left::addFirst);
      at = target.isAbsolute() ? Path.of("/") : at;
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

  /** The path itself, without links. */
  Path seen() {
    return below(mount.directory(), split(RawPath.bytes(mount.root()), false).size());
  }

  /** The same place where the file system is mounted whole on {@code directory}. */
  public Path below(Path directory) {
    return below(directory, 0);
  }

  /** The same; the whole, of a mount of a part that is named itself. */
  Path in(Path directory) {
    return seen().equals(mount.directory()) ? directory : below(directory);
  }

  private Path below(Path directory, int without) {
    Path path = directory;
    for (Component component : components.subList(without, components.size())) {
      path = path.resolve(component.path());
    }
    return path;
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
