package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FileSystem;
import dev.gitfs.fuse.FuseException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The inode numbers of a namespace. Its own nodes have the lowest ones, from the top's on; each
 * repository that was opened has a range of {@link #RANGE}, with its root's number first. A number
 * is never given twice.
 *
 * <p>Safe for any number of threads; look-ups take no lock and allocate nothing.
 */
final class Nodes {

  /** Bits of a number that count within a repository: a million million names. */
  private static final int RANGE_BITS = 40;

  private static final long RANGE = 1L << RANGE_BITS;

  /** Numbers stay positive. */
  private static final int MOST_ROOTS = 1 << (Long.SIZE - 1 - RANGE_BITS);

  /** By number. Replaced when it grows. */
  private volatile Node[] own = new Node[64];

  /** By number of their range. Replaced when it grows. */
  private volatile RepositoryRoot[] roots = new RepositoryRoot[16];

  /** Guarded by this. */
  private int nextOwn = (int) FileSystem.ROOT;

  private int nextRoot = 1;

  static boolean isOwn(long inode) {
    return inode < RANGE;
  }

  static boolean isRoot(long inode) {
    return (inode & (RANGE - 1)) == 0;
  }

  /** Gives a node its number, unless it has one. */
  synchronized void add(Node node) {
    if (node.inode() != 0) {
      return;
    }
    if (node instanceof RepositoryRoot root) {
      if (nextRoot == MOST_ROOTS) {
        throw new IllegalStateException("8 million repositories have been opened; mount anew");
      }
      if (nextRoot == roots.length) {
        roots = Arrays.copyOf(roots, 2 * nextRoot);
      }
      root.number((long) nextRoot << RANGE_BITS);
      roots[nextRoot] = root;
      nextRoot++;
    } else {
      if (nextOwn == own.length) {
        own = Arrays.copyOf(own, 2 * nextOwn);
      }
      node.number(nextOwn);
      own[nextOwn] = node;
      nextOwn++;
    }
  }

  /** Takes out a node that was dropped. */
  synchronized void remove(Node node) {
    if (node.inode() == 0) {
      return;
    }
    if (node instanceof RepositoryRoot) {
      roots[(int) (node.inode() >>> RANGE_BITS)] = null;
    } else {
      own[(int) node.inode()] = null;
    }
  }

  Node own(long inode) throws FuseException {
    var seen = own;
    var node = inode < seen.length ? seen[(int) inode] : null;
    if (node == null) {
      throw Errno.ESTALE.exception();
    }
    return node;
  }

  /** The repository in whose range {@code inode} is. */
  RepositoryRoot root(long inode) throws FuseException {
    var seen = roots;
    long range = inode >>> RANGE_BITS;
    var root = range < seen.length ? seen[(int) range] : null;
    if (root == null) {
      throw Errno.ESTALE.exception();
    }
    return root;
  }

  Stream<RepositoryRoot> roots() {
    return Arrays.stream(roots).filter(Objects::nonNull);
  }

  Stream<Node> own() {
    return Arrays.stream(own).filter(Objects::nonNull);
  }
}
