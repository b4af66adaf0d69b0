package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gitfs.git.store.Tree;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A tree as a list of the paths and sizes of its files, in git's order; ids are made up. What is in
 * it is numbered in that order, a directory before what is in it, the root 0: so traces name it.
 */
final class RecordedTree {

  private final Map<ObjectId, Tree> trees = new HashMap<>();
  private final Map<ObjectId, Long> sizes = new HashMap<>();
  private final List<String> paths = new ArrayList<>();
  private final ObjectId root;

  /** What a path leads to: a file, or (index -1) a directory. */
  record Place(Folder folder, int index, ObjectId id) {}

  /** From lines of a size, a space and a path. */
  RecordedTree(Stream<String> lines) {
    var top = new Entries();
    lines.forEach(line -> {
      int space = line.indexOf(' ');
      top.add(line.substring(space + 1), Long.parseLong(line, 0, space, 10));
    });
    root = freeze(top, "");
  }

  /** The tree of which the traces beside this class were recorded: a quarter of Linux 6.1. */
  static RecordedTree recorded() throws IOException {
    return new RecordedTree(Recording.lines("tree").stream());
  }

  /**
   * Of a few files, each a path, or a path, a colon and a size; 1,000 bytes otherwise. What ends in
   * ".link" is a symbolic link.
   */
  static RecordedTree of(String... files) {
    return new RecordedTree(
        Stream.of(files)
            .map(file -> {
              var fields = file.split(":");
              return (fields.length > 1 ? fields[1] : "1000") + " " + fields[0];
            }));
  }

  /**
   * So many levels of directories, each of which names the one tree of the next level {@code wide}
   * times; the last has a file.
   */
  static RecordedTree shared(int levels, int wide) {
    var tree = RecordedTree.of("file");
    var below = tree.root;
    for (int level = 0; level < levels; level++) {
      var entries = new Entries();
      for (int i = 0; i < wide; i++) {
        entries.names.put("d" + i, below);
      }
      below = tree.freeze(entries, "/level" + level);
    }
    return new RecordedTree(tree, below);
  }

  private RecordedTree(RecordedTree of, ObjectId root) {
    this.trees.putAll(of.trees);
    this.sizes.putAll(of.sizes);
    this.root = root;
  }

  Folder root() {
    return Folder.root(root);
  }

  /** The path with a number; empty for the root. */
  String path(int number) {
    return paths.get(number);
  }

  Tree tree(ObjectId id) {
    return trees.get(id);
  }

  long size(ObjectId blob) {
    return sizes.get(blob);
  }

  /** As what is known of it where some trees are local, and nothing of any file. */
  Outline outline(Predicate<ObjectId> isLocal) {
    return outline(isLocal, _ -> false);
  }

  /** The same where some files are on their way, but far. */
  Outline outline(Predicate<ObjectId> isLocal, Predicate<ObjectId> isFar) {
    return new Outline() {
      @Override
      public Optional<Tree> tree(ObjectId id) {
        return Optional.of(id).filter(isLocal).map(trees::get);
      }

      @Override
      public boolean isLocal(ObjectId blob) {
        return false;
      }

      @Override
      public OptionalLong size(ObjectId blob) {
        return OptionalLong.empty();
      }

      @Override
      public boolean isFar(ObjectId blob) {
        return isFar.test(blob);
      }

      @Override
      public boolean serverTellsSizes() {
        return true;
      }

      @Override
      public boolean sizesAlone() {
        return true;
      }
    };
  }

  Place find(Folder root, String path) {
    var at = root;
    if (path.isEmpty()) {
      return new Place(at, -1, at.tree());
    }
    for (var name : path.split("/")) {
      var tree = trees.get(at.tree());
      var bytes = name.getBytes(UTF_8);
      int index = tree.find(bytes, bytes.length);
      if (index < 0) {
        throw new IllegalArgumentException(path);
      }
      if (tree.mode(index) != FileMode.TREE) {
        return new Place(at, index, tree.id(index));
      }
      at = at.child(index, tree.id(index));
    }
    return new Place(at, -1, at.tree());
  }

  private ObjectId freeze(Entries entries, String path) {
    paths.add(path.isEmpty() ? "" : path.substring(1));
    var names = new ArrayList<byte[]>();
    var byName = new HashMap<String, Integer>();
    var ids = new ArrayList<ObjectId>();
    var folders = new ArrayList<Boolean>();
    entries.names.forEach((name, below) -> {
      var child = path + "/" + name;
      byName.put(name, names.size());
      names.add(name.getBytes(UTF_8));
      folders.add(!(below instanceof Long));
      if (below instanceof ObjectId tree) {
        ids.add(tree);
      } else if (below instanceof Entries folder) {
        ids.add(freeze(folder, child));
      } else {
        var id = id("blob", child);
        sizes.put(id, (Long) below);
        paths.add(child.substring(1));
        ids.add(id);
      }
    });
    var id = id("tree", path);
    trees.put(id, new Listed(names, byName, ids, folders));
    return id;
  }

  private static ObjectId id(String kind, String path) {
    try {
      return ObjectId.fromRaw(
          MessageDigest.getInstance("SHA-1").digest((kind + path).getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A directory while it is read in: names to sizes, to directories, or to trees, in listing order.
   */
  private static final class Entries {
    final Map<String, Object> names = new LinkedHashMap<>();

    void add(String path, long size) {
      int slash = path.indexOf('/');
      if (slash < 0) {
        names.put(path, size);
      } else {
        var child = names.computeIfAbsent(path.substring(0, slash), _ -> new Entries());
        ((Entries) child).add(path.substring(slash + 1), size);
      }
    }
  }

  private record Listed(
      List<byte[]> names, Map<String, Integer> byName, List<ObjectId> ids, List<Boolean> folders)
      implements Tree {
    @Override
    public int size() {
      return ids.size();
    }

    @Override
    public FileMode mode(int index) {
      if (folders.get(index)) {
        return FileMode.TREE;
      }
      boolean link = new String(names.get(index), UTF_8).endsWith(".link");
      return link ? FileMode.SYMLINK : FileMode.REGULAR_FILE;
    }

    @Override
    public ObjectId id(int index) {
      return ids.get(index);
    }

    @Override
    public byte[] name(int index) {
      return names.get(index);
    }

    @Override
    public int copyName(int index, byte[] target) {
      var name = names.get(index);
      System.arraycopy(name, 0, target, 0, name.length);
      return name.length;
    }

    @Override
    public int find(byte[] name, int length) {
      return byName.getOrDefault(new String(name, 0, length, UTF_8), -1);
    }

    @Override
    public int rejected() {
      return 0;
    }
  }
}
