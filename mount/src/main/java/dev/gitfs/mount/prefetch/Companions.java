package dev.gitfs.mount.prefetch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What comes at once with a file that somebody waits for, beside the windows: those that he, or
 * whoever reads beside him, will want next. One piece of the policy.
 */
final class Companions {

  /**
   * Files that come with one: so few that he who waits for it hardly waits longer, so many that he
   * does not wait for the next one as well.
   */
  private static final int MOST = 256;

  /** Such requests at a time: a search by more threads than that waits for its windows. */
  private static final int MOST_REQUESTS = 4;

  private final Windows windows;
  private final Outline outline;
  private final Composer composer;

  Companions(Windows windows) {
    this.windows = windows;
    this.outline = windows.outline();
    this.composer = windows.composer();
  }

  /** Whether one more request may be under way for somebody who waits. */
  boolean haveRoom() {
    return windows.underWayAtOnce() < MOST_REQUESTS;
  }

  /**
   * Asks for the next window of a reader who waits for {@code spot} and has none to wait for; if
   * there is no room for one, that file comes with a few that follow.
   */
  void advance(Stream stream, Spot spot) {
    windows.advance(stream);
    if (stream.hungry && !stream.over && haveRoom()) {
      var others = new ArrayList<Spot>();
      composer.compose(stream, most(stream), true, others);
      others.remove(spot);
      bring(stream, spot, others);
    }
  }

  /**
   * Somebody waits for a file. Returns whether a window brings it. What is behind much else in its
   * answer comes at once, and once, with what that has of its directory: one of several readers is
   * where the others have yet to come.
   */
  boolean hasten(Spot spot) {
    var window = windows.coming(spot);
    if (window.isPresent() && !window.get().accompanies && outline.isFar(spot.id())) {
      var late = window.get();
      bring(late.stream, spot, around(late.stream, spot, other -> isClaimed(other, late)));
    }
    return window.isPresent();
  }

  /**
   * Brings what else a reader is bound to read in the directory of {@code spot}. Returns whether
   * there was room for that.
   */
  boolean enter(Stream stream, Spot spot) {
    return bring(
        stream,
        spot,
        around(
            stream,
            spot,
            other -> composer.isFree(other, stream) && !composer.isLeftOut(other, stream)));
  }

  /**
   * What of the directory of {@code spot} was left out of a reader's windows, and now would not be.
   */
  List<Spot> leftOut(Stream stream, Spot spot) {
    return around(
        stream,
        spot,
        other -> isClaimed(other, stream.leftOut) && !composer.isLeftOut(other, stream));
  }

  /** Brings {@code others} with a file that is read, if there is room for that. */
  boolean bring(Stream stream, Spot spot, List<Spot> others) {
    if (!haveRoom()) {
      return false;
    }
    var spots = new ArrayList<Spot>(List.of(spot));
    spots.addAll(others);
    windows.atOnce(stream, spots, spots.stream().mapToLong(composer::weight).sum());
    return true;
  }

  /** Brings the content of a file that somebody has named, and may wait for next. */
  void named(Spot spot) {
    windows.atOnce(null, List.of(spot), Composer.LARGE);
  }

  /** Files of a directory that are such, those that a reader comes to next first. */
  private List<Spot> around(Stream stream, Spot spot, Predicate<Spot> wanted) {
    var walk = new Walk.Flat(outline, spot.folder(), spot.index(), stream.forward);
    var spots = new ArrayList<Spot>();
    for (var next = walk.next();
        next.isPresent() && spots.size() < most(stream);
        next = walk.next()) {
      if (wanted.test(next.get())) {
        spots.add(next.get());
      }
    }
    return spots;
  }

  private boolean isClaimed(Spot spot, Window window) {
    return spot.folder().reading().claim(spot.index()) == window && !outline.isLocal(spot.id());
  }

  private int most(Stream stream) {
    return Math.min(MOST, windows.most(stream));
  }
}
