package dev.gitfs.git.store;

import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * A tree object, parsed: its entries in git's order, those only that a checkout by git would
 * accept. Immutable.
 */
public interface Tree {

  /** How many entries there are to show. */
  int size();

  /** The type and permissions of entry {@code index}, as git records them. */
  FileMode mode(int index);

  /** The object that entry {@code index} names. */
  ObjectId id(int index);

  /** The name of entry {@code index}: raw bytes, without NUL or slash, a fresh copy. */
  byte[] name(int index);

  /** Copies the name of entry {@code index} into {@code target} from 0; returns its length. */
  int copyName(int index, byte[] target);

  /** The index of the entry with that name, or -1. */
  int find(byte[] name, int length);

  /**
   * Entries of the raw object that are never shown: names that git would refuse to check out
   * ({@code .}, {@code ..}, {@code .git} in any case, empty, with a slash, longer than 255 bytes)
   * and repeated names.
   */
  int rejected();
}
