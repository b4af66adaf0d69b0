package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OverflowTest {

  private static final int PIECE = 4096;

  @TempDir Path scratch;

  @Test
  void noTwoPiecesAreTheSameAndTheFileStaysWithinItsBound() throws Exception {
    var overflow = new Overflow(scratch, 4 * PIECE, PIECE);
    var taken = new ArrayList<Overflow.Piece>();
    for (var piece = overflow.take(); piece.isPresent(); piece = overflow.take()) {
      piece.get().write(0, content(taken.size()), 0, PIECE);
      taken.add(piece.get());
    }
    assertThat(taken).hasSize(4);
    overflow.giveBack(taken.remove(1));
    var again = overflow.take().orElseThrow();
    again.write(0, content(7), 0, PIECE);
    taken.add(1, again);
    assertThat(scratch.resolve("overflow")).hasSize(4L * PIECE);
    for (int i = 0; i < taken.size(); i++) {
      byte[] read = new byte[PIECE];
      taken.get(i).read(0, MemorySegment.ofArray(read));
      assertThat(read).isEqualTo(content(i == 1 ? 7 : i));
    }
  }

  @Test
  void whatNobodyNeedsIsNotOnDisk() throws Exception {
    var overflow = new Overflow(scratch, 4 * PIECE, PIECE);
    for (int round = 0; round < 2; round++) {
      var piece = overflow.take().orElseThrow();
      piece.write(10, content(1), 0, 100);
      assertThat(scratch.resolve("overflow")).isRegularFile();
      overflow.giveBack(piece);
      assertThat(scratch).isEmptyDirectory();
    }
  }

  @Test
  void aDiskIsNotFilled() throws Exception {
    long bytes = Files.getFileStore(scratch).getUsableSpace() / 2;
    assertThat(new Overflow(scratch, bytes, PIECE).take()).isPresent();
    assertThat(new Overflow(scratch, 4 * bytes, PIECE).take()).isEmpty();
  }

  private static byte[] content(int number) {
    byte[] content = new byte[PIECE];
    Arrays.fill(content, (byte) number);
    return content;
  }
}
