package dev.gitfs.cli.daemon;

import dev.gitfs.cli.config.ByteSize;
import dev.gitfs.mount.prefetch.PathPattern;
import dev.gitfs.mount.prefetch.PathRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a command wants brought of a mounted tree.
 *
 * @param paths each counted from the mount's root
 * @param contents whether files are, or their directories alone
 * @param levels how many levels of each directory that is named
 * @param maxBytes after how many bytes to stop
 */
public record PrefetchOrder(
    List<OrderedPath> paths, boolean contents, int levels, ByteSize maxBytes) {

  private static final char UNREADABLE = '\uFFFD';

  /**
   * One path, as texts of {@link PathPattern}.
   *
   * @param exact it taken literally
   * @param pattern it taken as a glob, which counts if there is nothing at the former
   */
  public record OrderedPath(String exact, String pattern) {

    /** What {@code path} names in its mount. */
    public static OrderedPath of(MountedPath path) {
      String exact =
          PathPattern.exact(path.components().stream().map(MountedPath.Component::name).toList())
              .text();
      String pattern =
          path.components().stream().map(OrderedPath::pattern).collect(Collectors.joining("/"));
      try {
        return new OrderedPath(exact, PathPattern.parse(pattern).text());
      } catch (IllegalArgumentException e) {
        // It cannot have been meant as a glob.
        return new OrderedPath(exact, exact);
      }
    }

    /** The same, counted from a directory that is so many components deep. */
    OrderedPath below(int components) {
      return new OrderedPath(below(exact, components), below(pattern, components));
    }

    private static String below(String text, int components) {
      String rest =
          Arrays.stream(text.split("/")).skip(components).collect(Collectors.joining("/"));
      return rest.isEmpty() ? "/" : rest;
    }

    private static String pattern(MountedPath.Component component) {
      // What is no text has been escaped by then; what is typed as a glob is text.
      return component.typed() && component.text().indexOf(UNREADABLE) < 0
          ? component.text()
          : PathPattern.escaped(component.name(), false);
    }
  }

  /** The same of other paths. */
  PrefetchOrder of(List<OrderedPath> others) {
    return new PrefetchOrder(others, contents, levels, maxBytes);
  }

  PathRequest request() {
    return new PathRequest(
        paths.stream()
            .map(path ->
                new PathRequest.Named(
                    Optional.of(PathPattern.parse(path.exact)), PathPattern.parse(path.pattern)))
            .toList(),
        contents,
        levels,
        maxBytes.bytes());
  }
}
