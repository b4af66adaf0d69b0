package dev.gitfs.mount.namespace;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.Connection;
import dev.gitfs.fuse.FileType;
import dev.gitfs.git.background.Background;
import dev.gitfs.mount.tree.Ownership;
import java.time.Duration;
import java.time.Instant;

/** What all nodes of a namespace have in common. */
final class Surroundings {

  /**
   * How long the kernel takes it for granted that a repository's name leads there. A walk through
   * it after that is a lookup, which shows that it is in use; one a minute costs nothing.
   */
  private static final Duration NAME_VALID = Duration.ofMinutes(1);

  /** What most local file systems report. */
  private static final int BLOCK_SIZE = 4096;

  private final NamespaceOptions options;
  private final Ownership ownership;
  private final Ledger ledger = new Ledger();
  private final Nodes nodes = new Nodes();
  private final Instant since = Instant.now();
  private final Duration nameValid;

  /** Before the mount is made there is nobody to tell. */
  private volatile Connection connection;

  Surroundings(NamespaceOptions options, Ownership ownership) {
    this.options = options;
    this.ownership = ownership;
    var half = options.idle().dividedBy(2);
    this.nameValid = half.compareTo(NAME_VALID) < 0 ? half : NAME_VALID;
  }

  NamespaceOptions options() {
    return options;
  }

  Ownership ownership() {
    return ownership;
  }

  Ledger ledger() {
    return ledger;
  }

  Nodes nodes() {
    return nodes;
  }

  /** When the namespace was made: the time of what has no other. */
  Instant since() {
    return since;
  }

  Duration nameValid() {
    return nameValid;
  }

  void mounted(Connection kernel) {
    connection = kernel;
  }

  /** The kernel; nobody asks for anything before it is there. */
  Connection connection() {
    return connection;
  }

  /** Has the kernel ask for attributes and listing of a directory again. Returns at once. */
  void invalidateListing(long inode) {
    // A call into the kernel that may take long is none for a virtual thread.
    Background.platform("invalidation", () -> connection.notifier().invalidateInode(inode, 0, 0))
        .start();
  }

  /**
   * Has the kernel forget a name and all below it that nobody uses. For a thread that the file
   * system does not need.
   */
  void invalidateName(Directory directory, Node node) {
    connection.notifier().invalidateEntry(directory.inode(), node.nameBytes());
  }

  void describeDirectory(Attributes attributes, long inode, Instant changed) {
    attributes
        .ino(inode)
        .mode(FileType.DIRECTORY.mode(0777 & ~ownership.umask()))
        .nlink(1)
        .owner(ownership.uid(), ownership.gid())
        .blksize(BLOCK_SIZE)
        .times(changed.getEpochSecond(), changed.getNano());
  }

  void describeLink(Attributes attributes, long inode, long size) {
    attributes
        .ino(inode)
        .mode(FileType.SYMLINK.mode(0777))
        .nlink(1)
        .owner(ownership.uid(), ownership.gid())
        .size(size)
        .blksize(BLOCK_SIZE)
        .times(since.getEpochSecond(), since.getNano());
  }
}
