package dev.gitfs.mount.tree;

import dev.gitfs.fuse.Errno;
import dev.gitfs.fuse.FuseException;
import dev.gitfs.fuse.Name;
import dev.gitfs.fuse.Request;
import dev.gitfs.git.store.ObjectStore;
import dev.gitfs.git.store.Revision;
import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Folder;
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
 * The nodes of a mounted repository: from inode numbers to objects, and from objects to what is
 * known about them. What is local is answered at once; what is not makes the request wait.
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

  Nodes(ObjectStore store, Revision revision, InodeRange range, Prefetcher prefetcher)
      throws IOException, InterruptedException {
    this.store = store;
    this.prefetcher = prefetcher;
    var tree = store.tree(revision.tree());
    long seconds = revision.committed().getEpochSecond();
    this.inodes = new InodeTable(range, revision.tree(), tree.size(), seconds, prefetcher.root());
    reportRejected(range.root(), tree);
  }

  InodeTable inodes() {
    return inodes;
  }

  Node root() {
    var root = inodes.root();
    return shown(root, root.current().folder(), -1);
  }

  /** How many inode numbers have been given. */
  long count() {
    return inodes.size();
  }

  Node node(Request request, long inode) throws IOException, InterruptedException, FuseException {
    if (inode == inodes.root().inode()) {
      return root();
    }
    var numbered = numbering(inode);
    var tree = tree(request, numbered.tree());
    int index = (int) (inode - numbered.first());
    var current = numbered.directory().current();
    if (numbered != current) {
      // Where it is now, if it is as it was; else it stays what it was for those who have it.
      var currentTree = tree(request, current.tree());
      var name = tree.name(index);
      int at = currentTree.find(name, name.length);
      if (at >= 0 && current.inodeOf(at) == inode) {
        return entry(currentTree, current, at);
      }
    }
    return entry(tree, numbered, index);
  }

  Node entry(Tree tree, Version version, int index) {
    long inode = version.inodeOf(index);
    var mode = tree.mode(index);
    if (version.number() > 0 && isTree(mode)) {
      var entered = inodes.entered(inode);
      if (entered.isPresent()) {
        return shown(entered.get(), folder(version), index);
      }
    }
    long seconds =
        version.isKept(index)
            ? inodes.numbering(inode).map(Version::seconds).orElse(version.seconds())
            : version.seconds();
    return new Node(inode, mode, tree.id(index), folder(version), index, seconds);
  }

  private static Node shown(Directory directory, Folder within, int index) {
    var current = directory.current();
    return new Node(
        directory.inode(), FileMode.TREE, current.tree(), within, index, current.seconds());
  }

  /** The directory that {@code inode} shows, entered now if it was not before. */
  Directory directory(Request request, long inode)
      throws IOException, InterruptedException, FuseException {
    var entered = inodes.entered(inode);
    if (entered.isPresent()) {
      return entered.get();
    }
    var node = node(request, inode);
    if (node.isBlob()) {
      throw Errno.ENOTDIR.exception();
    }
    long parent = numbering(inode).directory().inode();
    var id = node.isTree() ? node.id() : Constants.EMPTY_TREE_ID;
    var tree = tree(request, id);
    var folder = node.within().child(node.index(), id);
    var directory = inodes.enter(request, inode, parent, id, tree.size(), node.seconds(), folder);
    reportRejected(inode, tree);
    return directory;
  }

  /**
   * The same place for those who fetch ahead, in the tree that they go through now: a directory
   * that a move has not changed is in another tree since. What a move is about to replace stays
   * where it was.
   */
  Folder folder(Version version) {
    var known = version.folder();
    var directory = version.directory();
    if (known.root() == inodes.root().current().folder() || version != directory.current()) {
      return known;
    }
    var parent = inodes.entered(directory.parent()).map(Directory::current);
    int index = parent.map(above -> above.indexOf(directory.inode())).orElse(-1);
    if (directory == inodes.root() || index < 0) {
      return known;
    }
    var place = folder(parent.get()).child(index, version.tree());
    if (!place.tree().equals(version.tree())) {
      return known;
    }
    version.folder(place);
    return place;
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
  OptionalLong sizeIfLocal(ObjectId id) {
    try {
      return store.sizeIfLocal(id);
    } catch (IOException e) {
      log.debug("no size of {}", id.name(), e);
      return OptionalLong.empty();
    }
  }

  /**
   * The size of a blob. One that is not known is asked of the server together with those of its
   * siblings: who looks at one file mostly looks at the next. But where the server does not tell
   * sizes, who names a file without having listed its directory gets that one alone, its content
   * with it.
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
      if (!store.awaitSize(node.id())) {
        store.fetchSizes(
            store.serverTellsSizes() || node.within().isListed()
                ? unknownAround(node)
                : List.of(node.id()));
      }
    } finally {
      prefetcher.waited();
    }
    return store.sizeIfLocal(node.id()).orElseThrow(() -> noSize(node.id()));
  }

  private IOException noSize(ObjectId id) {
    return store
        .refusal(id)
        .map(why -> new IOException(why.getMessage(), why))
        .orElseGet(() -> new IOException("no size of " + id.name()));
  }

  private List<ObjectId> unknownAround(Node node) throws IOException, InterruptedException {
    var tree = store.tree(node.within().tree());
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
    for (long at = inode; at != inodes.root().inode(); ) {
      var numbered = inodes.numbering(at);
      if (numbered.isEmpty()) {
        return "inode " + inode;
      }
      path.insert(0, "/" + nameOf(numbered.get(), at));
      at = numbered.get().directory().inode();
    }
    return path.isEmpty() ? "/" : path.toString();
  }

  private String nameOf(Version version, long inode) {
    try {
      return store
          .treeIfLocal(version.tree())
          .map(tree -> tree.name((int) (inode - version.first())))
          .map(name -> Name.escaped(name, name.length))
          .orElse("?");
    } catch (IOException e) {
      return "?";
    }
  }

  private Version numbering(long inode) throws FuseException {
    var version = inodes.numbering(inode);
    if (version.isEmpty()) {
      throw Errno.ESTALE.exception();
    }
    return version.get();
  }

  private static boolean isTree(FileMode mode) {
    return FileMode.TREE.equals(mode.getBits());
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
