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

  /** For each thread that works here the entry that it has to answer, or {@link #NONE}. */
  private final List<Integer> asked = new ArrayList<>();

  /** Entries that are being put there, or for whose pages somebody waits. */
  private final List<Integer> storing = new ArrayList<>();

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
   * One more thread works here, which will answer entry {@code index} after that, or {@link #NONE}.
   * False if another one is at that entry: it may be waiting for the answer, which must come at
   * once then.
   */
  boolean join(int index) {
    return !storing.contains(index) && asked.add(index);
  }

  /** The place of the next file to put into the page cache, or {@link #NONE}. */
  int take() {
    while (next < missing && bytes > 0) {
      int place = next++;
      if (!asked.contains(index(place)) && !claim.isBehindReaders(index(place))) {
        storing.add(index(place));
        return place;
      }
    }
    return NONE;
  }

  /** The entry at a place. */
  int index(int place) {
    return claim.files()[place];
  }

  /** So many bytes were put there, or {@link #NONE} if there was nothing that could be. */
  void put(int place, int size) {
    storing.remove((Integer) index(place));
    if (size != NONE) {
      bytes -= size;
    } else if (!claim.isOfPassed()) {
      missing = Math.min(missing, place);
    }
  }

  /** A thread leaves, which joined for {@code index}; returns whether it is the last. */
  boolean leave(int index) {
    asked.remove((Integer) index);
    if (!asked.isEmpty()) {
      return false;
    }
    claim.run().retract(claim, Math.min(next, missing));
    return true;
  }
}
