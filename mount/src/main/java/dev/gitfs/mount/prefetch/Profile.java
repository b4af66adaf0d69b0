package dev.gitfs.mount.prefetch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What to bring when a mount begins: a text of {@link PathPattern}s, one a line. What follows a
 * {@code #} at a line's beginning is a comment, empty lines count for nothing, and so does white
 * space at a line's ends. Patterns that match nothing are no error, for trees change.
 *
 * @param patterns in their order
 */
public record Profile(List<PathPattern> patterns) {

  /** Where a repository carries one, from the root of its tree. */
  public static final String CARRIED = ".git-fs/profile";

  public Profile {
    patterns = List.copyOf(patterns);
  }

  /**
   * Reads a profile.
   *
   * @throws IllegalArgumentException with a message for people that names the line, if one is no
   *     pattern
   */
  public static Profile parse(String text) {
    var patterns = new ArrayList<PathPattern>();
    int number = 0;
    for (var line : text.split("\r?\n")) {
      number++;
      var pattern = line.strip();
      if (pattern.isEmpty() || pattern.startsWith("#")) {
        continue;
      }
      try {
        if (pattern.startsWith("!")) {
          throw new IllegalArgumentException(
              "'" + pattern + "': nothing can be left out; write \\! for a name that begins so");
        }
        patterns.add(PathPattern.parse(pattern));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
      }
    }
    return new Profile(patterns);
  }

  /** The profile of some paths, each given by its components. */
  static Profile of(Collection<List<byte[]>> paths) {
    var texts = new TreeSet<String>();
    paths.forEach(path -> texts.add(PathPattern.exact(path).text()));
    texts.removeIf(text -> text.length() > PathPattern.LONGEST);
    return new Profile(texts.stream().map(PathPattern::parse).toList());
  }

  /** As {@link #parse} reads it; sorted if it was recorded. */
  public String text() {
    var text = new StringBuilder();
    patterns.forEach(pattern -> text.append(pattern.text()).append('\n'));
    return text.toString();
  }
}
