package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.Request;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Prefetcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes of a mounted commit: from inode numbers to objects, and from objects to what is known
 * about them. What is local is answered at once; what is not makes the request wait.
 */
final class Nodes {

  /**
   * How many sizes are asked for at once, at most, when one is wanted: enough that all directories
   * but freaks take one request, and a request body of 400 KB at most (a size costs the server 3
   * µs).
   */
  private static final int SIZES_AT_ONCE = 8192;

  private static final Logger log = LoggerFactory.getLogger(Nodes.class);

  private final ObjectStore store;
  private final Prefetcher prefetcher;
  private final InodeTable inodes;
  private final Node root;

  Nodes(ObjectStore store, Revision revision, InodeRange range, Prefetcher prefetcher)
      throws IOException, InterruptedException {
    this.store = store;
    this.prefetcher = prefetcher;
    this.root = new Node(range.root(), FileMode.TREE, revision.tree(), prefetcher.root(), -1);
    var tree = store.tree(revision.tree());
    this.inodes = new InodeTable(range, revision.tree(), tree.size(), prefetcher.root());
    reportRejected(range.root(), tree);
  }

  Node root() {
    return root;
  }

  /** How many inode numbers have been given. */
  long count() {
    return inodes.size();
  }

  Node node(Request request, long inode) throws IOException, InterruptedException, FuseException {
    if (inode == root.inode()) {
      return root;
    }
    var parent = parent(inode);
    return entry(tree(request, parent.tree()), parent, parent.indexOf(inode));
  }

  Node entry(Tree tree, Directory directory, int index) {
    return new Node(
        directory.inodeOf(index), tree.mode(index), tree.id(index), directory.folder(), index);
  }

  /** The directory that {@code inode} shows, entered now if it was not before. */
  Directory directory(Request request, long inode)
      throws IOException, InterruptedException, FuseException {
    var entered = inodes.entered(inode);
    if (entered.isPresent()) {
      return entered.get();
    }
    var node = node(request, inode);
    long parent = parent(inode).inode();
    if (node.isTree()) {
      var tree = tree(request, node.id());
      var folder = node.within().child(node.index(), node.id());
      var directory = inodes.enter(inode, parent, node.id(), tree.size(), folder);
      reportRejected(inode, tree);
      return directory;
    }
    if (node.isBlob()) {
      throw Errno.ENOTDIR.exception();
    }
    var empty = node.within().child(node.index(), Constants.EMPTY_TREE_ID);
    return inodes.enter(inode, parent, Constants.EMPTY_TREE_ID, 0, empty);
  }

  Tree tree(Request request, ObjectId id) throws IOException, InterruptedException {
    var local = store.treeIfLocal(id);
    if (local.isPresent()) {
      return local.get();
    }
    request.willWait();
    return store.tree(id);
  }

  /** The size of a blob if it is known here. */
  OptionalLong sizeIfLocal(ObjectId id) throws IOException {
    return store.sizeIfLocal(id);
  }

  /**
   * The size of a blob. One that is not known is asked of the server together with those of its
   * siblings: who looks at one file mostly looks at the next. But where sizes come with contents,
   * who names a file without having listed its directory gets that one alone.
   */
  long size(Request request, Node node) throws IOException, InterruptedException, FuseException {
    var known = store.sizeIfLocal(node.id());
    if (known.isPresent()) {
      prefetcher.glanced(node.within(), node.index());
      return known.getAsLong();
    }
    request.willWait();
    prefetcher.looked(node.within(), node.index());
    prefetcher.waits();
    try {
      store.fetchSizes(
          store.sizesAlone() || node.within().isListed()
              ? unknownAround(node)
              : List.of(node.id()));
    } finally {
      prefetcher.waited();
    }
    return store
        .sizeIfLocal(node.id())
        .orElseThrow(() -> new IOException("no size of " + node.id().name()));
  }

  private List<ObjectId> unknownAround(Node node)
      throws IOException, InterruptedException, FuseException {
    var tree = store.tree(parent(node.inode()).tree());
    int first = node.index() / SIZES_AT_ONCE * SIZES_AT_ONCE;
    int end = Math.min(tree.size(), first + SIZES_AT_ONCE);
    var unknown = new ArrayList<ObjectId>();
    for (int index = first; index < end; index++) {
      if (Node.isBlob(tree.mode(index)) && store.sizeIfLocal(tree.id(index)).isEmpty()) {
        unknown.add(tree.id(index));
      }
    }
    return unknown;
  }

  /** The path of a node from the root of the mount, for people; names that are not text escaped. */
  String path(long inode) {
    var path = new StringBuilder();
    for (long at = inode; at != root.inode(); ) {
      var parent = inodes.containing(at);
      if (parent.isEmpty()) {
        return "inode " + inode;
      }
      path.insert(0, "/" + nameOf(parent.get(), at));
      at = parent.get().inode();
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  private String nameOf(Directory directory, long inode) {
    try {
      return store
          .treeIfLocal(directory.tree())
          .map(tree -> tree.name(directory.indexOf(inode)))
          .map(name -> Name.escaped(name, name.length))
          .orElse("?");
    } catch (IOException e) {
      return "?";
    }
  }

  private Directory parent(long inode) throws FuseException {
    var parent = inodes.containing(inode);
    if (parent.isEmpty()) {
      throw Errno.ESTALE.exception();
    }
    return parent.get();
  }

  private void reportRejected(long inode, Tree tree) {
    if (tree.rejected() > 0) {
      log.warn(
          "{}: {} entries are not shown: git would refuse their names, or they are repeated",
          path(inode),
          tree.rejected());
    }
  }
}
