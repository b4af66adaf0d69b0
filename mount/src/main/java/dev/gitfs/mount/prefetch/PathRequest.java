package dev.gitfs.mount.prefetch;

import java.util.List;
import java.util.Optional;

/**
 * What somebody wants brought of a mounted tree.
 *
 * @param paths what
 * @param contents whether files are, or their directories alone
 * @param levels how many levels of each directory that is named: 1 for its own files
 * @param maxBytes after how many bytes, as received, to stop
 */
public record PathRequest(List<Named> paths, boolean contents, int levels, long maxBytes) {

  /** However deep a directory is. */
  public static final int ALL_LEVELS = Selection.ALL_LEVELS;

  /** However much it is. */
  public static final long ALL_BYTES = Long.MAX_VALUE;

  public PathRequest {
    paths = List.copyOf(paths);
    if (levels < 1 || maxBytes < 1) {
      throw new IllegalArgumentException("nothing is asked for");
    }
  }

  /** All that {@code profile} names, and no error if that is nothing. */
  public static PathRequest of(Profile profile) {
    var paths = profile.patterns().stream().map(each -> new Named(Optional.empty(), each)).toList();
    return new PathRequest(paths, true, ALL_LEVELS, ALL_BYTES);
  }

  /**
   * Something that was named.
   *
   * @param exact taken literally, which counts if there is such a path; then something has to match
   *     this or {@code pattern}
   * @param pattern else
   */
  public record Named(Optional<PathPattern> exact, PathPattern pattern) {

    boolean isRequired() {
      return exact.isPresent();
    }
  }
}
