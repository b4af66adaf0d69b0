package dev.gitfs.git.store;

/**
 * What a pack was fetched for. Kinds are kept in packs of their own, so that dropping file contents
 * never drops the trees that lead to them. The {@code .promisor} file beside a pack holds its name.
 */
enum PackKind {
  /** Commits, tags and trees. */
  TREES,
  /** File contents. */
  BLOBS,
  /** A commit with all below it, from a server that sends nothing less. */
  WHOLE;

  /** The kind that {@code text} names; what stock git wrote names none and may hold anything. */
  static PackKind parse(String text) {
    for (PackKind kind : values()) {
      if (kind.name().equals(text.strip())) {
        return kind;
      }
    }
    return WHOLE;
  }
}
