package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contents are kept as they came, and every piece of memory is given back, once. */
final class SlabsTest {

  /** Half of it is for what comes ahead, in 64 pieces of 8 KiB. */
  private final StoreMemory memory = new StoreMemory(1 << 20);

  private static final int PIECE = 8 << 10;
  private static final int PIECES = 64;

  /** Of the file beyond that, in pieces of the same size. */
  private static final int FURTHER = 32;

  @TempDir static Path scratch;

  private final Overflow overflow = new Overflow(scratch, FURTHER * PIECE, PIECE);
  private final Slabs slabs = new Slabs(memory, overflow);
  private final Random random = new Random(1);
  private int named;

  @Test
  void whatIsReadIsWhatWasAddedWhateverElseComesAndGoes() throws Exception {
    var contents = new HashMap<ObjectId, byte[]>();
    var open = new ArrayList<Slabs.Held>();
    var opened = new ArrayList<byte[]>();
    var reserved = new ArrayList<Reserved>();
    int added = 0;
    for (int i = 0; i < 50_000; i++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] content = content(random.nextInt(random.nextInt(10) == 0 ? 3 * PIECE : 500));
          ObjectId id = id();
          slabs
              .reserve("source " + random.nextInt(3), id, content.length, random.nextBoolean())
              .ifPresent(file -> reserved.add(new Reserved(file, id, content)));
          if (reserved.size() > random.nextInt(5)) {
            Reserved next = reserved.remove(random.nextInt(reserved.size()));
            if (random.nextInt(5) > 0) {
              next.file.write(next.content);
              slabs.add(next.file);
              contents.put(next.id, next.content);
              added++;
            } else {
              slabs.abandon(next.file);
            }
          }
        }
        case 1 -> {
          if (open.size() < 20 && !contents.isEmpty()) {
            ObjectId id = any(contents);
            slabs
                .open(id)
                .ifPresentOrElse(
                    file -> {
                      open.add(file);
                      opened.add(contents.get(id));
                    },
                    () -> contents.remove(id));
          }
        }
        case 2 -> {
          if (!contents.isEmpty()) {
            ObjectId id = any(contents);
            slabs.drop(id);
            contents.remove(id);
          }
        }
        default -> {
          if (!open.isEmpty()) {
            int which = random.nextInt(open.size());
            assertThat(read(open.get(which))).isEqualTo(opened.get(which));
            slabs.close(open.remove(which));
            opened.remove(which);
          }
        }
      }
      if (i % 1000 == 0) {
        slabs.ended("source " + random.nextInt(3));
      }
    }
    assertThat(added).isGreaterThan(5000);
    reserved.forEach(next -> slabs.abandon(next.file));
    slabs.clear();
    for (int i = 0; i < open.size(); i++) {
      assertThat(read(open.get(i))).as("open while all is dropped").isEqualTo(opened.get(i));
      slabs.close(open.get(i));
    }
    assertThat(free()).isEqualTo(PIECES);
    assertThat(scratch).isEmptyDirectory();
  }

  /** Room for a file that is still to be written. */
  private record Reserved(Slabs.Held file, ObjectId id, byte[] content) {}

  /** Whether there was room for a file, which is then there. */
  private static boolean add(
      Slabs slabs, Object source, ObjectId id, byte[] content, int length, boolean further)
      throws IOException {
    Optional<Slabs.Held> file = slabs.reserve(source, id, length, further);
    if (file.isPresent()) {
      try {
        file.get().write(content);
      } catch (IOException e) {
        slabs.abandon(file.get());
        throw e;
      }
      slabs.add(file.get());
    }
    return file.isPresent();
  }

  @Test
  void whatMemoryHasNoRoomForIsInAFileForAsLongAsItIsNeeded() throws Exception {
    var contents = new LinkedHashMap<ObjectId, byte[]>();
    for (int i = 0; i < PIECES + FURTHER; i++) {
      byte[] content = content(PIECE);
      ObjectId id = id();
      contents.put(id, content);
      assertThat(add(slabs, this, id, content, PIECE, i >= PIECES)).isTrue();
    }
    assertThat(scratch.toFile().listFiles()).hasSize(1);
    assertThat(add(slabs, this, id(), content(PIECE), PIECE, true)).as("more").isFalse();
    for (var each : contents.entrySet()) {
      var file = slabs.open(each.getKey()).orElseThrow();
      assertThat(read(file)).isEqualTo(each.getValue());
      slabs.drop(each.getKey());
      slabs.close(file);
    }
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void whatIsLargeIsInAFileAtOnce() throws Exception {
    var large = new Slabs(memory, new Overflow(scratch, 4 << 20, PIECE));
    byte[] content = content((1 << 20) + 1);
    assertThat(add(large, this, id(), content, content.length, false)).isFalse();
    ObjectId id = id();
    assertThat(add(large, this, id, content, content.length, true)).isTrue();
    assertThat(free()).isEqualTo(PIECES);
    var file = large.open(id).orElseThrow();
    assertThat(read(file)).isEqualTo(content);
    large.close(file);
    large.clear();
  }

  @Test
  void whatHasNoPlaceInMemoryMakesNoRoomThere() throws Exception {
    byte[] content = content(100);
    ObjectId opened = id();
    assertThat(add(slabs, this, opened, content, content.length, false)).isTrue();
    slabs.close(slabs.open(opened).orElseThrow());
    byte[] large = content((1 << 20) + 1);
    assertThat(add(slabs, this, id(), large, large.length, false)).isFalse();
    assertThat(add(slabs, this, id(), large, large.length, true)).isFalse();
    assertThat(slabs.open(opened)).hasValueSatisfying(slabs::close);
  }

  @Test
  void whatCannotBeWrittenTakesNothing() throws Exception {
    Files.createDirectory(scratch.resolve("overflow"));
    for (int i = 0; i < PIECES; i++) {
      assertThat(add(slabs, this, id(), content(PIECE), PIECE, true)).isTrue();
    }
    byte[] content = content(3 * PIECE);
    assertThatThrownBy(() -> add(slabs, this, id(), content, content.length, true))
        .isInstanceOf(IOException.class);
    slabs.clear();
    assertThat(free()).isEqualTo(PIECES);
    // Its last piece was given back, and with it what had its name.
    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void whatNobodyHasReadForLongIsDropped() throws Exception {
    byte[] content = content(100);
    ObjectId unread = id();
    ObjectId open = id();
    add(slabs, "one", unread, content, content.length, false);
    add(slabs, "other", open, content, content.length, false);
    var file = slabs.open(open).orElseThrow();
    slabs.dropOlder(TimeUnit.MINUTES.toNanos(1));
    assertThat(slabs.open(unread)).hasValueSatisfying(slabs::close);
    Thread.sleep(2);
    slabs.dropOlder(1);
    assertThat(slabs.open(unread)).isEmpty();
    assertThat(read(file)).isEqualTo(content);
    slabs.close(file);
  }

  @Test
  void aPartOfAFileIsReadAcrossSlabs() throws Exception {
    byte[] content = content(5 * PIECE / 2);
    ObjectId id = id();
    assertThat(add(slabs, this, id(), content(100), 100, false)).isTrue();
    assertThat(add(slabs, this, id, content, content.length, false)).isTrue();
    var file = slabs.open(id).orElseThrow();
    byte[] part = new byte[PIECE + 7];
    for (int from : new int[] {0, 1, PIECE - 101, PIECE - 100, PIECE, content.length - 5}) {
      int count = file.read(from, MemorySegment.ofArray(part));
      assertThat(count).isEqualTo(Math.min(part.length, content.length - from));
      assertThat(Arrays.copyOf(part, count))
          .isEqualTo(Arrays.copyOfRange(content, from, from + count));
    }
    assertThat(file.read(content.length, MemorySegment.ofArray(part))).isZero();
    assertThat(file.read(content.length + 1L, MemorySegment.ofArray(part))).isZero();
    slabs.close(file);
  }

  @Test
  void whatNobodyHasReadStaysAndWhatWasOpenedMakesRoom() throws Exception {
    var ids = new ArrayList<ObjectId>();
    byte[] content = content(PIECE);
    ObjectId next = id();
    while (add(slabs, this, next, content, PIECE, false)) {
      ids.add(next);
      next = id();
    }
    assertThat(ids).hasSize(PIECES);
    slabs.close(slabs.open(ids.get(7)).orElseThrow());
    assertThat(add(slabs, this, next, content, PIECE, false)).isTrue();
    assertThat(slabs.open(ids.get(7))).isEmpty();
    assertThat(slabs.open(ids.get(6))).isPresent();
    assertThat(add(slabs, this, id(), content, PIECE, false)).as("for one that is open").isFalse();
  }

  @Test
  void aFileWithoutRoomForAllOfItTakesNone() throws Exception {
    byte[] content = content(PIECES * PIECE + 1);
    assertThat(add(slabs, this, id(), content, content.length, false)).isFalse();
    assertThat(free()).isEqualTo(PIECES);
  }

  @Test
  void aLaterSourceLeavesHalfOfTheMemoryToTheFirst() throws Exception {
    byte[] content = content(PIECE);
    assertThat(add(slabs, "first", id(), content, PIECE, false)).isTrue();
    int later = 0;
    while (add(slabs, "later", id(), content, PIECE, false)) {
      later++;
    }
    assertThat(later).isEqualTo(PIECES / 2 - 1);
    assertThat(add(slabs, "first", id(), content, PIECE, false)).isTrue();
    slabs.ended("first");
    assertThat(add(slabs, "later", id(), content, PIECE, false)).as("now the first").isTrue();
  }

  /** How many pieces can be had. */
  private int free() {
    var taken = new ArrayList<StoreMemory.Piece>();
    for (var piece = memory.takeAhead(0); piece.isPresent(); piece = memory.takeAhead(0)) {
      taken.add(piece.get());
    }
    taken.forEach(memory::giveBack);
    return taken.size();
  }

  private ObjectId any(HashMap<ObjectId, byte[]> contents) {
    return contents.keySet().stream().skip(random.nextInt(contents.size())).findFirst().get();
  }

  private static byte[] read(Slabs.Held file) throws IOException {
    byte[] content = new byte[file.length()];
    assertThat(file.read(0, MemorySegment.ofArray(content))).isEqualTo(content.length);
    return content;
  }

  private byte[] content(int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    return content;
  }

  private ObjectId id() {
    return ObjectId.fromString("%040x".formatted(++named));
  }
}
