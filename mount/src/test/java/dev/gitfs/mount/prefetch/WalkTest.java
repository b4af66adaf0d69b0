package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class WalkTest {

  private static final RecordedTree TREE =
      RecordedTree.of("a", "b/c", "b/d/e", "b/f", "g", "h/i/j", "k");

  private final Folder root = TREE.root();

  @Test
  void aListingGoesDepthFirst() {
    assertThat(names(new Walk.Listing(TREE.outline(_ -> true), root, root, -1, true)))
        .containsExactly("a", "c", "e", "f", "g", "j", "k");
  }

  @Test
  void backwardsIsTheReverse() {
    assertThat(
            names(new Walk.Listing(TREE.outline(_ -> true), root, root, Integer.MAX_VALUE, false)))
        .containsExactly("k", "j", "g", "f", "e", "c", "a");
  }

  @Test
  void aListingStartsAfterAnEntryAndEndsWithItsScope() {
    var folder = TREE.find(root, "b").folder();
    assertThat(names(new Walk.Listing(TREE.outline(_ -> true), folder, folder, 0, true)))
        .containsExactly("e", "f");
    assertThat(names(new Walk.Listing(TREE.outline(_ -> true), root, folder, 0, true)))
        .containsExactly("e", "f", "g", "j", "k");
  }

  @Test
  void byFolderFilesComeBeforeSubdirectories() {
    assertThat(names(new Walk.ByFolder(TREE.outline(_ -> true), root, root, true)))
        .containsExactly("a", "g", "k", "c", "f", "e", "j");
    assertThat(names(new Walk.ByFolder(TREE.outline(_ -> true), root, root, false)))
        .containsExactly("a", "g", "k", "j", "c", "f", "e");
  }

  @Test
  void oneDirectoryGoesOnFromWhereItBegan() {
    assertThat(names(new Walk.Flat(TREE.outline(_ -> true), root, 2, true)))
        .containsExactly("k", "a");
    assertThat(names(new Walk.Flat(TREE.outline(_ -> true), root, 2, false)))
        .containsExactly("a", "k");
  }

  @Test
  void aMissingTreeStopsAWalkUntilItHasCome() {
    var missing = TREE.find(root, "b/d").folder();
    var local = new ArrayList<ObjectId>();
    var outline = TREE.outline(id -> !id.equals(missing.tree()) || local.contains(id));
    var walk = new Walk.Listing(outline, root, root, -1, true);
    assertThat(names(walk)).containsExactly("a", "c");
    assertThat(walk.missing()).contains(missing);
    local.add(missing.tree());
    assertThat(names(walk)).containsExactly("e", "f", "g", "j", "k");
    assertThat(walk.missing()).isEmpty();
  }

  @Test
  @Timeout(20)
  void aTreeInManyPlacesIsEnteredOnce() {
    var shared = RecordedTree.shared(10, 10);
    var outline = shared.outline(_ -> true);
    var top = shared.root();
    var walks =
        List.of(
            new Walk.Listing(outline, top, top, -1, true),
            new Walk.Listing(outline, top, top, Integer.MAX_VALUE, false),
            new Walk.ByFolder(outline, top, top, true),
            new Walk.ByFolder(outline, top, top, false));

    for (var walk : walks) {
      assertThat(walk.next()).isPresent();
      assertThat(walk.copy().next()).isEmpty();
      assertThat(walk.next()).isEmpty();
    }
  }

  @Test
  void aCopyGoesItsOwnWay() {
    var walk = new Walk.Listing(TREE.outline(_ -> true), root, root, -1, true);
    walk.next();
    assertThat(names(walk.copy())).containsExactly("c", "e", "f", "g", "j", "k");
    assertThat(names(walk)).containsExactly("c", "e", "f", "g", "j", "k");
  }

  private static List<String> names(Walk walk) {
    var names = new ArrayList<String>();
    for (var spot = walk.next(); spot.isPresent(); spot = walk.next()) {
      var tree = TREE.tree(spot.get().folder().tree());
      names.add(new String(tree.name(spot.get().index())));
    }
    return names;
  }
}
