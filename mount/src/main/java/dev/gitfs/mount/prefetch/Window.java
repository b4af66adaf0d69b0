package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.PrefetchRequest.Urgency;
import java.util.List;

/** Some files that were asked for together, ahead of need. Belongs to the policy's thread. */
final class Window {

  /** Which it comes with; several may come with one. */
  int request;

  /** Whose; null for one that stands alone. */
  final Stream stream;

  final boolean contents;

  /** What was asked for, until it is known how much of it was used. */
  List<Spot> spots;

  final int count;

  /** What it is taken to be as received; at most that, where it stands alone. */
  final long bytes;

  /** Whether somebody waits for the first of them. */
  boolean accompanies;

  /** How many of them the reader has come to. */
  int used;

  /** Whether its files have no more in common than their name: one read says nothing of a place. */
  boolean scattered;

  /** Whether how much of it was used has been weighed. */
  boolean weighed;

  Window(Stream stream, boolean contents, List<Spot> spots, long bytes) {
    this.stream = stream;
    this.contents = contents;
    this.spots = spots;
    this.count = spots.size();
    this.bytes = bytes;
  }

  /** How soon its contents are wanted. */
  Urgency urgency() {
    if (!accompanies) {
      return Urgency.AHEAD;
    }
    return isNamed() ? Urgency.BESIDE_SIZE : Urgency.AWAITED;
  }

  /** Whether it is one file that somebody named, before he reads it. */
  boolean isNamed() {
    return accompanies && stream == null;
  }

  /** Whether it stands for no request, but for files left out of all. */
  boolean isLeftOut() {
    return stream != null && stream.leftOut == this;
  }
}
