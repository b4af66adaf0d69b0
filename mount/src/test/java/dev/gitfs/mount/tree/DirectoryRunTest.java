package dev.gitfs.mount.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.store.Tree;
import dev.gitfs.mount.prefetch.Folder;
import dev.gitfs.mount.prefetch.Listings;
import java.util.BitSet;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** What is claimed for whom: which entries, in which order. */
final class DirectoryRunTest {
  private static final int READER = 1;
  private static final int OTHER = 2;

  /** So many files of one kind, but for some headers and directories among them. */
  private record Files(int size, Set<Integer> headers, Set<Integer> directories) implements Tree {

    Files(int size, Set<Integer> headers) {
      this(size, headers, Set.of());
    }

    @Override
    public FileMode mode(int index) {
      return directories.contains(index) ? FileMode.TREE : FileMode.REGULAR_FILE;
    }

    @Override
    public ObjectId id(int index) {
      return ObjectId.zeroId();
    }

    @Override
    public byte[] name(int index) {
      return "f%04d.%s".formatted(index, headers.contains(index) ? "h" : "c").getBytes(US_ASCII);
    }

    @Override
    public int copyName(int index, byte[] target) {
      byte[] name = name(index);
      System.arraycopy(name, 0, target, 0, name.length);
      return name.length;
    }

    @Override
    public int find(byte[] name, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int rejected() {
      return 0;
    }
  }

  private static Version version(Tree tree) {
    var folder = Folder.root(ObjectId.zeroId());
    return new Version(new Directory(2, 1), 0, ObjectId.zeroId(), 0, 10, tree.size(), null, folder);
  }

  private static DirectoryRun begin(DirectoryRun before, int size, int index) {
    return begin(before, new Files(size, Set.of()), index);
  }

  private static DirectoryRun begin(DirectoryRun before, Tree tree, int index) {
    return DirectoryRun.begin(before, READER, version(tree), tree, index);
  }

  /** Of a reader who has gone from {@code from} to {@code to}, and asked for what was not there. */
  private static DirectoryRun gone(int size, int from, int to) {
    return gone(size, from, to, new BitSet());
  }

  /** The same; {@code there} is what was claimed for him. */
  private static DirectoryRun gone(int size, int from, int to, BitSet there) {
    var run = begin(null, size, from);
    int step = from < to ? 1 : -1;
    for (int at = from; at != to + step; at += step) {
      if (!there.get(at)) {
        for (int file : run.come(READER, at).files()) {
          there.set(file);
        }
      }
    }
    return run;
  }

  @Test
  void theWindowDoublesUpToItsMost() {
    var run = begin(null, 200, 0);
    assertThat(run.come(READER, 0).files()).isEmpty();
    assertThat(run.come(READER, 1).files()).containsExactly(2);
    assertThat(run.come(READER, 3).files()).containsExactly(4, 5);
    assertThat(run.come(READER, 6).files()).containsExactly(7, 8, 9, 10);
    assertThat(run.come(READER, 11).files()).hasSize(8);
    assertThat(run.come(READER, 20).files()).hasSize(16);
    assertThat(run.come(READER, 37).files()).hasSize(DirectoryRun.MOST_FILES);
    assertThat(run.come(READER, 70).files()).hasSize(DirectoryRun.MOST_FILES);
  }

  @Test
  void whatCouldNotBePutThereIsClaimedAgain() {
    var run = gone(200, 0, 6);
    var claim = run.come(READER, 11);
    assertThat(claim.files()).startsWith(12, 13, 14).hasSize(8);
    run.retract(claim, 2);
    assertThat(run.come(READER, 14).files()).startsWith(15).hasSize(16);
  }

  @Test
  void whatReadersCameToMeanwhileIsNotClaimedAgain() {
    var run = gone(200, 0, 6);
    var claim = run.come(READER, 11);
    run.pass(OTHER, 15);
    assertThat(claim.isBehindReaders(15)).isTrue();
    assertThat(claim.isBehindReaders(16)).isFalse();
    run.retract(claim, 0);
    assertThat(run.come(READER, 16).files()).startsWith(17);
  }

  @Test
  void whatWasPassedOverIsNotBehindReadersWhoAreFurther() {
    var run = begin(null, new Files(40, Set.of(3, 9)), 0);
    for (int index : new int[] {0, 1, 4, 7, 13}) {
      run.come(READER, index);
    }
    var claim = run.come(READER, 3);
    assertThat(claim.files()).containsExactly(9);
    run.pass(OTHER, 30);
    assertThat(claim.isBehindReaders(9)).isFalse();
  }

  @Test
  void whoComesFromTheEndOfADirectoryDoesSoInTheNextOneAfterOneOfASingleFile() {
    var single = begin(gone(200, 199, 0), 1, 0);
    assertThat(single.come(READER, 0).files()).isEmpty();
    var next = begin(single, 200, 199);
    assertThat(next.come(READER, 199).files()).startsWith(198, 197);
    var expected = DirectoryRun.expect(single, READER, next.version(), next.tree());
    assertThat(expected.next().files()).startsWith(199, 198);
  }

  @Test
  void filesBehindADirectoryAreClaimedOnceItIsListed() {
    for (boolean isListed : new boolean[] {false, true}) {
      var run = begin(null, new Files(100, Set.of(), Set.of(9)), 0);
      if (isListed) {
        Listings.list(run.version().folder().child(9, ObjectId.zeroId()));
      }
      for (int index : new int[] {0, 1, 3}) {
        run.come(READER, index);
      }
      assertThat(run.come(READER, 6).files())
          .containsExactly(isListed ? new int[] {7, 8, 10, 11} : new int[] {7, 8});
    }
  }

  @Test
  void whoReadsFilesBeforeHeListsDirectoriesIsClaimedThoseBehindThem() {
    var run = begin(null, new Files(100, Set.of(), Set.of(9, 40)), 0);
    for (int index : new int[] {0, 1, 3, 6}) {
      run.come(READER, index);
    }
    assertThat(run.come(READER, 10).files()).hasSize(8).startsWith(11, 12);
    assertThat(run.come(READER, 19).files()).hasSize(16).startsWith(20);
    assertThat(run.come(READER, 36).files()).hasSize(DirectoryRun.MOST_FILES).contains(39, 41);
    var next = new Files(100, Set.of(), Set.of(5));
    var expected = DirectoryRun.expect(run, READER, version(next), next);
    assertThat(expected.next().files()).contains(4, 6);
  }

  @Test
  void whoGoesDownIntoADirectoryHasTheWindowThatHeHad() {
    var above = begin(null, new Files(100, Set.of(), Set.of(50)), 0);
    for (int index : new int[] {0, 1, 3, 6, 11, 20, 37}) {
      above.come(READER, index);
    }
    // All files up to the directory are claimed.
    Listings.list(above.version().folder().child(50, ObjectId.zeroId()));
    var below = new Files(100, Set.of());
    var run = DirectoryRun.expect(above, READER, version(below), below);
    assertThat(run.next().files()).hasSize(DirectoryRun.MOST_FILES);
  }

  @Test
  void whoHasNotGoneOnIsNotExpectedAnywhere() {
    var hopping = begin(null, 200, 50);
    hopping.come(READER, 50);
    hopping.come(READER, 150);
    assertThat(DirectoryRun.expect(hopping, READER, hopping.version(), hopping.tree())).isNull();
  }

  @Test
  void itIsKnownWhoGoesThatWay() {
    var run = begin(null, 200, 0);
    assertThat(run.isReader(READER)).isTrue();
    assertThat(run.isReader(OTHER)).isFalse();
    run.pass(OTHER, 1);
    assertThat(run.isReader(READER)).isTrue();
    assertThat(run.isReader(OTHER)).isTrue();
    for (int another = 10; another < 100; another++) {
      run.pass(another, 2);
    }
    assertThat(run.isReader(READER)).isFalse();
  }

  /**
   * Threads that take the next file each, and ask a little sooner or later than they took it: as
   * long as that is by less than four files, about one file of a window is asked for.
   */
  @Property
  void threadsThatShareOneWayAskForFew(
      @ForAll long seed, @ForAll boolean forward, @ForAll @IntRange(min = 1, max = 4) int threads) {
    int size = 400;
    var random = new Random(seed);
    var there = new BitSet();
    var run = gone(size, forward ? 0 : size - 1, forward ? 40 : size - 41, there);
    int asked = 0;
    for (int taken = 41; taken < size; taken += threads) {
      var places = random.ints(0, threads).distinct().limit(threads).toArray();
      for (int place : places) {
        int at = taken + place;
        if (at < size) {
          int index = forward ? at : size - 1 - at;
          if (!there.get(index)) {
            asked++;
            for (int file : run.come(place, index).files()) {
              there.set(file);
            }
          }
        }
      }
    }
    assertThat(asked).isLessThan(20 * threads);
  }
}
