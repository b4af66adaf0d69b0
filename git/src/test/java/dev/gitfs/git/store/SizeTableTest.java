package dev.gitfs.git.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes are kept for everybody who opens the table, and none is ever wrong. */
final class SizeTableTest {

  private static final int MANY = 50_000;

  private static final ObjectInserter IDS = new ObjectInserter.Formatter();

  @TempDir Path directory;

  @Test
  void sizesAreThereForTheNextWhoOpensIt() throws Exception {
    SizeTable table = open();
    for (int i = 0; i < MANY; i++) {
      table.put(id(i), size(i));
    }
    for (SizeTable each : new SizeTable[] {table, open()}) {
      for (int i = 0; i < MANY; i++) {
        assertThat(each.get(id(i))).hasValue(size(i));
      }
      assertThat(each.get(id(MANY))).isEmpty();
    }
  }

  @Test
  void whoHasItOpenSeesWhatOthersAddEvenWhenItGrows() throws Exception {
    SizeTable one = open();
    SizeTable other = open();
    one.put(id(0), 0);
    assertThat(other.get(id(0))).hasValue(0);
    for (int i = 1; i < MANY; i++) {
      one.put(id(i), size(i));
    }
    assertThat(other.get(id(MANY - 1))).hasValue(size(MANY - 1));
    other.put(id(MANY), 5);
    assertThat(one.get(id(MANY))).hasValue(5);
  }

  @Test
  void aRecordHalfWrittenIsNoRecord() throws Exception {
    open().put(id(1), 12345);
    byte[] bytes = Files.readAllBytes(directory.resolve("sizes"));
    for (int at = 32; at < bytes.length; at += 32) {
      bytes[at + 20] ^= 1;
    }
    Files.write(directory.resolve("sizes"), bytes);
    SizeTable table = open();
    assertThat(table.get(id(1))).isEmpty();
    table.put(id(1), 12345);
    assertThat(table.get(id(1))).hasValue(12345);
  }

  @Test
  void whatIsNotedLastCounts() throws Exception {
    SizeTable table = open();
    table.put(id(1), 1);
    table.put(id(1), 2);
    assertThat(table.get(id(1))).hasValue(2);
    assertThat(open().get(id(1))).hasValue(2);
  }

  @Test
  void aFileOfAnotherShapeIsReplaced() throws Exception {
    Files.writeString(directory.resolve("sizes"), "not a table");
    SizeTable table = open();
    table.put(id(1), 1);
    assertThat(open().get(id(1))).hasValue(1);
  }

  @Test
  void aFileThatIsDamagedWhileItIsOpenLosesNothing() throws Exception {
    for (byte[] damaged :
        new byte[][] {{}, new byte[100], "x".repeat(200_000).getBytes(US_ASCII)}) {
      SizeTable table = open();
      for (int i = 0; i < 100; i++) {
        table.put(id(i), size(i));
      }
      Files.write(directory.resolve("sizes"), damaged);
      for (int i = 0; i < 100; i++) {
        assertThat(table.get(id(i))).hasValue(size(i));
      }
      assertThat(table.get(id(MANY))).isEmpty();
      table.put(id(200), size(200));
      table.put(id(201), size(201));
      assertThat(table.get(id(200))).hasValue(size(200));
      assertThat(table.get(id(7))).hasValue(size(7));
      table.close();
      assertThat(open().get(id(201)).orElse(size(201))).as("known, or not").isEqualTo(size(201));
    }
  }

  @Test
  void aTableThatCannotBeWrittenIsKeptInMemory() throws Exception {
    var table = new SizeTable(directory.resolve("none/sizes"), Path.of("/proc/none"));
    for (int i = 0; i < MANY; i++) {
      table.put(id(i), size(i));
    }
    assertThat(table.get(id(MANY - 1))).hasValue(size(MANY - 1));
  }

  private SizeTable open() throws Exception {
    return new SizeTable(directory.resolve("sizes"), directory);
  }

  private static long size(int i) {
    return i * 1_000_003L;
  }

  /** Ids are hashes, and the table relies on that. */
  private static ObjectId id(int i) {
    return IDS.idFor(Constants.OBJ_BLOB, Integer.toString(i).getBytes(US_ASCII));
  }
}
