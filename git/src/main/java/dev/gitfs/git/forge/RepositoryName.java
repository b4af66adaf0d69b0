package dev.gitfs.git.forge;

import java.util.Optional;

/**
 * The last component of a repository's path as people and the namespace write it: {@code linux},
 * {@code linux@v6.1}, {@code linux@feature%2Fx}; and {@code linux@}, which means all its refs.
 *
 * @param name the repository's own name
 * @param ref a branch, a tag, a full ref name or a commit id; empty text for all refs; absent for
 *     the default branch
 */
public record RepositoryName(String name, Optional<String> ref) {

  /**
   * Takes {@code text} apart at its first {@code @}, unless that is its first character. In a ref
   * {@code %2F} means a slash and {@code %25} a percent sign; any other percent sign is itself.
   */
  public static RepositoryName parse(String text) {
    int at = text.indexOf('@', 1);
    return at < 0
        ? new RepositoryName(text, Optional.empty())
        : new RepositoryName(text.substring(0, at), Optional.of(decoded(text.substring(at + 1))));
  }

  /** Whether all refs are meant. */
  public boolean isAllRefs() {
    return ref.filter(String::isEmpty).isPresent();
  }

  /** What {@link #parse} reads. */
  @Override
  public String toString() {
    return name + ref.map(text -> "@" + encoded(text)).orElse("");
  }

  /** A ref as one component of a path. */
  public static String encoded(String ref) {
    return ref.replace("%", "%25").replace("/", "%2F");
  }

  private static String decoded(String text) {
    var ref = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.regionMatches(true, i, "%2F", 0, 3)) {
        ref.append('/');
        i += 2;
      } else if (text.startsWith("%25", i)) {
        ref.append('%');
        i += 2;
      } else {
        ref.append(text.charAt(i));
      }
    }
    return ref.toString();
  }
}
