package dev.gitfs.git.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;

/**
 * The pack files of one repository: how they come, and which there are. A pack is named after its
 * checksum, so that one name is one content whoever writes it, and consists of three files: {@code
 * .promisor}, without which stock git would miss what the pack refers to; {@code .pack}; and {@code
 * .idx}, which comes last and makes the others count.
 */
final class PackShelf {

  private static final int CHECKSUM_LENGTH = 20;

  private final Path directory;
  private final ObjectDirectory objects;

  PackShelf(Path directory, ObjectDirectory objects) {
    this.directory = directory;
    this.objects = objects;
  }

  /** Moves a complete pack, with its index beside it, onto the shelf. */
  void add(Path pack, PackKind kind) throws IOException {
    String name = "pack-" + checksum(pack);
    Path target = directory.resolve(name + ".pack");
    if (!Files.exists(directory.resolve(name + ".idx"))) {
      Files.writeString(directory.resolve(name + ".promisor"), kind + "\n");
      Files.move(pack, target, StandardCopyOption.ATOMIC_MOVE);
      Files.move(sibling(pack, ".idx"), sibling(target, ".idx"), StandardCopyOption.ATOMIC_MOVE);
    }
    objects.openPack(target.toFile());
  }

  private static Path sibling(Path pack, String extension) {
    String name = pack.getFileName().toString();
    return pack.resolveSibling(name.substring(0, name.lastIndexOf('.')) + extension);
  }

  private static String checksum(Path pack) throws IOException {
    try (var file = new RandomAccessFile(pack.toFile(), "r")) {
      byte[] trailer = new byte[CHECKSUM_LENGTH];
      file.seek(file.length() - CHECKSUM_LENGTH);
      file.readFully(trailer);
      return HexFormat.of().formatHex(trailer);
    }
  }
}
