package dev.gitfs.git.store;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A tree object as its raw bytes and the offsets of the entries to show: 4 bytes an entry more than
 * git stores, and nothing allocated until a name or an id is asked for.
 *
 * <p>Git sorts entries by name, a directory's as if it ended in a slash, so a name is found by
 * binary search, once as a file and once as a directory. Trees that broken tools wrote in another
 * order are searched through {@link #byName}.
 */
final class ParsedTree implements Tree {

  private static final int ID_LENGTH = 20;

  /** Object header of the array, the two arrays' headers, and this object's fields. */
  private static final int OVERHEAD_BYTES = 72;

  private final byte[] raw;

  /** Where the mode of each shown entry begins. */
  private final int[] entries;

  /** The shown entries ordered by name; null for a tree in git's order, which needs none. */
  private final int[] byName;

  private final int rejected;

  private ParsedTree(byte[] raw, int[] entries, int[] byName, int rejected) {
    this.raw = raw;
    this.entries = entries;
    this.byName = byName;
    this.rejected = rejected;
  }

  /**
   * Takes ownership of {@code raw}.
   *
   * @throws IOException if it is no tree
   */
  static ParsedTree parse(ObjectId id, byte[] raw) throws IOException {
    // The shortest possible entry: mode, space, a name of one byte, NUL, id.
    int[] entries = new int[raw.length / (ID_LENGTH + 4) + 1];
    int count = 0;
    int rejected = 0;
    boolean sorted = true;
    // Of the last shown entry; to find them again took a third of the time.
    int lastStart = 0;
    int lastEnd = 0;
    boolean lastIsTree = false;
    for (int at = 0; at < raw.length; ) {
      int nameStart = endOfMode(id, raw, at) + 1;
      int nameEnd = nameStart;
      while (nameEnd < raw.length && raw[nameEnd] != 0) {
        nameEnd++;
      }
      int next = nameEnd + 1 + ID_LENGTH;
      if (next > raw.length) {
        throw malformed(id, "truncated entry", at);
      }
      FileMode mode = canonical(modeBits(raw, at));
      if (PathRules.accepts(raw, nameStart, nameEnd, mode == FileMode.SYMLINK)) {
        if (count == entries.length) {
          entries = Arrays.copyOf(entries, count * 2);
        }
        boolean isTree = mode == FileMode.TREE;
        sorted &=
            count == 0
                || compare(raw, lastStart, lastEnd, lastIsTree, raw, nameStart, nameEnd, isTree)
                    < 0;
        entries[count] = at;
        count++;
        lastStart = nameStart;
        lastEnd = nameEnd;
        lastIsTree = isTree;
      } else {
        rejected++;
      }
      at = next;
    }
    entries = Arrays.copyOf(entries, count);
    var tree = new ParsedTree(raw, entries, null, rejected);
    return sorted ? tree.withoutFilesNamedAsDirectories() : tree.ordered();
  }

  @Override
  public int size() {
    return entries.length;
  }

  @Override
  public FileMode mode(int index) {
    return canonical(modeBits(raw, entries[index]));
  }

  @Override
  public ObjectId id(int index) {
    return ObjectId.fromRaw(raw, nameEnd(raw, nameStart(raw, entries[index])) + 1);
  }

  @Override
  public byte[] name(int index) {
    int start = nameStart(raw, entries[index]);
    return Arrays.copyOfRange(raw, start, nameEnd(raw, start));
  }

  @Override
  public int copyName(int index, byte[] target) {
    int start = nameStart(raw, entries[index]);
    int length = nameEnd(raw, start) - start;
    System.arraycopy(raw, start, target, 0, length);
    return length;
  }

  @Override
  public int find(byte[] name, int length) {
    if (byName != null) {
      return findByName(name, length);
    }
    int file = findInGitOrder(name, length, false);
    return file >= 0 ? file : findInGitOrder(name, length, true);
  }

  @Override
  public int rejected() {
    return rejected;
  }

  /** Bytes of heap this tree takes. */
  int weight() {
    int order = byName == null ? 0 : 4 * byName.length;
    return OVERHEAD_BYTES + raw.length + 4 * entries.length + order;
  }

  /**
   * In git's order the same name can only come twice as a file and, with others between, as a
   * directory. The file, which comes first, stays.
   */
  private ParsedTree withoutFilesNamedAsDirectories() {
    int[] kept = entries.clone();
    int count = 0;
    for (int entry : entries) {
      int start = nameStart(raw, entry);
      byte[] name = isDirectory(raw, entry) ? nameAt(start) : null;
      if (name == null || findInGitOrder(name, name.length, false) < 0) {
        kept[count++] = entry;
      }
    }
    return count == entries.length
        ? this
        : new ParsedTree(raw, Arrays.copyOf(kept, count), null, rejected + entries.length - count);
  }

  private ParsedTree ordered() {
    Set<Name> seen = HashSet.newHashSet(entries.length);
    int[] kept =
        Arrays.stream(entries)
            .filter(entry -> seen.add(new Name(nameAt(nameStart(raw, entry)))))
            .toArray();
    int[] order =
        IntStream.range(0, kept.length)
            .boxed()
            .sorted(Comparator.comparing(i -> nameAt(nameStart(raw, kept[i])), Arrays::compare))
            .mapToInt(Integer::intValue)
            .toArray();
    return new ParsedTree(raw, kept, order, rejected + entries.length - kept.length);
  }

  private byte[] nameAt(int start) {
    return Arrays.copyOfRange(raw, start, nameEnd(raw, start));
  }

  private int findInGitOrder(byte[] name, int length, boolean directory) {
    int low = 0;
    int high = entries.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int start = nameStart(raw, entries[middle]);
      boolean isDirectory = isDirectory(raw, entries[middle]);
      int order = compare(raw, start, nameEnd(raw, start), isDirectory, name, 0, length, directory);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  private int findByName(byte[] name, int length) {
    int low = 0;
    int high = byName.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int start = nameStart(raw, entries[byName[middle]]);
      int order = Arrays.compare(raw, start, nameEnd(raw, start), name, 0, length);
      if (order == 0) {
        return byName[middle];
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /** Git's order of two entries. */
  private static int compare(
      byte[] a, int fromA, int toA, boolean treeA, byte[] b, int fromB, int toB, boolean treeB) {
    int common = Math.min(toA - fromA, toB - fromB);
    int mismatch = Arrays.mismatch(a, fromA, fromA + common, b, fromB, fromB + common);
    if (mismatch >= 0) {
      return (a[fromA + mismatch] & 0xff) - (b[fromB + mismatch] & 0xff);
    }
    return after(a, fromA + common, toA, treeA) - after(b, fromB + common, toB, treeB);
  }

  private static int after(byte[] name, int at, int end, boolean tree) {
    if (at < end) {
      return name[at] & 0xff;
    }
    return tree ? '/' : 0;
  }

  private static boolean isDirectory(byte[] raw, int entry) {
    return canonical(modeBits(raw, entry)) == FileMode.TREE;
  }

  private static int nameStart(byte[] raw, int entry) {
    int at = entry;
    while (raw[at] != ' ') {
      at++;
    }
    return at + 1;
  }

  private static int nameEnd(byte[] raw, int nameStart) {
    int at = nameStart;
    while (raw[at] != 0) {
      at++;
    }
    return at;
  }

  private static int endOfMode(ObjectId id, byte[] raw, int from) throws IOException {
    int at = from;
    while (at < raw.length && raw[at] >= '0' && raw[at] <= '7') {
      at++;
    }
    if (at == from || at >= raw.length || raw[at] != ' ') {
      throw malformed(id, "malformed mode", from);
    }
    return at;
  }

  private static int modeBits(byte[] raw, int entry) {
    int mode = 0;
    for (int at = entry; raw[at] != ' '; at++) {
      mode = mode << 3 | raw[at] - '0';
    }
    return mode;
  }

  /** The mode git would check out: it reads five from whatever bits a tree carries. */
  private static FileMode canonical(int bits) {
    return switch (bits & FileMode.TYPE_MASK) {
      case FileMode.TYPE_FILE ->
          (bits & 0100) != 0 ? FileMode.EXECUTABLE_FILE : FileMode.REGULAR_FILE;
      case FileMode.TYPE_SYMLINK -> FileMode.SYMLINK;
      case FileMode.TYPE_TREE -> FileMode.TREE;
      default -> FileMode.GITLINK;
    };
  }

  private static IOException malformed(ObjectId id, String what, int at) {
    return new IOException("tree " + id.name() + " is malformed: " + what + " at byte " + at);
  }

  /** A name to look up in a set. */
  private record Name(byte[] bytes) {

    @Override
    public boolean equals(Object other) {
      return other instanceof Name name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }
}
