package dev.gitfs.mount.prefetch;

import java.util.function.IntSupplier;

/** What the policy has seen in one directory. Belongs to the policy's thread. */
final class Reading {

  /** By entry: the window that fetches or fetched it, until it is read. Null as long as empty. */
  private Window[] claims;

  /** The window that asked for sizes of files here, and for how many; until it is listed. */
  private Window sizes;

  private int sizesAsked;

  /** Whether the sizes of all files here have been asked for, by whomever. */
  boolean asked;

  /** How many files had to be waited for, one by one. */
  int misses;

  int lastMissed = -1;

  /** Follows the reader through the files of this directory and no further. */
  Stream flat;

  /** How many of its child directories were brought and used. */
  int usedChildren;

  /** Whether it is one of those that count in its parent. */
  boolean counted;

  /** Whether what is below it is being walked, so that a read there speaks for the next ones. */
  boolean active;

  /** Files brought by streams through all that is below it, and how many of them were read. */
  long brought;

  long used;

  Window claim(int index) {
    return claims == null ? null : claims[index];
  }

  /**
   * @param entries how many the directory has
   */
  void claim(int index, Window window, IntSupplier entries) {
    if (claims == null) {
      claims = new Window[entries.getAsInt()];
    }
    claims[index] = window;
  }

  void unclaim(int index) {
    claims[index] = null;
  }

  void askSize(Window window) {
    if (sizes != window) {
      sizes = window;
      sizesAsked = 0;
    }
    sizesAsked++;
  }

  Window sizes() {
    return sizes;
  }

  /** Counts the sizes asked for here as used. */
  void settleSizes() {
    if (sizes != null) {
      sizes.used += useSizes();
    }
  }

  /** How many sizes the window asked for here; 0 from then on. */
  int useSizes() {
    int used = sizesAsked;
    sizesAsked = 0;
    return used;
  }
}
