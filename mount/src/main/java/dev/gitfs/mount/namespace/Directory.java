package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.FileSystem;
import dev.gitfs.fuse.FileType;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Request;
import dev.gitfs.fuse.Validity;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A directory that is the namespace's own: what is known in it, in the order in which it became
 * known. A node's place in that order stays, so a listing that goes on later, while more becomes
 * known, neither repeats nor misses any.
 *
 * <p>Safe for use by many threads.
 */
abstract sealed class Directory extends Node permits Top, Group, RefList {

  /** What a name in a directory comes to. */
  sealed interface Answer {

    record Here(Node node) implements Answer {}

    /**
     * Nothing there.
     *
     * @param valid how long the kernel may rely on that
     */
    record Absent(Duration valid) implements Answer {}

    Answer NEVER = new Absent(Validity.FOREVER);
  }

  private final Optional<Directory> parent;
  private final ConcurrentHashMap<String, Node> children = new ConcurrentHashMap<>();

  /** By position. Replaced as a whole, under the lock of this. */
  private volatile Node[] ordered = new Node[0];

  /** Guarded by this. */
  private long lastPosition;

  private volatile Instant changed;

  Directory(String name, Surroundings surroundings, Optional<Directory> parent) {
    super(name, surroundings);
    this.parent = parent;
    this.changed = surroundings.since();
  }

  final long parentInode() {
    return parent.map(Node::inode).orElse(FileSystem.ROOT);
  }

  /** What the name leads to. Says so before it waits. */
  abstract Answer find(Request request, String name) throws FuseException, InterruptedException;

  /** Makes known what a listing should show, as far as it can be. Says so before it waits. */
  abstract void list(Request request) throws InterruptedException;

  final Optional<Node> child(String name) {
    return Optional.ofNullable(children.get(name));
  }

  /** What is listed behind a position, 0 for the start. */
  final List<Node> after(long position) {
    var all = ordered;
    int low = 0;
    int high = all.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all[middle].position() <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return Arrays.asList(all).subList(low, all.length).stream().filter(Node::isListed).toList();
  }

  /** All children, listed or not. */
  final List<Node> children() {
    return List.copyOf(children.values());
  }

  /** Adds children, those that are not there yet, and returns them all as they are there. */
  final synchronized List<Node> add(List<? extends Node> nodes) {
    var here = nodes.stream().map(this::addOne).toList();
    ordered =
        children.values().stream()
            .sorted(Comparator.comparingLong(Node::position))
            .toArray(Node[]::new);
    return here;
  }

  final Node add(Node node) {
    return add(List.of(node)).getFirst();
  }

  private Node addOne(Node node) {
    var known = children.get(node.name());
    if (known != null) {
      return known;
    }
    if (!(node instanceof RepositoryRoot)) {
      surroundings().nodes().add(node);
    }
    node.position(++lastPosition);
    children.put(node.name(), node);
    return node;
  }

  /** Drops those that the kernel does not know. */
  final synchronized void drop(List<? extends Node> nodes) {
    for (var node : nodes) {
      if (node.drop()) {
        children.remove(node.name(), node);
        surroundings().nodes().remove(node);
      }
    }
    ordered =
        Arrays.stream(ordered)
            .filter(node -> children.containsKey(node.name()))
            .toArray(Node[]::new);
  }

  final void changed() {
    changed = Instant.now();
  }

  @Override
  final FileType type() {
    return FileType.DIRECTORY;
  }

  @Override
  Duration nameValid() {
    return Validity.FOREVER;
  }

  /** The time in them tells the kernel whether the listing that it keeps is still right. */
  @Override
  final Duration attributesValid() {
    return Duration.ofSeconds(1);
  }

  @Override
  final void describe(Attributes attributes) {
    surroundings().describeDirectory(attributes, inode(), changed);
  }
}
