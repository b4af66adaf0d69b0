package dev.gitfs.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Repositories as property tests want them: everything that a git tree may hold and a checkout
 * shows, in small numbers, with a liking for the odd.
 */
public final class RepositoryArbitrary {

  /** The longest name a Linux directory entry can have. */
  private static final int LONGEST_NAME = 255;

  private RepositoryArbitrary() {}

  /** Repositories of one to five commits, with a merge from four on. */
  public static Arbitrary<GeneratedRepository> repositories() {
    return snapshots().list().ofMinSize(1).ofMaxSize(5).map(GeneratedRepository::new);
  }

  /** Snapshots of up to a few dozen files; never empty. */
  public static Arbitrary<Snapshot> snapshots() {
    return directory(3)
        .map(root -> {
          var snapshot = new Snapshot();
          addTo(snapshot, "", root);
          if (snapshot.entries().isEmpty()) {
            snapshot.file("only", "");
          }
          return snapshot;
        });
  }

  /**
   * Names that git checks out and Linux stores: any bytes but NUL and slash, one to 255 of them.
   * Without those that steer git itself, {@code .git…}: {@code .gitattributes} would change what a
   * checkout writes.
   */
  public static Arbitrary<byte[]> names() {
    var odd =
        Arbitraries.of(
            "README",
            "readme",
            "ReadMe",
            "-",
            "--help",
            "-rf",
            " ",
            " leading and trailing ",
            "two\nlines",
            "tab\there",
            "\"quoted\"",
            "back\\slash",
            "*?[a]",
            "%41",
            "...",
            "..a",
            "a.",
            "con",
            "~",
            "$HOME",
            "caf\u00c3\u00a9",
            "cafe\u00cc\u0081",
            "\u00ff\u00fe",
            "\u0080",
            "\u0001\u007f",
            "n".repeat(LONGEST_NAME),
            "\u00e9".repeat(LONGEST_NAME));
    var plain = Arbitraries.strings().withCharRange('a', 'e').ofMinLength(1).ofMaxLength(3);
    var anyBytes =
        Arbitraries.strings().withCharRange('\u0001', '\u00ff').ofMinLength(1).ofMaxLength(40);
    return Arbitraries.frequencyOf(Tuple.of(4, plain), Tuple.of(4, odd), Tuple.of(2, anyBytes))
        .map(name -> name.replace('/', '_'))
        .filter(name -> !name.equals(".") && !name.equals("..") && !reserved(name))
        .map(name -> name.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static boolean reserved(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    // git~1 is what Windows may call .git: git refuses to check it out anywhere.
    return lower.startsWith(".git") || lower.startsWith("git~");
  }

  /** Contents of the sizes where things go wrong; often the same bytes again. */
  public static Arbitrary<byte[]> contents() {
    var size =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(0, 1, 4095, 4096, 4097)),
            Tuple.of(6, Arbitraries.integers().between(2, 10_000)),
            Tuple.of(1, Arbitraries.of((1 << 20) - 1, 1 << 20, (1 << 20) + 1, 300_000)));
    var seed = Arbitraries.longs().between(0, 20);
    return Combinators.combine(size, seed).as(RepositoryArbitrary::content);
  }

  private static byte[] content(int size, long seed) {
    var bytes = new byte[size];
    if (seed < 4) {
      // Compresses to nothing.
      Arrays.fill(bytes, (byte) seed);
    } else {
      new Random(seed).nextBytes(bytes);
    }
    return bytes;
  }

  private sealed interface Node {
    record Directory(List<Named> children) implements Node {}

    record Leaf(Snapshot.Entry entry) implements Node {}
  }

  private record Named(byte[] name, Node node) {}

  private static Arbitrary<Node.Directory> directory(int depth) {
    return Combinators.combine(names(), node(depth))
        .as(Named::new)
        .list()
        .ofMaxSize(8)
        .map(Node.Directory::new);
  }

  private static Arbitrary<Node> node(int depth) {
    var leaf = leaf();
    return depth == 0
        ? leaf
        : Arbitraries.frequencyOf(
            Tuple.of(3, leaf),
            Tuple.of(1, Arbitraries.lazy(() -> directory(depth - 1).map(directory -> directory))));
  }

  private static Arbitrary<Node> leaf() {
    var executable = Arbitraries.of(true, false);
    var file = Combinators.combine(contents(), executable).as(Snapshot.File::new);
    var link = targets().map(Snapshot.Link::new);
    var submodule =
        Arbitraries.strings()
            .withChars("0123456789abcdef")
            .ofLength(39)
            // Git refuses the id that is all zeros.
            .map(digits -> new Snapshot.Submodule("1" + digits));
    return Arbitraries.<Snapshot.Entry>frequencyOf(
            Tuple.of(8, file.map(entry -> entry)),
            Tuple.of(2, link.map(entry -> entry)),
            Tuple.of(1, submodule.map(entry -> entry)))
        .map(Node.Leaf::new);
  }

  /** Link targets: they need not exist, and may be any bytes but NUL, up to 4095 of them. */
  private static Arbitrary<byte[]> targets() {
    return Arbitraries.of(
            "a",
            "../a/b",
            "/nowhere//at/./all/",
            ".",
            "..",
            "caf\u00c3\u00a9",
            "\u00ff\n\u0001",
            "x".repeat(4095))
        .map(target -> target.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void addTo(Snapshot snapshot, String prefix, Node.Directory directory) {
    var taken = new ArrayList<String>();
    for (var child : directory.children()) {
      var name = new String(child.name(), StandardCharsets.ISO_8859_1);
      if (taken.contains(name)) {
        continue;
      }
      taken.add(name);
      switch (child.node()) {
        case Node.Leaf(var entry) ->
            snapshot.put((prefix + name).getBytes(StandardCharsets.ISO_8859_1), entry);
        case Node.Directory below -> addTo(snapshot, prefix + name + "/", below);
      }
    }
  }
}
