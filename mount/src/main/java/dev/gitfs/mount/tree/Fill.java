package dev.gitfs.mount.tree;

import java.util.ArrayList;
import java.util.List;

/**
 * Files of one directory on their way into the page cache, by the reader's thread whose window they
 * are and by those of others who ask in that directory meanwhile: see {@link FileReadahead}.
 *
 * <p>Not safe for use by many threads.
 */
final class Fill {

  static final int NONE = -1;

  /** After so many no other file is begun. */
  static final int MOST_BYTES = 1 << 20;

  private final DirectoryRun.Claim claim;

  /** Files that have been asked for by those who work here, and not been answered. */
  private final List<Integer> asked = new ArrayList<>();

  /** Places in the claim that are being put there, or for whose pages somebody waits. */
  private final List<Integer> storing = new ArrayList<>();

  private int workers;

  /** The next place in the claim. */
  private int next;

  /** The first place whose file was not there to be put anywhere. */
  private int missing;

  private int bytes = MOST_BYTES;

  Fill(DirectoryRun.Claim claim) {
    this.claim = claim;
    missing = claim.files().length;
  }

  DirectoryRun run() {
    return claim.run();
  }

  /**
   * One more thread works here, which will answer entry {@code index} after that. False if another
   * one is at that entry: it may be waiting for the answer, which must come at once then.
   */
  boolean join(int index) {
    for (int place : storing) {
      if (claim.files()[place] == index) {
        return false;
      }
    }
    asked.add(index);
    workers++;
    return true;
  }

  /** The same for one that will answer for no file. */
  void join() {
    workers++;
  }

  /** The place of the next file to put into the page cache, or {@link #NONE}. */
  int take() {
    while (next < missing && bytes > 0) {
      int place = next++;
      int index = claim.files()[place];
      if (!asked.contains(index) && !claim.isBehindReaders(index)) {
        storing.add(place);
        return place;
      }
    }
    return NONE;
  }

  int index(int place) {
    return claim.files()[place];
  }

  /** So many bytes were put there, or {@link #NONE} if there was nothing that could be. */
  void put(int place, int size) {
    storing.remove((Integer) place);
    if (size != NONE) {
      bytes -= size;
    } else if (!claim.isOfPassed()) {
      missing = Math.min(missing, place);
    }
  }

  /**
   * A thread leaves, which joined for {@code index}, or {@link #NONE}; returns if it is the last.
   */
  boolean leave(int index) {
    asked.remove((Integer) index);
    workers--;
    if (workers > 0) {
      return false;
    }
    claim.run().retract(claim, Math.min(next, missing));
    return true;
  }
}
