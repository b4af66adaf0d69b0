package dev.gitfs.mount.prefetch;

import dev.gitfs.git.store.Tree;

/**
 * What follows from directories being listed and attributes being looked at. Part of the policy.
 */
final class Looks {

  /**
   * Directories whose sizes are fetched on being listed while nobody looks at any: so that a find
   * that wants names alone pays for so many requests, and no more.
   */
  private static final int CREDIT = 2;

  /**
   * Sizes in the first window below a directory that was looked at: 100 KB, which take four
   * milliseconds of a fast link and two of a server. Of two who walk at a time each turns the
   * window about before it grows: with 512 an {@code rg} through Linux took 52 to 118 requests, and
   * 53 to 72 with these; an {@code ls -lR} took 19, and 16.
   */
  private static final int FIRST_SIZES = 2048;

  /** Where sizes come with contents, a first window of about a megabyte. */
  private static final int FIRST_CONTENTS = 64;

  /** Files brought on being named, before it is judged whether those who name them read them. */
  private static final int TRIAL = 16;

  /** One read of so many, and there are more. */
  private static final int READ_OF = 8;

  private final Windows windows;
  private final Companions companions;
  private final Outline outline;
  private int credit = CREDIT;
  private int named;
  private int read;

  Looks(Windows windows, Companions companions) {
    this.windows = windows;
    this.companions = companions;
    this.outline = windows.outline();
  }

  void listed(Folder folder, long now) {
    var reading = folder.reading();
    if (credit > 0
        && reading.sizes() == null
        && !reading.asked
        && isUnknown(folder)
        && !windows.isReadThrough(folder, now)) {
      credit--;
      follow(folder, false, now);
    }
  }

  void looked(Folder folder, boolean missed, long now) {
    credit = CREDIT;
    folder.endProbe();
    var reading = folder.reading();
    var window = reading.sizes();
    if (window != null) {
      windows.look(window.stream, folder);
      int used = reading.useSizes();
      if (used > 0) {
        windows.use(window, place(folder), used, now);
      }
    } else if (missed && folder.isListed() && !reading.asked) {
      // Whoever looks has asked for the sizes of all files here.
      reading.asked = true;
      follow(folder, true, now);
    }
  }

  /**
   * A file is looked at whose directory nobody has listed, and its size is asked of the server. Who
   * knows the names of files mostly reads them: the content comes beside the size.
   */
  void named(Spot spot) {
    var composer = windows.composer();
    if (companions.haveRoom()
        && named < TRIAL + read * READ_OF
        && !Kinds.isRarelyRead(composer.kind(spot))
        && composer.isFree(spot, null)) {
      named++;
      companions.named(spot);
    }
  }

  /** A file of {@code folder} is read. */
  void read(Folder folder) {
    if (!folder.isListed()) {
      read++;
    }
  }

  /** Attributes are cheap, so whoever looks at two places is taken to look at all between. */
  private void follow(Folder folder, boolean looked, long now) {
    int first = outline.sizesAlone() ? FIRST_SIZES : FIRST_CONTENTS;
    var near = windows.looker();
    Stream stream;
    if (near.isPresent()) {
      stream = near.get();
      boolean forward = !place(folder).isBefore(stream.place);
      var scope = stream.scope.commonAncestor(folder);
      stream.follow(scope, new Walk.ByFolder(outline, scope, folder, forward), forward);
      stream.size = Math.max(stream.size, first);
      windows.touch(stream, place(folder), now);
    } else {
      var walk = new Walk.ByFolder(outline, folder, folder, true);
      stream = new Stream(true, folder, walk, true, first, place(folder));
      stream.deep = true;
      windows.follow(stream, now);
    }
    windows.advance(stream);
    if (looked) {
      windows.look(stream, folder);
    }
    // The reader is here already, which says nothing of what he will come to.
    folder.reading().settleSizes();
    folder.endProbe();
    if (!looked) {
      // Its links are brought when he looks at one.
      stream.links.stream()
          .filter(link -> link.folder() == folder)
          .findFirst()
          .ifPresent(link -> folder.probe(link.index()));
    }
  }

  private static Spot place(Folder folder) {
    return new Spot(folder, -1, folder.tree());
  }

  private boolean isUnknown(Folder folder) {
    var tree = outline.tree(folder.tree());
    for (int index = 0; index < tree.map(Tree::size).orElse(0); index++) {
      if (Walk.isFile(tree.get().mode(index)) && outline.size(tree.get().id(index)).isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
