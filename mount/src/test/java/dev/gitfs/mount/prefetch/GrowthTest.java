package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GrowthTest {

  private static final int SIZE = 64;

  private final RecordedTree tree = RecordedTree.of("a/b.c");
  private final Outline outline = tree.outline(_ -> true);
  private final Requests requests = new Requests();
  private final List<Stream> streams = new ArrayList<>();
  private final Growth growth = new Growth(streams, requests, new Composer(outline, requests));
  private final Folder scope = tree.root();

  @Test
  void oneOfSeveralIsBroughtWhatAllHaveReadOnceHeHasReadASixteenthOfThat() {
    reader(3000, 3000);
    var late = reader(200, 200);
    growth.share(late);
    assertThat(late.size).isEqualTo(3200);

    var later = reader(10, 10);
    growth.share(later);
    assertThat(later.size).isEqualTo(160);
  }

  @Test
  void butNotWhoLeavesOutMostNorWhereMostIsLeftOut() {
    reader(3000, 3000);
    var hopper = reader(200, 401);
    growth.share(hopper);
    assertThat(hopper.size).isEqualTo(SIZE);

    var late = reader(200, 200);
    scope.reading().brought = 3 * scope.reading().used + 1;
    growth.share(late);
    assertThat(late.size).isEqualTo(SIZE);
  }

  @Test
  void norWhoIsAlone() {
    var alone = reader(3000, 3000);
    growth.share(alone);
    assertThat(alone.size).isEqualTo(SIZE);
  }

  @Test
  void norMoreThanThereIsRoomFor() {
    reader(10_000, 10_000);
    var late = reader(2000, 2000);
    requests.reserve(window(Windows.MOST_OBJECTS - 5000));
    growth.share(late);
    assertThat(late.size).isEqualTo(5000);
  }

  @Test
  void windowsOfSeveralWhoReadEverythingGrowFourfold() {
    var reader = reader(94, 100);
    growth.grow(reader, false);
    assertThat(reader.size).isEqualTo(2 * SIZE);

    reader(94, 100);
    growth.grow(reader, false);
    assertThat(reader.size).isEqualTo(8 * SIZE);

    reader.brought++;
    growth.grow(reader, false);
    assertThat(reader.size).isEqualTo(16 * SIZE);
  }

  /** Before a window has been weighed nothing is known of what a reader leaves out. */
  @Test
  void theFirstOnesDouble() {
    reader(94, 100);
    var reader = reader(20, 0);
    growth.grow(reader, false);
    assertThat(reader.size).isEqualTo(2 * SIZE);
  }

  /** One more who goes through all of the tree, and has read {@code used} files. */
  private Stream reader(long used, long brought) {
    var walk = new Walk.Listing(outline, scope, scope, -1, true);
    var stream = new Stream(false, scope, walk, true, SIZE, new Spot(scope, -1, scope.tree()));
    stream.deep = true;
    stream.used = used;
    stream.brought = brought;
    scope.reading().used += used;
    scope.reading().brought += brought;
    streams.add(stream);
    return stream;
  }

  private Window window(int count) {
    var spot = tree.find(scope, "a/b.c");
    var spots = Collections.nCopies(count, new Spot(spot.folder(), spot.index(), spot.id()));
    return new Window(null, true, spots, 0);
  }
}
