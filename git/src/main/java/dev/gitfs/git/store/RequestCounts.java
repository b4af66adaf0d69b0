package dev.gitfs.git.store;

/**
 * Requests by kind. All but the last were waited for by somebody.
 *
 * @param commits for a commit with its root tree, or more where the server sends nothing less
 * @param trees for directories
 * @param blobs for file contents, or for sizes from a server that tells them no other way
 * @param sizes for sizes alone, ahead of need or not
 * @param prefetches for objects ahead of need
 */
public record RequestCounts(long commits, long trees, long blobs, long sizes, long prefetches) {

  /** Of what has done nothing. */
  public static final RequestCounts NONE = new RequestCounts(0, 0, 0, 0, 0);

  /** Of both together. */
  public RequestCounts plus(RequestCounts other) {
    return new RequestCounts(
        commits + other.commits,
        trees + other.trees,
        blobs + other.blobs,
        sizes + other.sizes,
        prefetches + other.prefetches);
  }
}
