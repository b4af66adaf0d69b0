package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.FileType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Something that has a name in the namespace. It has its inode number, and its place in the listing
 * of its directory, from the first time it is shown until it is dropped, which happens only when
 * the kernel does not know it.
 */
abstract sealed class Node permits Directory, RefLink, RepositoryRoot {

  /** The count of lookups of a node that was dropped. */
  private static final long DROPPED = Long.MIN_VALUE;

  private final String name;
  private final byte[] nameBytes;
  private final Surroundings surroundings;

  /** Lookups that the kernel holds. */
  private final AtomicLong lookups = new AtomicLong();

  /** 0 before {@link #number} gave it one. */
  private volatile long inode;

  /** Its place in the listing of its directory, 0 before it has one. Written by the directory. */
  private volatile long position;

  Node(String name, Surroundings surroundings) {
    this.name = name;
    this.surroundings = surroundings;
    this.nameBytes = name.getBytes(StandardCharsets.UTF_8);
  }

  final String name() {
    return name;
  }

  final byte[] nameBytes() {
    return nameBytes;
  }

  final Surroundings surroundings() {
    return surroundings;
  }

  final long inode() {
    return inode;
  }

  /** To be called once, before anybody else sees this. */
  final void number(long given) {
    inode = given;
  }

  final long position() {
    return position;
  }

  final void position(long given) {
    position = given;
  }

  /** Counts a lookup; false if this was dropped, and must be looked for anew. */
  final boolean look() {
    for (long now = lookups.get(); now >= 0; now = lookups.get()) {
      if (lookups.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  final void forget(long count) {
    lookups.addAndGet(-count);
  }

  final long lookups() {
    return Math.max(0, lookups.get());
  }

  /** Drops this if the kernel does not know it; nobody can look it up any more then. */
  final boolean drop() {
    return lookups.compareAndSet(0, DROPPED);
  }

  abstract FileType type();

  /** How long the kernel may take it for granted that the name leads here. */
  Duration nameValid() {
    return surroundings.nameValid();
  }

  /** How long the kernel may keep what {@link #describe} says. */
  Duration attributesValid() {
    return surroundings.nameValid();
  }

  /** Fills in attributes. Waits for nothing. */
  abstract void describe(Attributes attributes);

  /** Whether listings show it. */
  abstract boolean isListed();
}
