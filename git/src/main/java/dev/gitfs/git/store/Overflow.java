package dev.gitfs.git.store;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Room in a file for what memory has none for. What is written there is mostly read within seconds,
 * from the kernel's page cache, which has whatever memory nobody else needs; that takes a tenth of
 * the time of inflating a file again. Once nothing in it is needed the file is gone, so little of
 * it ever reaches the disk. For any number of threads.
 */
final class Overflow {

  private final Path directory;
  private final ScratchFile file;
  private final long bytes;
  private final int pieceBytes;

  // Guarded by this.
  private final Deque<Piece> spares = new ArrayDeque<>();

  /** Pieces made, and pieces taken. */
  private int made;

  private int taken;

  /**
   * @param bytes how large the file may become, as long as it leaves as much on the disk
   */
  Overflow(Path directory, long bytes, int pieceBytes) {
    this.directory = directory;
    this.file =
        new ScratchFile(
            directory.resolve("overflow"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    this.bytes = bytes;
    this.pieceBytes = pieceBytes;
  }

  /** Takes a piece, with anything in it; empty if there is none left. To be given back. */
  synchronized Optional<Piece> take() {
    Piece piece = spares.poll();
    if (piece == null && mayGrow()) {
      piece = new Piece((long) made * pieceBytes);
      made++;
    }
    taken += piece == null ? 0 : 1;
    return Optional.ofNullable(piece);
  }

  /** Gives back a piece that nobody reads or writes any more. */
  synchronized void giveBack(Piece piece) {
    spares.push(piece);
    taken--;
    if (taken == 0) {
      spares.clear();
      made = 0;
      file.delete();
    }
  }

  private boolean mayGrow() {
    return (made + 1L) * pieceBytes <= bytes && directory.toFile().getUsableSpace() >= bytes;
  }

  /** A part of the file. */
  final class Piece implements Place {

    private final long start;

    private Piece(long start) {
      this.start = start;
    }

    @Override
    public int size() {
      return pieceBytes;
    }

    @Override
    public void write(int at, byte[] content, int from, int count) throws IOException {
      file.write(start + at, ByteBuffer.wrap(content, from, count));
    }

    @Override
    public void read(int at, MemorySegment target) throws IOException {
      file.read(start + at, target.asByteBuffer());
    }
  }
}
