package dev.gitfs.mount.prefetch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SelectionTest {

  private static final String[] FILES = {
    "Makefile", "doc/a.md", "doc/b.md", "lib/a.c", "lib/a.h", "lib/sub/b.c", "lib/sub/deep/c.c",
  };

  @Test
  void aPathNamesItself() throws Exception {
    assertThat(select(Selection.ALL_LEVELS, "lib/a.c")).containsExactly("lib/a.c");
  }

  @Test
  void aDirectoryNamesAllBelowIt() throws Exception {
    assertThat(select(Selection.ALL_LEVELS, "lib"))
        .containsExactly("lib/a.c", "lib/a.h", "lib/sub/b.c", "lib/sub/deep/c.c");
  }

  @Test
  void aSlashNamesEverything() throws Exception {
    assertThat(select(Selection.ALL_LEVELS, "/")).containsExactly(FILES);
  }

  @Test
  void aSlashAtTheEndNamesDirectoriesAlone() throws Exception {
    assertThat(select(Selection.ALL_LEVELS, "Makefile/", "doc/"))
        .containsExactly("doc/a.md", "doc/b.md");
  }

  @Test
  void twoStarsGoThroughDirectoriesOrNone() throws Exception {
    assertThat(select(Selection.ALL_LEVELS, "**/*.c"))
        .containsExactly("lib/a.c", "lib/sub/b.c", "lib/sub/deep/c.c");
    assertThat(select(Selection.ALL_LEVELS, "lib/**/a.c")).containsExactly("lib/a.c");
  }

  @Test
  void levelsCountFromTheDirectoryThatIsNamed() throws Exception {
    assertThat(select(1, "lib")).containsExactly("lib/a.c", "lib/a.h");
    assertThat(select(2, "lib")).containsExactly("lib/a.c", "lib/a.h", "lib/sub/b.c");
    assertThat(select(1, "lib", "lib/sub")).containsExactly("lib/a.c", "lib/a.h", "lib/sub/b.c");
    assertThat(select(1, "/")).containsExactly("Makefile");
  }

  @Test
  void whatMatchesNothingIsTold() throws Exception {
    var selection = selection(Selection.ALL_LEVELS, "lib", "lib/none", "*.x", "lib/sub/b.c");

    walk(selection, RecordedTree.of(FILES), Set.of());

    assertThat(selection.unmatched())
        .extracting(PathPattern::text)
        .containsExactly("lib/none", "*.x");
  }

  @Test
  void whatCannotLeadToAnythingIsNotEntered() throws Exception {
    var tree = RecordedTree.of(FILES);
    var lib = tree.find(tree.root(), "lib").id();
    var missing = new ArrayList<String>();

    assertThat(walk(selection(Selection.ALL_LEVELS, "doc/*.md"), tree, Set.of(lib), missing))
        .containsExactly("doc/a.md", "doc/b.md");
    assertThat(missing).isEmpty();
  }

  @Test
  void aTreeThatIsNotHereIsToldWithWhetherAllOfItIsWanted() throws Exception {
    var tree = RecordedTree.of(FILES);
    var sub = tree.find(tree.root(), "lib/sub").id();
    var missing = new ArrayList<String>();

    walk(selection(Selection.ALL_LEVELS, "lib"), tree, Set.of(sub), missing);
    walk(selection(2, "lib"), tree, Set.of(sub), missing);
    walk(selection(Selection.ALL_LEVELS, "**/*.c"), tree, Set.of(sub), missing);

    assertThat(missing).containsExactly("lib/sub whole", "lib/sub", "lib/sub");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "**", "**/file", "**/**/d*/**/file", "*/*/*/*/*/*/*/*/*/*/file"})
  @Timeout(20)
  void aTreeInManyPlacesIsGoneThroughOnce(String pattern) throws Exception {
    assertThat(
            walk(selection(Selection.ALL_LEVELS, pattern), RecordedTree.shared(10, 10), Set.of()))
        .startsWith("d0/d0/d0/d0/d0/d0/d0/d0/d0/d0/file")
        .hasSizeLessThan(30);
  }

  @Test
  @Timeout(20)
  void aTreeIsGoneThroughAgainForWhatIsNewThere() throws Exception {
    var tree = RecordedTree.shared(3, 2);

    assertThat(walk(selection(1, "d0", "d0/d0/d1", "d1/d1/d1"), tree, Set.of()))
        .containsExactly("d0/d0/d1/file");
    assertThat(walk(selection(2, "d0", "d1/d1/"), tree, Set.of())).containsExactly("d1/d1/d0/file");
  }

  @Test
  @Timeout(20)
  void noDirectoryIsTooDeep() throws Exception {
    var selected =
        walk(selection(Selection.ALL_LEVELS, "**/fil?"), RecordedTree.shared(20_000, 1), Set.of());

    assertThat(selected).hasSize(1);
    assertThat(selected.getFirst()).hasSize("d0/".length() * 20_000 + "file".length());
  }

  @Test
  void aWalkThatNobodyWantsEnds() {
    var visitor =
        new Selection.Visitor() {
          @Override
          public void passes() throws InterruptedException {
            throw new InterruptedException();
          }

          @Override
          public void file(ObjectId id, Selection.Path path) {}
        };
    var tree = RecordedTree.of(FILES);

    assertThatThrownBy(() ->
            selection(Selection.ALL_LEVELS, "**")
                .walk(tree.outline(_ -> true), tree.root().tree(), visitor))
        .isInstanceOf(InterruptedException.class);
  }

  @Property
  void itIsWhatARegularExpressionSays(
      @ForAll("files") Set<String> files, @ForAll("patterns") List<String> patterns)
      throws Exception {
    var paths = withoutFilesInTheWay(files);
    var expressions = patterns.stream().map(SelectionTest::expression).toList();

    var selected =
        walk(
            selection(Selection.ALL_LEVELS, patterns.toArray(String[]::new)),
            RecordedTree.of(paths.toArray(String[]::new)),
            Set.of());

    assertThat(selected)
        .containsExactlyInAnyOrderElementsOf(
            paths.stream()
                .filter(path ->
                    expressions.stream()
                        .anyMatch(expression ->
                            prefixes(path)
                                .anyMatch(prefix -> expression.matcher(prefix).matches())))
                .toList());
  }

  @Provide
  Arbitrary<Set<String>> files() {
    return paths("a", "b", "ab", "ba").set().ofMinSize(1).ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> patterns() {
    return paths("a", "b", "ab", "*", "**", "**", "a*", "?", "?b", "*b").list().ofMaxSize(4);
  }

  private static Arbitrary<String> paths(String... names) {
    return Arbitraries.of(names).list().ofMinSize(1).ofMaxSize(4).map(all -> String.join("/", all));
  }

  /** A path cannot be a file and a directory. */
  private static Set<String> withoutFilesInTheWay(Set<String> files) {
    return files.stream()
        .filter(file -> files.stream().noneMatch(other -> other.startsWith(file + "/")))
        .collect(Collectors.toSet());
  }

  private static Stream<String> prefixes(String path) {
    var prefixes = new HashSet<String>(Set.of(path));
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      prefixes.add(path.substring(0, slash));
    }
    return prefixes.stream();
  }

  private static Pattern expression(String pattern) {
    var names = pattern.split("/");
    var expression = new StringBuilder();
    for (int i = 0; i < names.length; i++) {
      boolean last = i == names.length - 1;
      if (names[i].equals("**")) {
        expression.append(last ? ".+" : "([^/]+/)*");
      } else {
        expression
            .append(names[i].replace("*", "[^/]*").replace("?", "[^/]"))
            .append(last ? "" : "/");
      }
    }
    return Pattern.compile(expression.toString());
  }

  private static List<String> select(int levels, String... patterns) throws Exception {
    return walk(selection(levels, patterns), RecordedTree.of(FILES), Set.of());
  }

  private static Selection selection(int levels, String... patterns) {
    return new Selection(Stream.of(patterns).map(PathPattern::parse).toList(), levels);
  }

  private static List<String> walk(Selection selection, RecordedTree tree, Set<ObjectId> absent)
      throws IOException, InterruptedException {
    return walk(selection, tree, absent, new ArrayList<>());
  }

  private static List<String> walk(
      Selection selection, RecordedTree tree, Set<ObjectId> absent, List<String> missing)
      throws IOException, InterruptedException {
    var files = new ArrayList<String>();
    selection.walk(
        tree.outline(id -> !absent.contains(id)),
        tree.root().tree(),
        new Selection.Visitor() {
          @Override
          public void file(ObjectId id, Selection.Path path) {
            files.add(text(path));
          }

          @Override
          public void missing(ObjectId id, Selection.Path path, boolean whole) {
            missing.add(text(path) + (whole ? " whole" : ""));
          }
        });
    return files;
  }

  private static String text(Selection.Path path) {
    return path.components().stream()
        .map(name -> new String(name, UTF_8))
        .collect(Collectors.joining("/"));
  }
}
