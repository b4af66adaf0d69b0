package dev.gitfs.git.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large blobs in files. */
final class SpoolTest {

  private static final ObjectId ID = ObjectId.fromString("1".repeat(40));
  private static final ObjectId OTHER = ObjectId.fromString("2".repeat(40));

  /** Of files that nobody has open: two of ten bytes, not three. */
  private static final long IDLE_BYTES = 20;

  @TempDir Path scratch;
  private Spool spool;

  @BeforeEach
  void open() throws IOException {
    spool = new Spool(scratch, IDLE_BYTES);
  }

  @AfterEach
  void close() throws IOException {
    spool.close();
    try (var left = Files.list(scratch.resolve("spool"))) {
      assertThat(left).isEmpty();
    }
  }

  private Path content(String text) throws IOException {
    return Files.writeString(Files.createTempFile(scratch, "content-", null), text);
  }

  private String read(ObjectId id) throws IOException {
    try (var blob = spool.open(id).orElseThrow()) {
      return new String(Cache.read(blob), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aLinkOutlivesTheFileItWasMadeOf() throws Exception {
    var content = content("0123456789");
    spool.link(ID, content, 10);
    Files.delete(content);
    assertThat(read(ID)).isEqualTo("0123456789");
  }

  @Test
  void whatCannotBeLinkedIsNotKept() throws Exception {
    // Of another file system, and of none.
    spool.link(ID, Path.of("/proc/self/status"), 10);
    spool.link(OTHER, scratch.resolve("absent"), 10);
    assertThat(spool.open(ID)).isEmpty();
    assertThat(spool.open(OTHER)).isEmpty();
    var bytes = "0123456789".getBytes(StandardCharsets.UTF_8);
    spool.add(ID, new ByteArrayInputStream(bytes), bytes.length).close();
    assertThat(read(ID)).isEqualTo("0123456789");
  }

  @Test
  void aSecondLinkToTheSameBlobLeavesNoFile() throws Exception {
    spool.link(ID, content("0123456789"), 10);
    spool.link(ID, content("0123456789"), 10);
    try (var files = Files.list(scratch.resolve("spool"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void linksThatNobodyHasOpenMakeRoom() throws Exception {
    spool.link(ID, content("0123456789"), 10);
    try (var held = spool.open(ID).orElseThrow()) {
      for (int i = 3; i < 6; i++) {
        spool.link(ObjectId.fromString(Integer.toString(i).repeat(40)), content("abcdefghij"), 10);
      }
      assertThat(spool.open(ObjectId.fromString("3".repeat(40)))).isEmpty();
      assertThat(held.size()).isEqualTo(10);
      assertThat(read(ID)).isEqualTo("0123456789");
    }
  }
}
