package dev.gitfs.mount.tree;

import dev.gitfs.mount.prefetch.Folder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.eclipse.jgit.lib.ObjectId;

/**
 * What a directory shows from one move of the branch to the next that changes it: a tree, and the
 * inode numbers of its entries. New and changed entries have consecutive numbers in listing order
 * from {@link #first}; entries that are as they were before have the numbers that they had.
 */
final class Version {

  private static final VarHandle LOOKUPS;

  static {
    try {
      LOOKUPS = MethodHandles.lookup().findVarHandle(Version.class, "lookups", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Directory directory;
  private final int number;
  private final ObjectId tree;
  private final long seconds;
  private final long first;
  private final int size;
  private final int numbered;

  /** By entry its number from before, 0 for one that is new; null if all are. */
  private final long[] kept;

  /**
   * The same place for those who fetch ahead. Replaced when the tree they go through is another.
   */
  private volatile Folder folder;

  /** Of the entries numbered here. By {@link #LOOKUPS}. */
  private volatile long lookups;

  /**
   * @param number counts the versions of a directory from 0
   * @param seconds the time of the commit that made the directory so
   * @param first the number of the first entry, if that is new
   * @param kept by entry its number from before, 0 for one that is new; null if all are new
   */
  Version(
      Directory directory,
      int number,
      ObjectId tree,
      long seconds,
      long first,
      int size,
      long[] kept,
      Folder folder) {
    this.directory = directory;
    this.number = number;
    this.tree = tree;
    this.seconds = seconds;
    this.first = first;
    this.size = size;
    this.numbered = kept != null && Arrays.stream(kept).allMatch(inode -> inode != 0) ? 0 : size;
    this.kept = kept;
    this.folder = folder;
  }

  Directory directory() {
    return directory;
  }

  int number() {
    return number;
  }

  ObjectId tree() {
    return tree;
  }

  /** When it changed last, in seconds since 1970: as do the entries that are numbered here. */
  long seconds() {
    return seconds;
  }

  long first() {
    return first;
  }

  int size() {
    return size;
  }

  /** How many numbers it takes: one for each entry, or none if none is new. */
  int numbered() {
    return numbered;
  }

  /** Whether {@code inode} was given to one of these entries when this was made. */
  boolean numbers(long inode) {
    return inode >= first && inode < first + numbered;
  }

  boolean isKept(int index) {
    return kept != null && kept[index] != 0;
  }

  long inodeOf(int index) {
    return isKept(index) ? kept[index] : first + index;
  }

  /** Whether any entry has its number from {@code older}. */
  boolean keepsFrom(Version older) {
    if (kept != null) {
      for (long inode : kept) {
        if (older.numbers(inode)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Which entry has that number, or -1. */
  int indexOf(long inode) {
    if (numbers(inode)) {
      int index = (int) (inode - first);
      return isKept(index) ? -1 : index;
    }
    for (int index = 0; kept != null && index < size; index++) {
      if (kept[index] == inode) {
        return index;
      }
    }
    return -1;
  }

  Folder folder() {
    return folder;
  }

  void folder(Folder place) {
    folder = place;
  }

  /** Adds to the lookups that the kernel holds of the entries numbered here. */
  void look(long more) {
    LOOKUPS.getAndAdd(this, more);
  }

  long lookups() {
    return lookups;
  }
}
