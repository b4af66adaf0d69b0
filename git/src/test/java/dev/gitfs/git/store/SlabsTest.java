package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Random;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** Contents are kept as they came, and every piece of memory is given back, once. */
final class SlabsTest {

  /** Half of it is for what comes ahead, in 64 pieces of 8 KiB. */
  private final StoreMemory memory = new StoreMemory(1 << 20);

  private static final int PIECE = 8 << 10;
  private static final int PIECES = 64;

  private final Slabs slabs = new Slabs(memory);
  private final Random random = new Random(1);
  private int named;

  @Test
  void whatIsReadIsWhatWasAddedWhateverElseComesAndGoes() {
    var contents = new HashMap<ObjectId, byte[]>();
    var open = new ArrayList<Slabs.Held>();
    var opened = new ArrayList<byte[]>();
    int added = 0;
    for (int i = 0; i < 50_000; i++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          byte[] content = content(random.nextInt(random.nextInt(10) == 0 ? 3 * PIECE : 500));
          ObjectId id = id();
          if (slabs.add("source " + random.nextInt(3), id, content, content.length)) {
            contents.put(id, content);
            added++;
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
    slabs.clear();
    for (int i = 0; i < open.size(); i++) {
      assertThat(read(open.get(i))).as("open while all is dropped").isEqualTo(opened.get(i));
      slabs.close(open.get(i));
    }
    assertThat(free()).isEqualTo(PIECES);
  }

  @Test
  void aPartOfAFileIsReadAcrossSlabs() {
    byte[] content = content(5 * PIECE / 2);
    ObjectId id = id();
    assertThat(slabs.add(this, id(), content(100), 100)).isTrue();
    assertThat(slabs.add(this, id, content, content.length)).isTrue();
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
  void whatNobodyHasReadStaysAndWhatWasOpenedMakesRoom() {
    var ids = new ArrayList<ObjectId>();
    byte[] content = content(PIECE);
    ObjectId next = id();
    while (slabs.add(this, next, content, PIECE)) {
      ids.add(next);
      next = id();
    }
    assertThat(ids).hasSize(PIECES);
    slabs.close(slabs.open(ids.get(7)).orElseThrow());
    assertThat(slabs.add(this, next, content, PIECE)).isTrue();
    assertThat(slabs.open(ids.get(7))).isEmpty();
    assertThat(slabs.open(ids.get(6))).isPresent();
    assertThat(slabs.add(this, id(), content, PIECE)).as("for one that is open").isFalse();
  }

  @Test
  void aFileWithoutRoomForAllOfItTakesNone() {
    byte[] content = content(PIECES * PIECE + 1);
    assertThat(slabs.add(this, id(), content, content.length)).isFalse();
    assertThat(free()).isEqualTo(PIECES);
  }

  @Test
  void aLaterSourceLeavesHalfOfTheMemoryToTheFirst() {
    byte[] content = content(PIECE);
    assertThat(slabs.add("first", id(), content, PIECE)).isTrue();
    int later = 0;
    while (slabs.add("later", id(), content, PIECE)) {
      later++;
    }
    assertThat(later).isEqualTo(PIECES / 2 - 1);
    assertThat(slabs.add("first", id(), content, PIECE)).isTrue();
    slabs.ended("first");
    assertThat(slabs.add("later", id(), content, PIECE)).as("now the first").isTrue();
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

  private static byte[] read(Slabs.Held file) {
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
