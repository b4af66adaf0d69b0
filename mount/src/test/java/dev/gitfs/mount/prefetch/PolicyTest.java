package dev.gitfs.mount.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitfs.git.store.PrefetchRequest.Urgency;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the policy promises, each on a small tree, at 50 ms. */
final class PolicyTest {

  private static final long MINUTE = 60_000_000_000L;

  /** In each of many directories. */
  private static final int FILES = 40;

  @Test
  void aFileByItselfBringsNoOther() {
    var mount = adaptive(folders(10, 20)).play(Trace.of("d3/f7.c"));
    assertThat(mount.unread()).isZero();
  }

  @Test
  void aFileThatIsReadTwiceAtATimeCountsOnce() {
    var tree = folders(10, 20);
    var step = new Trace.Step(Trace.What.READ, "d3/f7.c");
    var mount = adaptive(tree).play(new Trace(List.of(List.of(step), List.of(step))));
    assertThat(mount.brought()).isZero();
  }

  @Test
  void filesHereAndThereBringNoOthers() {
    var mount = adaptive(folders(10, 20)).play(Trace.of("d0/f1.c", "d7/f9.c", "d4/f3.c"));
    assertThat(mount.unread()).isZero();
  }

  @Test
  void aFileThatIsNamedComesBesideItsSize() {
    var mount = adaptive(folders(10, 20)).play(Trace.of("?d1/f1.c"));
    int before = mount.demands();
    mount.play(Trace.of("?d3/f7.c", "d3/f7.c", "d1/f1.c"));
    assertThat(mount.contentRequests()).isEqualTo(2);
    assertThat(mount.brought()).isEqualTo(2);
    assertThat(mount.unread()).isZero();
    // For the size.
    assertThat(mount.demands() - before).isEqualTo(1);
  }

  @Test
  void whoNamesFilesAndDoesNotReadThemIsBroughtFew() {
    var looks = IntStream.range(0, 100).mapToObj(i -> "?d" + i + "/f1.c");
    var mount = adaptive(folders(100, 5)).play(Trace.of(looks.toArray(String[]::new)));
    assertThat(mount.brought()).isBetween(1, 16);
  }

  @Test
  void whoReadsWhatHeNamesIsBroughtAllOfIt() {
    var steps =
        IntStream.range(0, 100)
            .boxed()
            .flatMap(
                i -> Stream.of("?d%d/f%d.c", "d%d/f%d.c").map(step -> step.formatted(i, i % 50)));
    var mount = adaptive(folders(100, 50)).play(Trace.of(steps.toArray(String[]::new)));
    // For sizes; and the trees.
    assertThat(mount.demands()).isLessThanOrEqualTo(100 + 1);
    assertThat(mount.unread()).isZero();
  }

  @Test
  void anImageThatIsNamedWaitsForItsReader() {
    var tree = RecordedTree.of("d/a.png", "d/b.c");
    assertThat(adaptive(tree).play(Trace.of("?d/a.png")).brought()).isZero();
  }

  @Test
  void filesOfOneNameInManyDirectoriesBringOneAnother() {
    var order = new ArrayList<>(IntStream.range(0, 600).mapToObj(i -> "d" + i + "/f3.c").toList());
    Collections.shuffle(order, new Random(4));
    var mount = adaptive(folders(600, 5)).play(Trace.of(order.toArray(String[]::new)));
    assertThat(mount.demands()).isLessThan(60);
    assertThat(mount.brought()).isLessThanOrEqualTo(600);
  }

  @Test
  void theyDoSoAsWellWhereALookBringsTheContent() {
    var order = new ArrayList<>(IntStream.range(0, 600).mapToObj(i -> "d" + i + "/f3.c").toList());
    Collections.shuffle(order, new Random(4));
    var mount =
        new SimulatedMount(folders(600, 5), PrefetchMode.ADAPTIVE, false)
            .play(Trace.of(order.toArray(String[]::new)));
    assertThat(mount.demands()).isLessThan(60);
  }

  @Test
  void filesOfOneNameOfWhichFewAreReadBringAFewHundred() {
    var mount =
        adaptive(folders(900, 5))
            .play(
                Trace.of(
                    "d90/f3.c",
                    "d80/f3.c",
                    "d70/f3.c",
                    "d60/f3.c",
                    "d50/f3.c",
                    "d40/f3.c",
                    "d30/f3.c",
                    "d20/f3.c",
                    "d10/f3.c",
                    "d1/f3.c"));
    assertThat(mount.brought()).isLessThan(500);
    // Beside those that are named.
    assertThat(mount.contentRequests()).isLessThanOrEqualTo(10 + 3);
  }

  @Test
  void aSecondFileBringsTheRestOfItsDirectoryAndNoMore() {
    var mount = adaptive(folders(10, 20)).play(Trace.of("d3/f7.c", "d3/f12.c"));
    // The first was named.
    assertThat(mount.brought()).isEqualTo(1 + 19);
    assertThat(mount.contentRequests()).isEqualTo(1 + 1);
  }

  @Test
  void aListedDirectoryThatIsReadFromItsBeginningIsBroughtAtOnce() {
    var mount = adaptive(folders(10, 20)).play(Trace.of("d3/", "d3/f0.c"));
    assertThat(mount.brought()).isEqualTo(20);
    assertThat(mount.contentRequests()).isEqualTo(1);
  }

  @Test
  void catOfADirectoryTakesTwoRequests() {
    var mount = adaptive(folders(1, 112));
    int before = mount.requests();
    mount.play(Trace.of(Stream.concat(Stream.of("d0/"), files("d0", 112)).toArray(String[]::new)));
    // Sizes, then all files; and the trees, which a directory listed so early takes.
    assertThat(mount.requests() - before).isEqualTo(2 + 1);
    assertThat(mount.unread()).isZero();
  }

  @Test
  void aReaderWhoGoesOnFindsTheNextDirectoriesThere() {
    var tree = folders(60, 40);
    var mount = adaptive(tree).play(walk(60, 40));
    // 2,400 files: a directory, then windows that double.
    assertThat(mount.requests()).isLessThan(25);
    assertThat(mount.demands()).isLessThan(6);
    assertThat(mount.unread()).isZero();
  }

  @Test
  void aReaderWhoGoesBackwardsIsFollowedToo() {
    var steps = new ArrayList<String>();
    for (int folder = 59; folder >= 0; folder--) {
      steps.add("d" + folder + "/");
      var files = new ArrayList<>(files("d" + folder, 40).toList());
      steps.addAll(files.reversed());
    }
    var mount = adaptive(folders(60, 40)).play(Trace.of(steps.toArray(String[]::new)));
    assertThat(mount.requests()).isLessThan(25);
    assertThat(mount.demands()).isLessThan(6);
  }

  @Test
  void namesAlonePayForTwoListings() {
    var steps = IntStream.range(0, 60).mapToObj(folder -> "d" + folder + "/");
    var mount = adaptive(folders(60, 600)).play(Trace.of(steps.toArray(String[]::new)));
    assertThat(mount.sizeRequests()).isLessThanOrEqualTo(2);
    assertThat(mount.brought()).isZero();
  }

  @Test
  void attributesOfManyDirectoriesComeInWindowsThatDouble() {
    var steps = new ArrayList<String>();
    steps.add("/");
    for (int folder = 0; folder < 100; folder++) {
      steps.add("d" + folder + "/");
      int f = folder;
      IntStream.range(0, 100).forEach(i -> steps.add("?d" + f + "/f" + i + ".c"));
    }
    var mount = adaptive(folders(100, 100)).play(Trace.of(steps.toArray(String[]::new)));
    // 10,000 files.
    assertThat(mount.requests()).isLessThan(15);
    assertThat(mount.brought()).isZero();
  }

  @Test
  void linksOfADirectoryThatIsOnlyListedStayWhereTheyAre() {
    var mount = adaptive(RecordedTree.of("a.link", "b.link", "c/d.link")).play(Trace.of("/"));
    assertThat(mount.sizeRequests()).isEqualTo(1);
    assertThat(mount.brought()).isZero();
  }

  @Test
  void linksAreBroughtForWhoeverLooksAtAttributes() {
    var mount = adaptive(RecordedTree.of("a.link", "b.link")).play(Trace.of("/", "?a.link"));
    assertThat(mount.brought()).isEqualTo(2);
    assertThat(mount.contentRequests()).isEqualTo(1);
  }

  @Test
  void whereLinksLeadComesWithTheRestOfItsDirectoryWhereAReaderIsBoundToCome() {
    int folders = 40;
    var targets = ordered(folders - 1, folders, "?").threads().getFirst().stream().skip(1).toList();
    var following =
        targets.stream()
            .flatMap(look -> Stream.of(new Trace.Step(Trace.What.FOLLOW, look.path()), look))
            .toList();
    assertThat(demandsOf(targets, 10, folders)).isEqualTo(targets.size());
    assertThat(demandsOf(following, 10, folders)).isEqualTo(0);
    // Nobody is bound to come there.
    assertThat(demandsOf(following, 1, folders)).isEqualTo(targets.size());
  }

  /**
   * Requests that {@code steps} wait for, taken after some directories of so many were read, where
   * sizes come with contents.
   */
  private static int demandsOf(List<Trace.Step> steps, int read, int folders) {
    var mount = new SimulatedMount(ordered(folders), PrefetchMode.ADAPTIVE, false);
    mount.play(ordered(0, read, ""));
    int before = mount.demands();
    mount.play(new Trace(List.of(steps)));
    return mount.demands() - before;
  }

  @Test
  void whatWasLeftOutOfADirectoryIsBroughtAfterAllWhenOneOfItIsRead() {
    var files =
        Stream.concat(
                IntStream.range(100, 120).mapToObj(i -> "d/f" + i + ".c"),
                IntStream.range(120, 150).mapToObj(i -> "d/f" + i + ".c:2000000"))
            .toArray(String[]::new);
    var names = Stream.of(files).map(file -> file.split(":")[0]).toArray(String[]::new);
    var mount = adaptive(RecordedTree.of(files)).play(Trace.of(names));
    assertThat(mount.unread()).isZero();
    assertThat(mount.demands()).isLessThan(8);
  }

  @Test
  void whoReadsWhatWasLeftOutWhileAllRequestsAreBusyIsStillOneReader() {
    int folders = 400;
    var names = new ArrayList<String>();
    for (int folder = 100; folder < 100 + folders; folder++) {
      for (int file = 100; file < 140; file++) {
        names.add("d%d/f%d.%s".formatted(folder, file, folder == 300 && file < 120 ? "doc" : "c"));
      }
    }
    var steps = new ArrayList<String>();
    steps.add("/");
    for (int i = 0; i < names.size(); i++) {
      if (i % 40 == 0) {
        steps.add(names.get(i).substring(0, 5));
      }
      steps.add(names.get(i));
    }
    var mount =
        adaptive(
                RecordedTree.of(names.stream().map(name -> name + ":20000").toArray(String[]::new)))
            .play(Trace.of(steps.toArray(String[]::new)));
    // One follows his looks.
    assertThat(mount.followed()).isEqualTo(2);
    assertThat(mount.demands()).isLessThan(6);
  }

  @Test
  void whereSomebodyReadsAllSizesComeWithContents() {
    var mount = adaptive(ordered(1000)).play(ordered(0, 1000, ""));
    assertThat(mount.unread()).isZero();
    // Those of the first files, before it is known that he reads them all.
    assertThat(mount.sizeRequests()).isLessThanOrEqualTo(4);
  }

  @Test
  void whoLooksWhereNobodyReadsAnyMoreIsFollowed() {
    var mount = adaptive(ordered(1000)).play(ordered(0, 300, "")).rest(MINUTE / 10);
    int brought = mount.brought();
    int demands = mount.demands();
    mount.play(ordered(600, 1000, "?"));
    assertThat(mount.brought()).isEqualTo(brought);
    assertThat(mount.demands() - demands).isLessThan(10);
  }

  @Test
  void theNextFullWindowIsUnderWayOnceHalfOfOneIsRead() {
    var mount = adaptive(ordered(1600));
    int backlog = 0;
    for (int folder = 0; folder < 1000; folder += 10) {
      // Slowly, so that what is asked for is there.
      mount.play(ordered(folder, folder + 10, "")).rest(1);
      backlog = Math.max(backlog, mount.unread());
    }
    int full = Windows.MOST_OBJECTS / 2;
    assertThat(backlog).isBetween(2 * full + full / 4, 3 * full);
  }

  @Test
  void whatIsFarBehindInAnAnswerComesAtOnceWithItsDirectory() {
    var mount = adaptive(ordered(400)).play(ordered(0, 100, ""));
    int before = mount.demands();
    // The second one reads where the first has yet to come.
    var first = ordered(100, 400, "").threads().getFirst();
    var second = ordered(230, 231, "").threads().getFirst();
    mount.play(new Trace(List.of(first, second)));
    assertThat(mount.demands() - before).isLessThanOrEqualTo(2);
  }

  @Test
  void whatAReaderOfAllStandsBeforeComesWithoutAskingForItsSize() {
    var files =
        Stream.concat(
            IntStream.range(0, 1000).mapToObj(PolicyTest::folder).flatMap(PolicyTest::files),
            Stream.of("d0300/f99.zip"));
    var tree = RecordedTree.of(files.map(file -> file + ":20000").toArray(String[]::new));
    var mount = adaptive(tree).play(ordered(0, 301, ""));
    int before = mount.demands() + mount.sizeRequests();
    mount.play(Trace.of("?d0300/f99.zip", "d0300/f99.zip"));
    assertThat(mount.demands() + mount.sizeRequests() - before).isZero();
  }

  @Test
  void oneMoreReaderBeginsWithHalfOfWhatWasReadThere() {
    int folders = 40;
    var mount = adaptive(ordered(2000)).play(ordered(0, folders, "")).rest(MINUTE / 60);
    int before = mount.brought();
    mount.play(ordered(1000, 1001, "")).rest(MINUTE / 60);
    // Three windows, each twice as large as the last.
    int read = folders * FILES;
    assertThat(mount.brought() - before).isBetween(3 * read, 7 * read / 2);
  }

  @Test
  void whatIsStillOnItsWayTellsNothingOfItsReader() {
    var tree = ordered(100);
    var root = tree.root();
    var policy = new Policy(tree.outline(_ -> true), root, PrefetchMode.ADAPTIVE);
    var late = readsOn(policy, tree, root);
    var next = contents(policy.on(read(tree, root, "d0001/f01.c"))).getFirst();
    policy.on(new Access.Ended(next.window(), true, 0));
    // Another reader is ahead, while what comes before that is still under way.
    int ahead = 1 + late.files().size();
    var path = folder(1 + ahead / FILES) + "/f%02d.c".formatted(ahead % FILES);
    var after = contents(policy.on(read(tree, root, path))).getFirst();
    assertThat(next.files()).hasSizeGreaterThan(late.files().size());
    assertThat(after.files()).hasSizeGreaterThan(next.files().size());
  }

  @Test
  void whatComesAtOnceDoesNotComeOnceMoreForTheNextReader() {
    var tree = ordered(100);
    var root = tree.root();
    var policy = new Policy(tree.outline(_ -> true, _ -> true), root, PrefetchMode.ADAPTIVE);
    readsOn(policy, tree, root);
    assertThat(contents(policy.on(read(tree, root, "d0001/f20.c"))))
        .filteredOn(wish -> wish.urgency() == Urgency.AWAITED)
        .hasSize(1);
    assertThat(contents(policy.on(read(tree, root, "d0001/f21.c"))))
        .noneMatch(wish -> wish.urgency() == Urgency.AWAITED);
  }

  /** Reads the first directory, and one file of the next; returns the window that this opens. */
  private static Wish.Contents readsOn(Policy policy, RecordedTree tree, Folder root) {
    tree.find(root, "d0000").folder().list();
    var flat = contents(policy.on(read(tree, root, "d0000/f00.c"))).getFirst();
    policy.on(new Access.Ended(flat.window(), true, 0));
    files("d0000").skip(1).forEach(file -> policy.on(read(tree, root, file)));
    return contents(policy.on(read(tree, root, "d0001/f00.c"))).getFirst();
  }

  private static Access read(RecordedTree tree, Folder root, String path) {
    var spot = tree.find(root, path);
    return new Access.Read(spot.folder(), spot.index(), true, 0);
  }

  private static List<Wish.Contents> contents(List<Wish> wishes) {
    return wishes.stream()
        .filter(Wish.Contents.class::isInstance)
        .map(Wish.Contents.class::cast)
        .toList();
  }

  @Test
  void whoLooksThereDoesNotAskForSizesFirst() {
    var mount = adaptive(ordered(400)).play(ordered(0, 100, ""));
    int before = mount.demands() + mount.sizeRequests();
    var first = ordered(100, 400, "").threads().getFirst();
    var second = ordered(230, 231, "").threads().getFirst();
    mount.play(new Trace(List.of(first, second)));
    assertThat(mount.demands() + mount.sizeRequests() - before).isZero();
  }

  @Test
  void whoLooksWhereAReaderOfAllIsBoundToComeIsTakenForOne() {
    var mount = adaptive(ordered(2000)).play(ordered(0, 300, ""));
    int before = mount.demands() + mount.sizeRequests();
    // So far away that nothing there has been asked for.
    mount.play(ordered(1990, 1991, ""));
    assertThat(mount.demands() + mount.sizeRequests() - before).isZero();
  }

  @Test
  void archivesAndLargeFilesAreLeftForDemand() {
    var tree = RecordedTree.of("d/a.c", "d/b.c", "d/c.zip", "d/d.c:5000000", "d/e.png", "d/f.c");
    var mount = adaptive(tree).play(Trace.of("d/", "d/a.c", "d/b.c"));
    assertThat(mount.brought()).isEqualTo(3);
  }

  @Test
  void aReaderWhoReadsArchivesGetsThemAhead() {
    var names =
        IntStream.range(0, 200).mapToObj(i -> "d%03d/a.zip".formatted(i)).toArray(String[]::new);
    var others =
        IntStream.range(0, 200).mapToObj(i -> "d%03d/b.c".formatted(i)).toArray(String[]::new);
    var all = Stream.concat(Stream.of(names), Stream.of(others)).sorted().toArray(String[]::new);
    var steps = new ArrayList<String>();
    for (int i = 0; i < 200; i++) {
      steps.addAll(List.of("d%03d/".formatted(i), names[i], others[i]));
    }
    var mount = adaptive(RecordedTree.of(all)).play(Trace.of(steps.toArray(String[]::new)));
    assertThat(mount.brought()).isGreaterThan(290);
  }

  @Test
  void aReaderWhoLeavesEndsWhatIsBroughtForHim() {
    var mount = adaptive(folders(60, 40));
    mount.play(walk(10, 40)).rest(MINUTE);
    int brought = mount.brought();
    mount.rest(MINUTE);
    assertThat(mount.brought()).isEqualTo(brought).isLessThan(10 * 40 * 4);
  }

  @Test
  void windowsAreSmallWhileMemoryIsShortAndNoLonger() {
    var mount = adaptive(ordered(2000)).play(ordered(0, 20, "")).shortOfMemory(true);
    mount.play(ordered(20, 200, ""));
    assertThat(mount.unread()).isBetween(1, 3 * 128);
    mount.shortOfMemory(false).play(ordered(200, 300, ""));
    assertThat(mount.unread()).isGreaterThan(1000);
  }

  @Test
  void allBringsEverythingUnasked() {
    var mount = new SimulatedMount(folders(60, 40), PrefetchMode.ALL, true).rest(MINUTE);
    assertThat(mount.brought()).isEqualTo(60 * 40);
    assertThat(mount.contentRequests()).isLessThanOrEqualTo(2);
  }

  @Test
  void attributesBringNoContents() {
    var mount = new SimulatedMount(folders(60, 40), PrefetchMode.ATTRIBUTES, true);
    mount.play(walk(60, 40));
    assertThat(mount.contentRequests()).isZero();
    assertThat(mount.sizeRequests()).isPositive();
  }

  private static SimulatedMount adaptive(RecordedTree tree) {
    return new SimulatedMount(tree, PrefetchMode.ADAPTIVE, true);
  }

  /** A depth-first reader of everything. */
  private static Trace walk(int folders, int files) {
    var root = Stream.of("/");
    var rest =
        IntStream.range(0, folders)
            .mapToObj(i -> "d" + i)
            .flatMap(folder -> Stream.concat(Stream.of(folder + "/"), files(folder, files)));
    return Trace.of(Stream.concat(root, rest).toArray(String[]::new));
  }

  /** Directories of {@link #FILES} files, whose numbers are in the order of a listing. */
  private static RecordedTree ordered(int folders) {
    return RecordedTree.of(
        IntStream.range(0, folders)
            .mapToObj(PolicyTest::folder)
            .flatMap(PolicyTest::files)
            .map(file -> file + ":20000")
            .toArray(String[]::new));
  }

  /** A reader of some of these directories; one who only looks, if every step is marked so. */
  private static Trace ordered(int from, int to, String mark) {
    var steps =
        IntStream.range(from, to)
            .mapToObj(PolicyTest::folder)
            .flatMap(
                folder -> Stream.concat(Stream.of(folder + "/"), files(folder).map(mark::concat)));
    return Trace.of(steps.toArray(String[]::new));
  }

  private static String folder(int number) {
    return "d%04d".formatted(number);
  }

  private static Stream<String> files(String folder) {
    return IntStream.range(0, FILES).mapToObj(i -> folder + "/f%02d.c".formatted(i));
  }

  private static RecordedTree folders(int folders, int files) {
    return RecordedTree.of(
        IntStream.range(0, folders)
            .mapToObj(i -> "d" + i)
            .flatMap(folder -> files(folder, files))
            .toArray(String[]::new));
  }

  private static Stream<String> files(String folder, int count) {
    return IntStream.range(0, count).mapToObj(i -> folder + "/f" + i + ".c");
  }
}
