package dev.gitfs.mount.tree;

import dev.gitfs.git.store.Revision;

/**
 * A mount has gone from one revision to another.
 *
 * @param files how many paths of files differ between the two: changed, added and removed ones
 * @param exact whether that is all; otherwise there are directories that differ and were never
 *     looked into, whose former trees are not here
 */
public record Move(Revision from, Revision to, long files, boolean exact) {

  /** As many digits as git shows of an id in most repositories. */
  private static final int SHORT_ID = 7;

  /** Whether nothing has moved. */
  public boolean isNone() {
    return from.equals(to);
  }

  /** One line for people: {@code main: 1a2b3c4..5d6e7f8, 10 files changed}. */
  @Override
  public String toString() {
    String ref = shortName(to.ref());
    if (isNone()) {
      return "%s: %s, nothing new".formatted(ref, to.commit().abbreviate(SHORT_ID).name());
    }
    return "%s: %s..%s, %s%d file%s changed"
        .formatted(
            from.ref().equals(to.ref()) ? ref : shortName(from.ref()) + " -> " + ref,
            from.commit().abbreviate(SHORT_ID).name(),
            to.commit().abbreviate(SHORT_ID).name(),
            exact ? "" : "at least ",
            files,
            files == 1 ? "" : "s");
  }

  private static String shortName(String ref) {
    return ref.replaceFirst("^refs/(heads/|)", "");
  }
}
