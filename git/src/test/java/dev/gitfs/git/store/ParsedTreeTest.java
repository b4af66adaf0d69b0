package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.testkit.GitRepositories;
import dev.gitfs.testkit.Processes;
import dev.gitfs.testkit.TestRepository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.TreeFormatter;
import org.junit.jupiter.api.Test;

/** A tree shows what a checkout by git would write, and nothing else. */
final class ParsedTreeTest {

  private static final ObjectId ID =
      ObjectId.fromString("0123456789abcdef0123456789abcdef01234567");

  private static GitRepositories repositories;

  /** A repository into whose index git is asked to put names. */
  private static TestRepository index;

  @BeforeContainer
  static void createRepository() {
    repositories = new GitRepositories();
    index = repositories.create("index.git");
  }

  @AfterContainer
  static void deleteRepository() {
    repositories.close();
  }

  /** An entry of a tree to be made; names are ISO 8859-1, a char a byte. */
  private record Entry(String mode, String name) {}

  @Test
  void entriesComeInGitsOrderWithTheirModes() throws IOException {
    ParsedTree tree =
        parse(
            new Entry("100644", "a.c"),
            new Entry("40000", "a"),
            new Entry("120000", "link"),
            new Entry("160000", "module"),
            new Entry("100755", "run"));
    assertThat(names(tree)).containsExactly("a.c", "a", "link", "module", "run");
    assertThat(IntStream.range(0, tree.size()).mapToObj(tree::mode))
        .containsExactly(
            FileMode.REGULAR_FILE,
            FileMode.TREE,
            FileMode.SYMLINK,
            FileMode.GITLINK,
            FileMode.EXECUTABLE_FILE);
    assertThat(tree.id(3)).isEqualTo(ID);
    assertThat(find(tree, "a")).isEqualTo(1);
    assertThat(find(tree, "a.c")).isZero();
    assertThat(find(tree, "b")).isEqualTo(-1);
  }

  @Test
  void modesThatGitOnceWroteAreReadAsGitReadsThem() throws IOException {
    ParsedTree tree =
        parse(
            new Entry("100664", "a"),
            new Entry("100654", "b"),
            new Entry("100744", "c"),
            new Entry("040000", "d"));
    assertThat(IntStream.range(0, 4).mapToObj(tree::mode))
        .containsExactly(
            FileMode.REGULAR_FILE, FileMode.REGULAR_FILE, FileMode.EXECUTABLE_FILE, FileMode.TREE);
  }

  @Test
  void hostileNamesAreNotShownAndCounted() throws IOException {
    ParsedTree tree =
        parse(
            new Entry("40000", "."),
            new Entry("40000", ".."),
            new Entry("40000", ".GiT"),
            new Entry("100644", ""),
            new Entry("100644", "a/b"),
            new Entry("40000", "git~1"),
            new Entry("100644", "x".repeat(256)),
            new Entry("100644", "y".repeat(255)));
    assertThat(names(tree)).containsExactly("y".repeat(255));
    assertThat(tree.rejected()).isEqualTo(7);
  }

  @Test
  void aRepeatedNameIsShownOnce() throws IOException {
    ParsedTree tree =
        parse(
            new Entry("100644", "a"),
            new Entry("100644", "a"),
            new Entry("100644", "a.c"),
            new Entry("40000", "a"));
    assertThat(names(tree)).containsExactly("a", "a.c");
    assertThat(tree.mode(0)).isEqualTo(FileMode.REGULAR_FILE);
    assertThat(tree.rejected()).isEqualTo(2);
  }

  @Test
  void aFileAndADirectoryOfOneNameAreOneAlsoInGitsOrder() throws IOException {
    ParsedTree tree =
        parse(new Entry("100644", "a"), new Entry("100644", "a.c"), new Entry("40000", "a"));
    assertThat(names(tree)).containsExactly("a", "a.c");
    assertThat(tree.rejected()).isEqualTo(1);
  }

  @Test
  void aMalformedTreeIsAnError() throws IOException {
    byte[] good = raw(List.of(new Entry("100644", "a"), new Entry("100644", "b")));
    assertThatThrownBy(() -> ParsedTree.parse(ID, Arrays.copyOf(good, good.length - 1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("malformed");
    assertThatThrownBy(() -> parse(new Entry("10x644", "a"))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> parse(new Entry("", "a"))).isInstanceOf(IOException.class);
  }

  @Property
  void noBytesMakeItCrash(@ForAll byte[] raw) {
    try {
      ParsedTree.parse(ID, raw);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("malformed");
    }
  }

  @Property
  void spoiltTreesDoNotMakeItCrash(
      @ForAll("names") List<String> names, @ForAll byte spoilt, @ForAll int at) throws IOException {
    byte[] raw = raw(names.stream().map(name -> new Entry("100644", name)).toList());
    if (raw.length > 0) {
      raw[Math.floorMod(at, raw.length)] = spoilt;
      noBytesMakeItCrash(raw);
    }
  }

  @Property
  void everyEntryIsFoundByItsName(@ForAll("nameSets") Set<String> names) throws IOException {
    var formatter = new TreeFormatter();
    names.stream()
        .map(name -> name.getBytes(ISO_8859_1))
        .map(name -> new Entry(name.length % 2 == 0 ? "40000" : "100644", text(name)))
        .sorted((a, b) -> Arrays.compareUnsigned(sortKey(a), sortKey(b)))
        .forEach(entry ->
            formatter.append(
                entry.name().getBytes(ISO_8859_1),
                entry.mode().equals("40000") ? FileMode.TREE : FileMode.REGULAR_FILE,
                ID));
    ParsedTree tree = ParsedTree.parse(ID, formatter.toByteArray());
    assertThat(tree.rejected()).isZero();
    assertThat(names(tree)).containsExactlyInAnyOrderElementsOf(names);
    for (int i = 0; i < tree.size(); i++) {
      assertThat(tree.find(tree.name(i), tree.name(i).length)).isEqualTo(i);
    }
  }

  @Property
  void entriesOutOfOrderAreFoundToo(@ForAll("names") List<String> names) throws IOException {
    ParsedTree tree =
        ParsedTree.parse(ID, raw(names.stream().map(name -> new Entry("100644", name)).toList()));
    assertThat(names(tree)).containsExactlyElementsOf(names.stream().distinct().toList());
    for (int i = 0; i < tree.size(); i++) {
      assertThat(tree.find(tree.name(i), tree.name(i).length)).isEqualTo(i);
    }
    assertThat(find(tree, "not there")).isEqualTo(-1);
  }

  @Property(tries = 100)
  void namesAreRefusedAsGitRefusesThem(@ForAll("nearGitNames") String name, @ForAll boolean symlink)
      throws IOException {
    String mode = symlink ? "120000" : "100644";
    var verdict =
        Processes.command("git", "update-index", "--add", "--cacheinfo", mode, ID.name(), name)
            .in(index.directory())
            .run();
    assertThat(parse(new Entry(mode, name)).size())
        .as("%s %s: %s", mode, name, verdict.errors())
        .isEqualTo(verdict.exit() == 0 ? 1 : 0);
  }

  @Test
  void aHundredThousandEntriesAreParsedAndFoundQuickly() throws IOException {
    List<Entry> entries =
        IntStream.range(0, 100_000)
            .mapToObj(i -> new Entry("100644", "file-%06d".formatted(i)))
            .toList();
    ParsedTree tree = ParsedTree.parse(ID, raw(entries));
    assertThat(tree.size()).isEqualTo(100_000);
    assertThat(find(tree, "file-077777")).isEqualTo(77_777);
  }

  @Provide
  Arbitrary<String> nearGitNames() {
    Arbitrary<String> start =
        Arbitraries.of(".git", ".GIT", "git~1", "GIT~1", "git~2", ".gitmodules", ".GitModules")
            .injectDuplicates(0.1);
    Arbitrary<String> short83 =
        Arbitraries.of(
            "gitmod~1", "GITMOD~4", "gitmod~5", "gi7eba~1", "gi7eb~12", "gi7eba~x", "g~1");
    Arbitrary<String> around =
        Arbitraries.strings().withChars(" .:\\~1gx").ofMinLength(0).ofMaxLength(3);
    Arbitrary<String> prefix = Arbitraries.of("", "", "", "a\\", "\\", "a");
    return Combinators.combine(prefix, Arbitraries.oneOf(start, short83, around), around)
        .as((a, b, c) -> a + b + c)
        .filter(name -> !name.isEmpty());
  }

  @Provide
  Arbitrary<List<String>> names() {
    return name().list().ofMaxSize(40);
  }

  @Provide
  Arbitrary<Set<String>> nameSets() {
    return name().set().ofMaxSize(40);
  }

  private static Arbitrary<String> name() {
    Arbitrary<String> few = Arbitraries.strings().withChars("ab.-0").ofMinLength(1).ofMaxLength(4);
    Arbitrary<String> any =
        Arbitraries.strings().withCharRange('\1', '\u00ff').ofMinLength(1).ofMaxLength(20);
    return Arbitraries.oneOf(few, any)
        .filter(name ->
            !name.contains("/")
                && PathRules.accepts(name.getBytes(ISO_8859_1), 0, name.length(), true));
  }

  private static byte[] sortKey(Entry entry) {
    return (entry.name() + (entry.mode().equals("40000") ? "/" : "\0")).getBytes(ISO_8859_1);
  }

  private static ParsedTree parse(Entry... entries) throws IOException {
    return ParsedTree.parse(ID, raw(List.of(entries)));
  }

  private static byte[] raw(List<Entry> entries) throws IOException {
    var out = new ByteArrayOutputStream();
    for (Entry entry : entries) {
      out.write((entry.mode() + " " + entry.name() + "\0").getBytes(ISO_8859_1));
      ID.copyRawTo(out);
    }
    return out.toByteArray();
  }

  private static List<String> names(Tree tree) {
    var names = new ArrayList<String>();
    for (int i = 0; i < tree.size(); i++) {
      byte[] copy = new byte[PathRules.MAX_NAME_LENGTH];
      assertThat(text(Arrays.copyOf(copy, tree.copyName(i, copy)))).isEqualTo(text(tree.name(i)));
      names.add(text(tree.name(i)));
    }
    return names;
  }

  private static int find(Tree tree, String name) {
    byte[] bytes = name.getBytes(ISO_8859_1);
    return tree.find(bytes, bytes.length);
  }

  private static String text(byte[] name) {
    return new String(name, ISO_8859_1);
  }
}
