package dev.gitfs.mount.namespace;

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
import dev.gitfs.fuse.ReadReply;
import dev.gitfs.fuse.Request;
import dev.gitfs.fuse.StatfsReply;
import dev.gitfs.fuse.Validity;
import dev.gitfs.fuse.XattrListReply;
import dev.gitfs.fuse.XattrReply;
import dev.gitfs.git.background.Background;
import dev.gitfs.git.forge.Sites;
import dev.gitfs.mount.tree.Ownership;
import dev.gitfs.mount.tree.RepositoryTree;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Forges, owners, groups and repositories as one file system: {@code
 * /forge/owner/…/repository[@ref]/…}. What is asked of a node in a repository goes to that
 * repository's tree, found by the node's number; all above is answered here.
 */
final class Namespace implements FileSystem {

  private static final byte[] SELF = {'.'};
  private static final byte[] PARENT = {'.', '.'};

  /** Offsets 0 and 1 of a listing are "." and "..", then come positions from 1 on. */
  private static final int DOT_ENTRIES = 2;

  private static final int USER_SPACE = "user.".length();

  private final Surroundings surroundings;
  private final Nodes nodes;
  private final Top top;

  Namespace(Sites sites, NamespaceOptions options, Ownership ownership) {
    surroundings = new Surroundings(options, ownership);
    nodes = surroundings.nodes();
    top = new Top(surroundings);
    for (var site : sites.all()) {
      top.add(new ForgeInUse(site, options, surroundings.ledger()));
    }
  }

  Surroundings surroundings() {
    return surroundings;
  }

  Top top() {
    return top;
  }

  @Override
  public void init(Connection connection) {
    surroundings.mounted(connection);
  }

  @Override
  public void failed(String what, Throwable failure) {
    Background.failed(what, failure);
  }

  @Override
  public void destroy() {
    nodes.roots().forEach(RepositoryRoot::end);
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply)
      throws FuseException, InterruptedException {
    if (!Nodes.isOwn(parent)) {
      var root = nodes.root(parent);
      var tree = root.enter(request);
      try {
        tree.lookup(request, parent, name, reply);
      } finally {
        root.leave();
      }
      return;
    }
    var directory = directory(parent);
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(name.bytes(), 0, name.length()))
              .toString();
    } catch (CharacterCodingException e) {
      // No forge has such names.
      reply.absent(Validity.FOREVER);
      return;
    }
    while (true) {
      switch (directory.find(request, text)) {
        case Directory.Answer.Absent(var valid) -> {
          reply.absent(valid);
          return;
        }
        case Directory.Answer.Here(var node) -> {
          if (node.look()) {
            found(node, reply);
            return;
          }
          // It was dropped at this moment.
        }
      }
    }
  }

  @Override
  public void forget(long node, long lookups) {
    try {
      if (Nodes.isOwn(node)) {
        nodes.own(node).forget(lookups);
      } else if (Nodes.isRoot(node)) {
        nodes.root(node).forget(lookups);
      } else {
        nodes.root(node).openTree().ifPresent(tree -> tree.forget(node, lookups));
      }
    } catch (FuseException e) {
      // What is not there any more has nothing to forget.
    }
  }

  @Override
  public void getattr(Request request, long inode, AttributesReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode) || Nodes.isRoot(inode)) {
      var node = Nodes.isOwn(inode) ? nodes.own(inode) : nodes.root(inode);
      node.describe(reply.validFor(node.attributesValid()));
      return;
    }
    var root = nodes.root(inode);
    var tree = root.enter(request);
    try {
      tree.getattr(request, inode, reply);
    } finally {
      root.leave();
    }
  }

  @Override
  public void readlink(Request request, long inode, LinkReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode)) {
      if (!(nodes.own(inode) instanceof RefLink link)) {
        throw Errno.EINVAL.exception();
      }
      reply.target(link.target(), link.target().length);
      return;
    }
    var root = nodes.root(inode);
    var tree = root.enter(request);
    try {
      tree.readlink(request, inode, reply);
    } finally {
      root.leave();
    }
  }

  @Override
  public void read(Request request, long inode, long handle, long offset, int size, ReadReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode)) {
      throw Errno.EISDIR.exception();
    }
    var root = nodes.root(inode);
    var tree = root.enter(request);
    try {
      tree.read(request, inode, handle, offset, size, reply);
    } finally {
      root.leave();
    }
  }

  @Override
  public void readdir(Request request, long inode, long handle, long offset, DirectoryReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode)) {
      list(request, inode, offset, reply, (_, _) -> {});
      return;
    }
    var root = nodes.root(inode);
    var tree = enterOrEmpty(request, root, inode);
    if (tree.isEmpty()) {
      root.listedEmpty();
      addDots(reply, offset, inode, root.parent().inode());
      return;
    }
    try {
      tree.get().readdir(request, inode, handle, offset, reply);
    } finally {
      root.leave();
    }
  }

  @Override
  public void readdirplus(
      Request request, long inode, long handle, long offset, DirectoryPlusReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode)) {
      list(
          request,
          inode,
          offset,
          reply,
          (node, listing) -> {
            if (node.look()) {
              found(node, listing.entry());
            }
          });
      return;
    }
    var root = nodes.root(inode);
    var tree = enterOrEmpty(request, root, inode);
    if (tree.isEmpty()) {
      root.listedEmpty();
      addDots(reply, offset, inode, root.parent().inode());
      return;
    }
    try {
      tree.get().readdirplus(request, inode, handle, offset, reply);
    } finally {
      root.leave();
    }
  }

  @Override
  public void statfs(Request request, long inode, StatfsReply reply) {
    // Read-only, so full; how much there is to see nobody knows.
  }

  @Override
  public void getxattr(Request request, long inode, Name name, XattrReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode) || !isOfUser(name)) {
      // ls -l asks this of each entry, for which nothing shall be opened.
      throw Errno.EOPNOTSUPP.exception();
    }
    var root = nodes.root(inode);
    var tree = root.enter(request);
    try {
      tree.getxattr(request, inode, name, reply);
    } finally {
      root.leave();
    }
  }

  @Override
  public void listxattr(Request request, long inode, XattrListReply reply)
      throws FuseException, InterruptedException {
    if (Nodes.isOwn(inode)) {
      return;
    }
    var root = nodes.root(inode);
    if (Nodes.isRoot(inode) && root.openTree().isEmpty()) {
      return;
    }
    var tree = root.enter(request);
    try {
      tree.listxattr(request, inode, reply);
    } finally {
      root.leave();
    }
  }

  private static boolean isOfUser(Name name) {
    return name.length() > USER_SPACE
        && name.bytes()[0] == 'u'
        && name.bytes()[1] == 's'
        && name.bytes()[2] == 'e'
        && name.bytes()[3] == 'r'
        && name.bytes()[4] == '.';
  }

  /** What else goes with an entry of a listing once its name has been added. */
  @FunctionalInterface
  private interface Added<L extends Listing> {
    void added(Node node, L listing);
  }

  private <L extends Listing> void list(
      Request request, long inode, long offset, L listing, Added<L> added)
      throws FuseException, InterruptedException {
    var directory = directory(inode);
    if (offset == 0) {
      directory.list(request);
    }
    if (!addDots(listing, offset, inode, directory.parentInode())) {
      return;
    }
    List<Node> entries = directory.after(Math.max(0, offset - DOT_ENTRIES));
    for (var node : entries) {
      var name = node.nameBytes();
      if (!listing.add(
          name, name.length, node.inode(), node.type(), node.position() + DOT_ENTRIES)) {
        return;
      }
      added.added(node, listing);
    }
  }

  /** Returns whether there is room for more. */
  private static boolean addDots(Listing listing, long offset, long inode, long parent) {
    return (offset > 0 || listing.add(SELF, SELF.length, inode, FileType.DIRECTORY, 1))
        && (offset > 1 || listing.add(PARENT, PARENT.length, parent, FileType.DIRECTORY, 2));
  }

  /** The tree, to be left; empty if {@code inode} is the root of a repository without a commit. */
  private static Optional<RepositoryTree> enterOrEmpty(
      Request request, RepositoryRoot root, long inode) throws FuseException, InterruptedException {
    try {
      return Optional.of(root.enter(request));
    } catch (FuseException e) {
      if (Nodes.isRoot(inode) && root.isEmpty()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Directory directory(long inode) throws FuseException {
    if (nodes.own(inode) instanceof Directory directory) {
      return directory;
    }
    throw Errno.ENOTDIR.exception();
  }

  private static void found(Node node, EntryReply reply) {
    node.describe(reply.found(node.inode(), 0, node.nameValid(), node.attributesValid()));
  }
}
