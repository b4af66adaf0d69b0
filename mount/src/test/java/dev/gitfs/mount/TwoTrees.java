package dev.gitfs.mount;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
import dev.gitfs.fuse.ReadReply;
import dev.gitfs.fuse.Request;
import dev.gitfs.fuse.Validity;
import dev.gitfs.fuse.XattrListReply;
import dev.gitfs.fuse.XattrReply;
import dev.gitfs.mount.tree.InodeRange;
import dev.gitfs.mount.tree.RepositoryTree;
import java.util.List;

/** A file system of two directories, {@code first} and {@code second}, each a repository's tree. */
final class TwoTrees implements FileSystem {
  private static final int RANGE_BITS = 40;
  private static final List<String> NAMES = List.of("first", "second");

  /** The range of the tree with that name. */
  static InodeRange range(String name) {
    return new InodeRange(NAMES.indexOf(name) + 1L << RANGE_BITS, ROOT);
  }

  private final List<RepositoryTree> trees;

  TwoTrees(RepositoryTree first, RepositoryTree second) {
    trees = List.of(first, second);
  }

  @Override
  public void init(Connection connection) {
    trees.forEach(tree -> tree.init(connection));
  }

  @Override
  public void lookup(Request request, long parent, Name name, EntryReply reply)
      throws FuseException, InterruptedException {
    if (parent != ROOT) {
      tree(parent).lookup(request, parent, name, reply);
      return;
    }
    for (var i = 0; i < NAMES.size(); i++) {
      if (name.is(NAMES.get(i).getBytes(US_ASCII))) {
        trees.get(i).lookupRoot(reply);
        return;
      }
    }
    reply.absent(Validity.FOREVER);
  }

  @Override
  public void forget(long node, long lookups) {
    if (node != ROOT) {
      tree(node).forget(node, lookups);
    }
  }

  @Override
  public void getattr(Request request, long node, AttributesReply reply)
      throws FuseException, InterruptedException {
    if (node == ROOT) {
      Attributes attributes = reply.validFor(Validity.FOREVER);
      attributes.ino(ROOT).mode(FileType.DIRECTORY.mode(0755)).nlink(1);
    } else {
      tree(node).getattr(request, node, reply);
    }
  }

  @Override
  public void readlink(Request request, long node, LinkReply reply)
      throws FuseException, InterruptedException {
    tree(node).readlink(request, node, reply);
  }

  @Override
  public void read(Request request, long node, long handle, long offset, int size, ReadReply reply)
      throws FuseException, InterruptedException {
    tree(node).read(request, node, handle, offset, size, reply);
  }

  @Override
  public void readdir(Request request, long node, long handle, long offset, DirectoryReply reply)
      throws FuseException, InterruptedException {
    if (node == ROOT) {
      list(offset, reply);
    } else {
      tree(node).readdir(request, node, handle, offset, reply);
    }
  }

  @Override
  public void readdirplus(
      Request request, long node, long handle, long offset, DirectoryPlusReply reply)
      throws FuseException, InterruptedException {
    if (node == ROOT) {
      list(offset, reply);
    } else {
      tree(node).readdirplus(request, node, handle, offset, reply);
    }
  }

  @Override
  public void getxattr(Request request, long node, Name name, XattrReply reply)
      throws FuseException, InterruptedException {
    if (node == ROOT) {
      throw Errno.ENODATA.exception();
    }
    tree(node).getxattr(request, node, name, reply);
  }

  @Override
  public void listxattr(Request request, long node, XattrListReply reply)
      throws FuseException, InterruptedException {
    if (node != ROOT) {
      tree(node).listxattr(request, node, reply);
    }
  }

  @Override
  public void destroy() {
    trees.forEach(RepositoryTree::close);
  }

  private static void list(long offset, Listing listing) {
    for (var i = (int) offset; i < NAMES.size(); i++) {
      var name = NAMES.get(i).getBytes(US_ASCII);
      var number = range(NAMES.get(i)).root();
      if (!listing.add(name, name.length, number, FileType.DIRECTORY, i + 1)) {
        return;
      }
    }
  }

  private RepositoryTree tree(long node) {
    return trees.get((int) (node >> RANGE_BITS) - 1);
  }
}
