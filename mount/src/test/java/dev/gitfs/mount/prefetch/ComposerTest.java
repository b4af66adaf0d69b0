package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a window of up to 64 files ends, and the next one begins. */
final class ComposerTest {

  private static final int MOST = 64;

  @Test
  void aFullWindowEndsWithADirectory() {
    assertThat(windows("a 60", "b 30", "c 30")).containsExactly(60, 60);
  }

  @Test
  void ofTwoDirectoriesItEndsWithTheHigherOne() {
    assertThat(windows("a/b 58", "c/d 3", "c/e 40")).containsExactly(58, 43);
  }

  @Test
  void whereNoneEndsNearItsEndItIsFull() {
    assertThat(windows("a 56", "b 40")).containsExactly(MOST, 32);
  }

  @Test
  void whatIsNotFullEndsWhereItsFilesDo() {
    assertThat(windows("a 60", "b 3")).containsExactly(63);
  }

  @Test
  void whatIsCutOffCountsForTheNextOne() {
    var tree = tree("a 60", "b 30");
    var outline = tree.outline(_ -> true);
    var composer = new Composer(outline, new Requests());
    var stream = Stream.ofEverything(outline, tree.root());
    long weight = composer.weight(Spot.at(outline, stream.scope, 0).orElseThrow());
    assertThat(composer.compose(stream, MOST, true, new ArrayList<>())).isEqualTo(60 * weight);
    assertThat(composer.compose(stream, MOST, true, new ArrayList<>())).isEqualTo(30 * weight);
  }

  /** How many files are in each window, until every file is in one. */
  private static List<Integer> windows(String... folders) {
    var tree = tree(folders);
    var outline = tree.outline(_ -> true);
    var composer = new Composer(outline, new Requests());
    var stream = Stream.ofEverything(outline, tree.root());
    var sizes = new ArrayList<Integer>();
    var all = new ArrayList<Spot>();
    while (!stream.over) {
      var spots = new ArrayList<Spot>();
      composer.compose(stream, MOST, true, spots);
      sizes.add(spots.size());
      all.addAll(spots);
    }
    var root = stream.scope;
    var listing = new Walk.Listing(outline, root, root, -1, true);
    for (var spot : all) {
      assertThat(spot).isEqualTo(listing.next().orElseThrow());
    }
    assertThat(listing.next()).isEmpty();
    return sizes;
  }

  /** Of directories, each a path and how many files it has. */
  private static RecordedTree tree(String... folders) {
    var files = new ArrayList<String>();
    for (var folder : folders) {
      var fields = folder.split(" ");
      for (int i = 0; i < Integer.parseInt(fields[1]); i++) {
        files.add(fields[0] + "/" + i);
      }
    }
    return RecordedTree.of(files.toArray(String[]::new));
  }
}
