package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Attributes;
import dev.gitfs.fuse.AttributesReply;
import dev.gitfs.fuse.Connection;
import dev.gitfs.fuse.DirectoryPlusReply;
import dev.gitfs.fuse.DirectoryReply;
import dev.gitfs.fuse.EntryReply;
import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FileSystem;
import dev.gitfs.fuse.FileType;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.LinkReply;
import dev.gitfs.fuse.Listing;
import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.Notifier;
import dev.gitfs.fuse.ReadReply;
import dev.gitfs.fuse.Request;
import dev.gitfs.fuse.StatfsReply;
import dev.gitfs.fuse.Validity;
import dev.gitfs.fuse.XattrListReply;
import dev.gitfs.fuse.XattrReply;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.store.Blob;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.PathFetch;
import dev.gitfs.mount.prefetch.PathRequest;
import dev.gitfs.mount.prefetch.PrefetchMode;
import dev.gitfs.mount.prefetch.Prefetcher;
import dev.gitfs.mount.prefetch.Profile;
import dev.gitfs.mount.prefetch.ReaderStatistics;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A commit as a read-only file system: what a checkout of it would show. It is a file system of its
 * own, or a part of a larger one, which gives it a range of inode numbers and passes on to it what
 * the kernel asks of nodes in that range. Nothing here changes but by {@link #moveTo}, which tells
 * the kernel, so the kernel may keep every answer; and node ids are computed, so nothing is kept
 * for it but the count of its lookups.
 */
public final class RepositoryTree implements FileSystem, AutoCloseable {

  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};

  /** Offsets 0 and 1 of a listing are "." and "..". */
  private static final int DOT_ENTRIES = 2;

  /** What most local file systems report; st_blocks counts in units of 512 whatever this is. */
  private static final int BLOCK_SIZE = 4096;

  private static final int STAT_BLOCK = 512;

  /** PATH_MAX less the final NUL: the longest target the kernel follows. */
  private static final int LONGEST_LINK = 4095;

  private static final Logger log = LoggerFactory.getLogger(RepositoryTree.class);

  private final ObjectStore store;
  private final Prefetcher prefetcher;
  private final Nodes nodes;
  private final Moves moves;
  private final long root;
  private final FailedReads failedReads = new FailedReads();
  private final FileReadahead readahead;
  private final Ownership ownership;

  /** What is shown, once it is. Written by one move at a time. */
  private volatile ExtendedAttributes extendedAttributes;

  private volatile Optional<Notifier> notifier = Optional.empty();

  /** Entries that the kernel was given, less those that it gave back. */
  private final LongAdder lookups = new LongAdder();

  private RepositoryTree(
      ObjectStore store,
      Revision revision,
      InodeRange range,
      Ownership ownership,
      Prefetcher prefetcher)
      throws IOException, InterruptedException {
    this.store = store;
    this.prefetcher = prefetcher;
    this.nodes = new Nodes(store, revision, range, prefetcher);
    this.moves = new Moves(store, nodes.inodes());
    this.readahead = new FileReadahead(store, prefetcher);
    this.root = range.root();
    this.extendedAttributes = new ExtendedAttributes(revision, root);
    this.ownership = ownership;
  }

  /**
   * Shows {@code revision}, whose root tree is local. The store stays the caller's: it must be
   * closed after this.
   *
   * @param range the inode numbers that are its own; operations take and give no others, but for
   *     the parent of its root
   * @param mode how much to fetch before it is asked for
   */
  public static RepositoryTree open(
      ObjectStore store,
      Revision revision,
      InodeRange range,
      Ownership ownership,
      PrefetchMode mode)
      throws IOException, InterruptedException {
    var prefetcher = Prefetcher.start(store, revision.tree(), mode);
    try {
      return new RepositoryTree(store, revision, range, ownership, prefetcher);
    } catch (IOException | InterruptedException | RuntimeException e) {
      prefetcher.close();
      throw e;
    }
  }

  /** What it shows. */
  public Revision revision() {
    return extendedAttributes.revision();
  }

  @Override
  public void init(Connection connection) {
    notifier = Optional.of(connection.notifier());
  }

  /**
   * Shows another revision from now on, whose root tree is local; fetches what else the two differ
   * in, where that is not local. What is the same in both keeps its inode number, its times and
   * what the kernel holds of it; all else is looked up anew. Whoever has a file open, or is in the
   * midst of a listing, goes on with what it was. Returns when the kernel has heard of it.
   *
   * <p>Blocks, for as long as lookups in the directories concerned do; not to be called by a thread
   * that the file system needs.
   *
   * @throws IOException if a tree cannot be had; everything is then as it was
   */
  public synchronized Move moveTo(Revision revision) throws IOException, InterruptedException {
    var before = revision();
    if (revision.tree().equals(before.tree())) {
      extendedAttributes = new ExtendedAttributes(revision, root);
      return new Move(before, revision, 0, true);
    }
    var differences = moves.count(before.tree(), revision.tree());
    var changes =
        moves.make(
            revision,
            () -> {
              extendedAttributes = new ExtendedAttributes(revision, root);
            });
    prefetcher.moved(nodes.root().within());
    if (notifier.isPresent()) {
      changes.announce(notifier.get());
    }
    return new Move(before, revision, differences.files(), differences.exact());
  }

  /** Begins to bring what {@code request} names in what is shown now; ends when this is closed. */
  public PathFetch bring(PathRequest request) {
    return prefetcher.bring(revision().tree(), request);
  }

  /** Begins to record which files are read. */
  public void record() {
    prefetcher.record();
  }

  /** Ends that; returns what was read since. */
  public Profile recorded() {
    return prefetcher.recorded();
  }

  /** What readers made of what was fetched ahead for them. */
  public ReaderStatistics prefetched() {
    return prefetcher.statistics();
  }

  /**
   * Answers a lookup that leads to the root, in the directory that contains it. Adds one to the
   * root's lookup count, as any other answer does.
   */
  public void lookupRoot(EntryReply reply) {
    describe(nodes.root(), 0, found(reply, nodes.root().inode()));
    lookups.increment();
  }

  /**
   * How many lookups the kernel holds of all nodes together, the root's included where it is looked
   * up by {@link #lookupRoot}. Exact when no operation is under way: at 0, and with no operation
   * under way, the kernel knows none of the numbers any more.
   */
  public long lookups() {
    return lookups.sum();
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply)
      throws FuseException, InterruptedException {
    answer(
        parent,
        () -> {
          var version = nodes.directory(request, parent).current();
          var tree = nodes.tree(request, version.tree());
          int index = tree.find(name.bytes(), name.length());
          if (index < 0) {
            reply.absent(Validity.FOREVER);
            return;
          }
          var node = nodes.entry(tree, version, index);
          answer(
              node.inode(),
              () -> {
                long size = node.isBlob() ? nodes.size(request, node) : 0;
                describe(node, size, found(reply, node.inode()));
                looked(version, node);
              });
        });
  }

  @Override
  public void failed(String what, Throwable failure) {
    Background.failed(what, failure);
  }

  @Override
  public void destroy() {
    close();
  }

  /** Ends what is fetched ahead. Operations still work, and nothing holds on to this. */
  @Override
  public void close() {
    prefetcher.close();
  }

  /** Only counts: see {@link InodeTable}. */
  @Override
  public void forget(long node, long forgotten) {
    lookups.add(-forgotten);
    nodes.inodes().look(node, -forgotten);
  }

  /** Counts an answer; nothing may keep it from being sent any more. */
  private void looked(Version version, Node node) {
    lookups.increment();
    if (version.numbers(node.inode())) {
      version.look(1);
    } else {
      nodes.inodes().look(node.inode(), 1);
    }
  }

  @Override
  public void getattr(Request request, long inode, AttributesReply reply)
      throws FuseException, InterruptedException {
    answer(
        inode,
        () -> {
          var node = nodes.node(request, inode);
          long size = node.isBlob() ? nodes.size(request, node) : 0;
          describe(node, size, reply.validFor(Validity.FOREVER));
        });
  }

  @Override
  public void readlink(Request request, long inode, LinkReply reply)
      throws FuseException, InterruptedException {
    answer(
        inode,
        () -> {
          var node = nodes.node(request, inode);
          if (!node.isSymlink()) {
            throw Errno.EINVAL.exception();
          }
          prefetcher.touched(node.within(), node.index());
          prefetcher.followed(node.within());
          try (var blob = blob(request, node.id())) {
            if (blob.size() > LONGEST_LINK) {
              throw Errno.ENAMETOOLONG.exception();
            }
            var target = new byte[(int) blob.size()];
            blob.read(0, MemorySegment.ofArray(target));
            reply.target(target, target.length);
          }
        });
  }

  @Override
  public void read(Request request, long inode, long handle, long offset, int size, ReadReply reply)
      throws FuseException, InterruptedException {
    answer(
        inode,
        () -> {
          failedReads.repeat(inode, request.pid());
          var node = nodes.node(request, inode);
          prefetcher.touched(node.within(), node.index());
          try (var blob = contents(request, node, offset)) {
            int count = blob.read(offset, reply.target());
            reply.filled(count);
            boolean toItsEnd =
                offset + count == blob.size() || offset == 0 && readOn(node, blob, count);
            if (toItsEnd) {
              store.wasRead(node.id());
            }
            if (toItsEnd || offset == 0) {
              readAhead(request, node, toItsEnd);
            }
          } catch (IOException e) {
            failedReads.add(inode, request.pid(), ReadFailures.errno(e));
            throw e;
          }
        });
  }

  @Override
  public void readdir(Request request, long inode, long handle, long offset, DirectoryReply reply)
      throws FuseException, InterruptedException {
    answer(inode, () -> list(request, inode, offset, reply, (_, _, _) -> {}));
  }

  @Override
  public void readdirplus(
      Request request, long inode, long handle, long offset, DirectoryPlusReply reply)
      throws FuseException, InterruptedException {
    answer(inode, () -> list(request, inode, offset, reply, this::lookUpIfKnown));
  }

  /**
   * What is not known is left out: a listing waits for nothing, and fails for nothing but names.
   */
  private void lookUpIfKnown(Version version, Node node, DirectoryPlusReply listing) {
    // What the directory showed before it moved on must not come into the kernel's cache.
    if (!isShown(version)) {
      return;
    }
    long size = 0;
    if (node.isBlob()) {
      // Nor is one file looked up where it matters whether its attributes will be asked for.
      var known = nodes.sizeIfLocal(node.id());
      if (known.isEmpty() || prefetcher.holdsBack(node.within(), node.index())) {
        return;
      }
      size = known.getAsLong();
    }
    describe(node, size, found(listing.entry(), node.inode()));
    looked(version, node);
  }

  @Override
  public void statfs(Request request, long node, StatfsReply reply) {
    // Read-only, so full; how large the whole tree is nobody knows before all of it has been seen.
    reply.blockSize(BLOCK_SIZE).blocks(nodes.count(), 0).files(nodes.count(), 0);
  }

  @Override
  public void getxattr(Request request, long inode, Name name, XattrReply reply)
      throws FuseException, InterruptedException {
    var kind = extendedAttributes.kind(inode, name);
    answer(inode, () -> extendedAttributes.get(kind, nodes.node(request, inode), reply));
  }

  @Override
  public void listxattr(Request request, long inode, XattrListReply reply)
      throws FuseException, InterruptedException {
    answer(inode, () -> extendedAttributes.list(inode, reply));
  }

  /** Completes an entry of a listing once its name has been added. */
  @FunctionalInterface
  private interface Added<L extends Listing> {
    void added(Version version, Node node, L listing);
  }

  /**
   * Lists from {@code offset}, which tells the version in which the listing began and how far it
   * has come: it goes on in that version, whatever the directory shows by now.
   */
  private <L extends Listing> void list(
      Request request, long inode, long offset, L listing, Added<L> added)
      throws IOException, InterruptedException, FuseException {
    var directory = nodes.directory(request, inode);
    var version =
        offset == 0
            ? directory.current()
            : directory
                .version((int) (offset >>> Integer.SIZE))
                .orElseThrow(Errno.ESTALE::exception);
    var tree = nodes.tree(request, version.tree());
    if (offset == 0) {
      prefetcher.listed(nodes.folder(version));
    }
    long cookie = (long) version.number() << Integer.SIZE;
    int next = (int) offset;
    if (next == 0 && !listing.add(SELF, SELF.length, inode, FileType.DIRECTORY, cookie | ++next)) {
      return;
    }
    if (next == 1
        && !listing.add(
            PARENT, PARENT.length, directory.parent(), FileType.DIRECTORY, cookie | ++next)) {
      return;
    }
    if (offset != 0 && next - DOT_ENTRIES == tree.size()) {
      readAhead(request, version, tree);
    }
    var name = new byte[256];
    for (int index = next - DOT_ENTRIES; index < tree.size(); index++) {
      var node = nodes.entry(tree, version, index);
      int length = tree.copyName(index, name);
      long following = cookie | index + DOT_ENTRIES + 1;
      if (!listing.add(name, length, node.inode(), Node.type(node.mode()), following)) {
        return;
      }
      added.added(version, node, listing);
    }
  }

  private static Attributes found(EntryReply reply, long inode) {
    return reply.found(inode, 0, Validity.FOREVER, Validity.FOREVER);
  }

  private void describe(Node node, long size, Attributes attributes) {
    var type = Node.type(node.mode());
    int permissions =
        switch (type) {
          case SYMLINK -> 0777;
          case DIRECTORY -> ownership.permissions(0777);
          default -> ownership.permissions((node.mode().getBits() & 0111) != 0 ? 0777 : 0666);
        };
    attributes
        .ino(node.inode())
        .mode(type.mode(permissions))
        // Not counted, for directories either: what btrfs reports, and find(1) knows.
        .nlink(1)
        .owner(ownership.uid(), ownership.gid())
        .size(size)
        .blocks((size + STAT_BLOCK - 1) / STAT_BLOCK)
        .blksize(BLOCK_SIZE)
        .times(node.seconds(), 0);
  }

  /** Whether all that follows the beginning of a file is in the page cache now. */
  private boolean readOn(Node node, Blob blob, int count) {
    var version = shown(node);
    if (version.isEmpty() || !mayWaitForTheKernel()) {
      return false;
    }
    try {
      return readahead.readOn(notifier.get(), node.inode(), blob, count);
    } catch (IOException e) {
      log.debug("no more than was asked for is read of {}", nodes.path(node.inode()), e);
      return false;
    }
  }

  /** What goes wrong here is for those to meet who read that. */
  private void readAhead(Request request, Node node, boolean toItsEnd) {
    var version = shown(node);
    if (version.isEmpty()) {
      return;
    }
    try {
      var tree = store.treeIfLocal(version.get().tree());
      if (tree.isEmpty()) {
        return;
      }
      if (toItsEnd && mayWaitForTheKernel()) {
        readahead.read(notifier.get(), request.pid(), version.get(), tree.get(), node.index());
      } else {
        readahead.readAlone(request.pid(), version.get(), tree.get(), node.index());
      }
    } catch (IOException e) {
      log.debug("nothing is read ahead after {}", nodes.path(node.inode()), e);
    }
  }

  /**
   * What to read ahead of a file in, if anything can be: in a directory that has moved on since,
   * what it showed before is not walked any more.
   */
  private Optional<Version> shown(Node node) {
    return notifier.isEmpty()
        ? Optional.empty()
        : nodes.inodes().numbering(node.inode()).filter(RepositoryTree::isShown);
  }

  private void readAhead(Request request, Version version, Tree tree) {
    if (notifier.isPresent() && isShown(version) && mayWaitForTheKernel()) {
      try {
        readahead.listed(notifier.get(), request.pid(), version, tree);
      } catch (IOException e) {
        log.debug("nothing is read ahead in a directory that was listed", e);
      }
    }
  }

  private static boolean isShown(Version version) {
    return version == version.directory().current();
  }

  /**
   * What puts pages into the kernel's cache may wait for one that a virtual thread is about to
   * fill, and a call into the kernel does not let go of the processor that one would need.
   */
  private static boolean mayWaitForTheKernel() {
    return !Thread.currentThread().isVirtual();
  }

  /** What the file {@code node} contains, for a read at {@code offset}. */
  private Blob contents(Request request, Node node, long offset)
      throws IOException, InterruptedException {
    var local = store.blobIfLocal(node.id());
    if (local.isPresent()) {
      if (offset == 0) {
        prefetcher.read(node.within(), node.index());
      }
      return local.get();
    }
    // Begins this operation anew, so the prefetcher hears of it once, after that.
    request.willWait();
    if (!store.isLocal(node.id())) {
      prefetcher.missed(node.within(), node.index());
    } else if (offset == 0) {
      prefetcher.read(node.within(), node.index());
    }
    return blob(request, node.id());
  }

  private Blob blob(Request request, ObjectId id) throws IOException, InterruptedException {
    var local = store.blobIfLocal(id);
    if (local.isPresent()) {
      return local.get();
    }
    request.willWait();
    prefetcher.waits();
    try {
      return store.blob(id);
    } finally {
      prefetcher.waited();
    }
  }

  /** An operation as it is written here, its failures not yet those of the kernel. */
  @FunctionalInterface
  private interface Operation {
    void run() throws IOException, InterruptedException, FuseException;
  }

  private void answer(long inode, Operation operation) throws FuseException, InterruptedException {
    try {
      operation.run();
    } catch (IOException e) {
      var errno = ReadFailures.errno(e);
      log.warn("{}: {}: {}", nodes.path(inode), errno, e.getMessage());
      log.debug("the cause", e);
      throw errno.exception();
    }
  }
}
