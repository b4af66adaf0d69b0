package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.FileType;
import java.nio.charset.StandardCharsets;

/** A branch or tag in the list of a repository's refs: a link to the repository at that ref. */
final class RefLink extends Node {

  private final byte[] target;
  private volatile boolean there = true;

  /**
   * @param name a ref as one component of a path
   * @param repository the repository's own name
   */
  RefLink(String name, Surroundings surroundings, String repository) {
    super(name, surroundings);
    this.target = ("../" + repository + "@" + name).getBytes(StandardCharsets.UTF_8);
  }

  byte[] target() {
    return target;
  }

  /** Whether the server listed it when it was asked last. */
  void there(boolean now) {
    there = now;
  }

  @Override
  FileType type() {
    return FileType.SYMLINK;
  }

  @Override
  void describe(Attributes attributes) {
    surroundings().describeLink(attributes, inode(), target.length);
  }

  @Override
  boolean isListed() {
    return there;
  }
}
