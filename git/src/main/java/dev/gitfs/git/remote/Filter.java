package dev.gitfs.git.remote;

/**
 * An object filter of partial clone.
 *
 * @param spec as {@code git rev-list --filter} spells it
 */
public record Filter(String spec) {

  /** No blobs: below a commit or tree, all its trees. */
  public static final Filter NO_BLOBS = new Filter("blob:none");

  /** Trees down to {@code depth} levels: {@code trees(1)} of a commit is its root tree alone. */
  public static Filter trees(int depth) {
    return new Filter("tree:" + depth);
  }
}
