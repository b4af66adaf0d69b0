package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What follows from files being read. Part of the policy. */
final class Reads {

  /** Files brought when one is read after the other: all of a directory, but for freaks. */
  private static final int WHOLE = 2048;

  /** A directory of which an eighth has been missed, one by one, is brought whole as well. */
  private static final int SHARE = 8;

  /** A reader who skips more than so many files does not go on, he goes elsewhere. */
  private static final int SKIPPED = 64;

  /** How much that is local or asked for already is passed in search of where he is. */
  private static final int SCAN = 4096;

  /** Read by those who enter a directory, whatever they do there: they say nothing of the rest. */
  private static final Set<String> SIGNPOSTS =
      Set.of(".gitignore", ".gitattributes", ".ignore", ".rgignore", ".editorconfig");

  /** What is looked at by name so soon after a link was followed is where that leads. */
  private static final long FOLLOWED_NANOS = 100_000_000L;

  private final Windows windows;
  private final Outline outline;
  private final Composer composer;
  private final Growth growth;
  private final Companions companions;
  private final Guesses guesses = new Guesses();
  private final Namesakes namesakes;

  /** When a link was followed last. */
  private OptionalLong lastFollowed = OptionalLong.empty();

  Reads(Windows windows, Companions companions) {
    this.windows = windows;
    this.outline = windows.outline();
    this.composer = windows.composer();
    this.growth = windows.growth();
    this.companions = companions;
    this.namesakes = new Namesakes(windows);
  }

  void read(Spot spot, boolean missed, long now) {
    var reading = spot.folder().reading();
    var window = reading.claim(spot.index());
    if (window != null && window.isNamed()) {
      if (window.used == 0) {
        windows.use(window, spot, 1, now);
        missed(spot, now);
      }
    } else if (window != null) {
      if (missed) {
        companions.hasten(spot);
      }
      reading.unclaim(spot.index());
      if (window.isLeftOut()) {
        leftOut(window.stream, spot, missed, now);
        return;
      }
      guesses.used(window);
      // Those that were brought for their attributes were counted when they were listed.
      boolean looked = window.stream != null && window.stream.attributes;
      windows.use(window, spot, looked ? 0 : 1, now);
      if (looked) {
        window.stream.readToo(spot);
      }
      if (!window.scattered) {
        count(window, spot.folder());
      }
    } else if (missed) {
      missed(spot, now);
    }
  }

  /** A file is read that no window has brought, or that came because it was named. */
  private void missed(Spot spot, long now) {
    var name = name(spot);
    if (!namesakes.missed(spot, name) && !SIGNPOSTS.contains(name)) {
      miss(spot, now);
    }
  }

  /**
   * Someone waits for the size of a file. Returns whether its content comes to a reader who is
   * followed, and the size with it, so that nothing else need be done for him.
   */
  boolean looked(Spot spot, long now) {
    if (outline.serverTellsSizes()) {
      return companions.hasten(spot)
          || windows.isReadThrough(spot.folder(), now)
              && (comesTo(spot, now) || wantsLeftOut(spot, now));
    }
    boolean isOnItsWay = !composer.isFree(spot, null);
    boolean isNamed = !spot.folder().isListed();
    if (isNamed && !isOnItsWay) {
      namesakes.missed(spot, name(spot));
    }
    if (outline.sizesAlone()) {
      return false;
    }
    if (isOnItsWay) {
      return true;
    }
    return isNamed
        ? isTarget(now) && isAhead(spot, now)
        : goesOn(spot, now) || isLookedToRead(spot, now) || isWalked(spot, now);
  }

  /** Follows one who looked so far as a reader, if he has read what he looked at. */
  private boolean isLookedToRead(Spot spot, long now) {
    var looker = windows.looker().filter(Stream::looksToRead);
    if (looker.isEmpty()) {
      return false;
    }
    var stream = looker.get();
    stream.reads = true;
    windows.touch(stream, spot, now);
    lead(stream, spot, stream.readsForward());
    return true;
  }

  /** Whether a reader comes to a file that no window was asked to bring, or to leave out. */
  private boolean comesTo(Spot spot, long now) {
    return spot.folder().isListed()
        && spot.folder().reading().claim(spot.index()) == null
        && (goesOn(spot, now) || isWalked(spot, now));
  }

  /** Whether a reader of all stands before a file that was left out, which is brought to him. */
  private boolean wantsLeftOut(Spot spot, long now) {
    var window = spot.folder().reading().claim(spot.index());
    if (window == null || !window.isLeftOut() || !windows.isReader(spot.folder(), now)) {
      return false;
    }
    window.stream.kinds.want(composer.kind(spot));
    return companions.bring(window.stream, spot, companions.leftOut(window.stream, spot));
  }

  /** Someone follows a link. */
  void followed(long now) {
    lastFollowed = OptionalLong.of(now);
  }

  private boolean isTarget(long now) {
    return lastFollowed.isPresent() && now - lastFollowed.getAsLong() < FOLLOWED_NANOS;
  }

  /**
   * Brings where a link leads with the rest of that directory, if somebody who reads on is bound to
   * come there.
   */
  private boolean isAhead(Spot spot, long now) {
    var stream = windows.bound(spot.folder(), now);
    return stream.isPresent() && companions.enter(stream.get(), spot);
  }

  private String name(Spot spot) {
    return outline
        .tree(spot.folder().tree())
        .map(tree -> new String(tree.name(spot.index()), UTF_8))
        .orElse("");
  }

  private void leftOut(Stream stream, Spot spot, boolean missed, long now) {
    stream.kinds.want(composer.kind(spot));
    if (outline.size(spot.id()).orElse(0) > Composer.LARGE) {
      stream.kinds.want(Kinds.LARGE);
    }
    windows.touch(stream, spot, now);
    var others = companions.leftOut(stream, spot);
    if (!others.isEmpty()) {
      companions.bring(stream, spot, others);
    } else if (missed) {
      miss(spot, now);
    }
  }

  /** A directory that was brought, and half of it read, counts in its parent; two open it. */
  private void count(Window window, Folder folder) {
    if (2 * window.used < window.count) {
      return;
    }
    var at = folder;
    while (!at.reading().counted && at.parent().isPresent()) {
      at.reading().counted = true;
      at = at.parent().get();
      if (++at.reading().usedChildren < 2) {
        return;
      }
      at.reading().active = true;
    }
  }

  private void miss(Spot spot, long now) {
    if (goesOn(spot, now) || isWalked(spot, now)) {
      return;
    }
    var folder = spot.folder();
    var reading = folder.reading();
    if (reading.lastMissed == spot.index()) {
      // Several readers of one file, or one who reads several parts of it at a time.
      return;
    }
    reading.misses++;
    boolean first = reading.misses == 1;
    boolean forward = first ? isFirst(spot, true) : spot.index() >= reading.lastMissed;
    int size = first ? atAnEnd(spot, forward) : again(spot, reading);
    reading.lastMissed = spot.index();
    if (size == 0) {
      return;
    }
    if (reading.flat == null || reading.flat.deep) {
      var walk = new Walk.Flat(outline, folder, spot.index(), forward);
      reading.flat = new Stream(false, folder, walk, forward, size, spot);
      windows.follow(reading.flat, now);
    } else {
      reading.flat.size = size;
      windows.touch(reading.flat, spot, now);
    }
    bringWith(spot, reading);
  }

  /** What follows in a directory, in one request with the file that somebody waits for. */
  private void bringWith(Spot spot, Reading reading) {
    var before = reading.flat.last;
    reading.flat.again.addFirst(spot);
    windows.advance(reading.flat);
    if (reading.flat.last == before) {
      reading.flat.again.remove(spot);
    } else {
      Windows.isRead(spot, reading.flat.last);
      guesses.made(reading.flat.last);
    }
  }

  /** How many files to bring when the first one is read of a directory. */
  private int atAnEnd(Spot spot, boolean forward) {
    boolean begins = spot.folder().isListed() && (forward || isFirst(spot, false));
    return begins ? guesses.size() : 0;
  }

  /** How many files to bring when another one is read of a directory. */
  private int again(Spot spot, Reading reading) {
    if (isNext(spot.folder(), reading.lastMissed, spot.index())) {
      return WHOLE;
    }
    if (reading.misses == 2) {
      return guesses.size();
    }
    boolean many = reading.misses * SHARE >= files(spot.folder());
    return many || guesses.pay() ? WHOLE : 0;
  }

  private int files(Folder folder) {
    var tree = outline.tree(folder.tree()).orElseThrow();
    int files = 0;
    for (int index = 0; index < tree.size(); index++) {
      files += Walk.isFile(tree.mode(index)) ? 1 : 0;
    }
    return files;
  }

  /** Whether at most one file lies between two entries. */
  private boolean isNext(Folder folder, int a, int b) {
    var tree = outline.tree(folder.tree()).orElseThrow();
    int between = 0;
    for (int index = Math.min(a, b) + 1; index < Math.max(a, b); index++) {
      if (Walk.isFile(tree.mode(index)) && ++between > 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether no file comes before this one (or after it), but for hidden ones. */
  private boolean isFirst(Spot spot, boolean forward) {
    var tree = outline.tree(spot.folder().tree()).orElseThrow();
    int step = forward ? -1 : 1;
    for (int at = spot.index() + step; at >= 0 && at < tree.size(); at += step) {
      if (Walk.isFile(tree.mode(at)) && tree.name(at)[0] != '.') {
        return false;
      }
    }
    return true;
  }

  /** Leads a stream on to {@code spot} if that is where its reader was bound to come next. */
  private boolean goesOn(Spot spot, long now) {
    for (var stream : windows.readers()) {
      if (stream.everything) {
        continue;
      }
      if (stream.deep && !stream.over) {
        // What was left out and is wanted after all is no other reader's.
        if (stream.again.contains(spot)
            || spot.folder().isWithin(stream.scope) && meets(stream.walk.copy(), spot, stream)) {
          windows.touch(stream, spot, now);
          companions.advance(stream, spot);
          return true;
        }
        continue;
      }
      var direction = direction(stream, spot);
      if (direction.isPresent() && isUsed(stream)) {
        windows.touch(stream, spot, now);
        lead(stream, spot, direction.get());
        return true;
      }
    }
    return false;
  }

  private void lead(Stream stream, Spot spot, boolean forward) {
    var scope = stream.scope.commonAncestor(spot.folder());
    stream.follow(scope, walk(scope, spot, forward), forward);
    stream.size = growth.beyond(stream);
    scope.reading().active = true;
    companions.advance(stream, spot);
  }

  private Walk walk(Folder scope, Spot spot, boolean forward) {
    return new Walk.Listing(outline, scope, spot.folder(), spot.index(), forward);
  }

  /** Half of what it brought, or so little that it does not matter. */
  private boolean isUsed(Stream stream) {
    return stream.last == null || 2 * stream.last.used >= stream.last.count;
  }

  /**
   * Which way a reader went who came from where {@code stream} was last to {@code spot}, if any.
   */
  private Optional<Boolean> direction(Stream stream, Spot spot) {
    var root = spot.folder();
    while (root.parent().isPresent()) {
      root = root.parent().get();
    }
    for (boolean forward : List.of(stream.forward, !stream.forward)) {
      if (meets(walk(root, stream.place, forward), spot, stream)) {
        return Optional.of(forward);
      }
    }
    return Optional.empty();
  }

  private boolean meets(Walk walk, Spot spot, Stream stream) {
    int skipped = 0;
    for (int scanned = 0; scanned < SCAN && skipped < SKIPPED; scanned++) {
      var next = walk.next();
      if (next.isEmpty()) {
        return false;
      }
      if (next.get().equals(spot)) {
        return true;
      }
      if (composer.isFree(next.get(), stream)) {
        skipped++;
      }
    }
    return false;
  }

  /** Starts a stream where everything around is being walked, by several readers at a time. */
  private boolean isWalked(Spot spot, long now) {
    var walked = walked(spot);
    if (walked.isEmpty()) {
      return false;
    }
    var scope = walked.get();
    boolean forward = isForward(scope);
    int size = growth.oneMore(scope);
    var stream = new Stream(false, scope, walk(scope, spot, forward), forward, size, spot);
    stream.deep = true;
    windows.follow(stream, now);
    companions.advance(stream, spot);
    return true;
  }

  /** Which way one more reader goes through {@code scope}: as others do, there or elsewhere. */
  private boolean isForward(Folder scope) {
    var others = windows.readers().stream().filter(stream -> !stream.everything).toList();
    return others.stream()
        .filter(stream -> stream.deep && stream.scope == scope)
        .findFirst()
        .or(() -> others.stream().findFirst())
        .map(stream -> stream.forward)
        .orElse(true);
  }

  /** The highest directory around {@code spot} of which all that is below is being walked. */
  private static Optional<Folder> walked(Spot spot) {
    Optional<Folder> walked = Optional.empty();
    for (var at = Optional.of(spot.folder()); at.isPresent(); at = at.get().parent()) {
      if (at.get().reading().active) {
        walked = at;
      }
    }
    return walked;
  }
}
