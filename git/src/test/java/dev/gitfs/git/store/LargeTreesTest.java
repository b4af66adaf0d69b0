package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitfs.testkit.TestRepository.RawEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

final class LargeTreesTest {

  @Test
  void aTreeThatTheCacheHasNoRoomForIsReadOnce() throws Exception {
    try (var cache = new Cache()) {
      String blob = cache.origin.blob(new byte[] {'x'});
      var tree =
          cache.origin.rawTree(
              IntStream.range(0, 250_000)
                  .mapToObj(i -> new RawEntry("100644", "file%07d".formatted(i), blob))
                  .toList());
      cache.origin.commitTree("refs/heads/main", tree);
      try (var store = cache.open()) {
        var id = Cache.head(store).tree();

        assertThat(store.tree(id).size()).isEqualTo(250_000);
        assertThat(store.treeIfLocal(id).get()).isSameAs(store.tree(id));
      }
    }
  }

  @Test
  void oneIsHeldAtATime() throws Exception {
    var trees = new LargeTrees();
    var first = ObjectId.fromString("01".repeat(20));
    var second = ObjectId.fromString("02".repeat(20));

    var read = trees.read(first, _ -> Optional.of(ParsedTree.parse(first, new byte[0])));
    assertThat(trees.get(first)).isEqualTo(read);
    trees.read(
        second,
        _ -> {
          assertThat(trees.get(first)).isEmpty();
          return Optional.of(ParsedTree.parse(second, new byte[0]));
        });
    assertThat(trees.get(second)).isPresent();
    trees.trim();
    assertThat(trees.get(second)).isEmpty();
  }

  @Test
  void whatIsLargerThanThereIsRoomForIsRefusedInWords() throws Exception {
    try (var cache = new Cache()) {
      cache.origin.commitTree(
          "refs/heads/main",
          cache.origin.rawTree(
              List.of(new RawEntry("100644", "f", cache.origin.blob(new byte[1])))));
      try (var store = cache.open()) {
        var tree = Cache.head(store).tree();
        store.tree(tree);
        try (var local =
            new LocalObjects(cache.repository().resolve("objects"), new DeltaBases(1))) {
          assertThatThrownBy(() -> local.largeBytes(tree, 2, 10))
              .isInstanceOf(IOException.class)
              .hasMessageContaining("--memory");
        }
      }
    }
  }
}
