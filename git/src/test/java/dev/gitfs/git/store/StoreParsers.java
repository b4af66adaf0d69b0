package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import dev.gitfs.testkit.Fuzzing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import org.eclipse.jgit.internal.storage.dfs.DfsRepositoryDescription;
import org.eclipse.jgit.internal.storage.dfs.InMemoryRepository;
import org.eclipse.jgit.internal.storage.pack.BinaryDelta;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** What reads objects and packs. */
enum StoreParsers implements Fuzzing.Parser {

  /** Each entry that is shown is found by its name. */
  TREE {
    @Override
    public void read(byte[] bytes) throws IOException {
      var tree = ParsedTree.parse(ObjectId.zeroId(), bytes);
      for (int index = 0; index < tree.size(); index++) {
        byte[] name = tree.name(index);
        if (tree.find(name, name.length) != index || tree.id(index) == null) {
          throw new AssertionError("entry " + index + " is not found");
        }
        tree.mode(index);
      }
    }
  },

  COMMIT {
    @Override
    public void read(byte[] bytes) throws IOException {
      Commit.parse(ObjectId.zeroId(), bytes);
    }
  },

  TAG {
    @Override
    public void read(byte[] bytes) throws IOException {
      Commit.tagged(ObjectId.zeroId(), bytes);
    }
  },

  /** Held or streamed, and by JGit, it makes the same. */
  DELTA {
    @Override
    public void read(byte[] bytes) throws IOException {
      byte[] delta = bytes;
      int size = delta.length == 0 ? 0 : delta[0] & 0x7f;
      var base = new byte[size];
      for (int i = 0; i < size; i++) {
        base[i] = (byte) i;
      }
      if (Delta.resultSize(delta, size) > MOST_RESULT) {
        return;
      }
      byte[] made = Delta.apply(base, delta);
      var streamed = new ByteArrayOutputStream();
      Delta.apply(MemorySegment.ofArray(base), new ByteArrayInputStream(delta), streamed);
      if (!Arrays.equals(made, streamed.toByteArray())
          || !Arrays.equals(made, BinaryDelta.apply(base, delta))) {
        throw new AssertionError("it makes another thing");
      }
    }
  },

  /** As it comes, but for the checksum. */
  PACK {
    @Override
    public void read(byte[] bytes) throws IOException {
      readPack(checked(bytes));
    }
  },

  /** A pack of deflated objects that say what they are not. */
  OBJECTS {
    @Override
    public void read(byte[] bytes) throws IOException {
      readPack(checked(packed(ByteBuffer.wrap(bytes))));
    }
  },

  THIN {
    @Override
    public void read(byte[] bytes) throws IOException {
      readThin(checked(bytes));
    }
  },

  /** Of such objects, some of which are deltas of blobs that are here. */
  THIN_OBJECTS {
    @Override
    public void read(byte[] bytes) throws IOException {
      readThin(checked(packed(ByteBuffer.wrap(bytes))));
    }
  };

  private static final int MOST_RESULT = 1 << 20;

  private static final InMemoryRepository HERE =
      new InMemoryRepository(new DfsRepositoryDescription("here"));

  /** Blobs that are here: each of so many zeros. */
  private static final List<ObjectId> ZEROS = zeros();

  private static List<ObjectId> zeros() {
    try (var inserter = HERE.newObjectInserter()) {
      var ids = new ArrayList<ObjectId>();
      for (int length = 0; length < 256; length++) {
        ids.add(inserter.insert(Constants.OBJ_BLOB, new byte[length]));
      }
      inserter.flush();
      return ids;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readThin(byte[] pack) throws IOException {
    try (var reader = HERE.newObjectReader()) {
      readPack(ThinPack.completed(new ByteArrayInputStream(pack), reader).readAllBytes());
    }
  }

  /** Bytes with their checksum behind them. */
  private static byte[] checked(byte[] bytes) {
    var checked = Arrays.copyOf(bytes, bytes.length + Sha1.BYTES);
    System.arraycopy(Sha1.digest().digest(bytes), 0, checked, bytes.length, Sha1.BYTES);
    return checked;
  }

  /** Of each object: its type, how far its size is wrong, where its base is, its length, itself. */
  private static byte[] packed(ByteBuffer from) {
    var body = new ByteArrayOutputStream();
    int count = 0;
    while (from.remaining() >= 4) {
      int type = from.get() & 7;
      int wrong = from.get();
      int distance = from.get() & 0xff;
      var content = new byte[Math.min(from.get() & 0xff, from.remaining())];
      from.get(content);
      writeSize(body, type, Math.max(0, content.length + wrong));
      if (type == 6) {
        body.write(distance & 0x7f);
      } else if (type == 7) {
        var id = new byte[Sha1.BYTES];
        ZEROS.get(distance).copyRawTo(id, 0);
        body.writeBytes(id);
      }
      var deflater = new Deflater(Deflater.NO_COMPRESSION);
      deflater.setInput(content);
      deflater.finish();
      var buffer = new byte[content.length + 64];
      body.write(buffer, 0, deflater.deflate(buffer));
      deflater.end();
      count++;
    }
    var pack = ByteBuffer.allocate(12 + body.size());
    pack.put(new byte[] {'P', 'A', 'C', 'K'}).putInt(2).putInt(count).put(body.toByteArray());
    return pack.array();
  }

  private static void writeSize(ByteArrayOutputStream out, int type, int size) {
    int next = type << 4 | size & 15;
    for (int left = size >>> 4; left != 0; left >>>= 7) {
      out.write(next | 0x80);
      next = left & 0x7f;
    }
    out.write(next);
  }

  /** What was read is what its id says, and can be read again. */
  private static void readPack(byte[] pack) throws IOException {
    Path directory = Files.createTempDirectory("fuzz");
    try (var staged = new StagedPack(Files.createFile(directory.resolve("a.pack")))) {
      var entries = new ArrayList<PackEntry>();
      var in = new ByteArrayInputStream(pack);
      try (var stream =
          new PackStream(in, staged, _ -> false, new Entries(entries), LibDeflate.open())) {
        stream.read();
      } catch (CorruptPackException e) {
        // Those before are good nevertheless.
      }
      var bases = new DeltaBases(1 << 20);
      for (var entry : entries) {
        byte[] content = StagedPack.contents(entry, bases);
        if (!new ObjectInserter.Formatter().idFor(entry.type(), content).equals(entry)) {
          throw new AssertionError(entry.name() + " is something else");
        }
      }
    } finally {
      FileTrees.delete(directory);
    }
  }

  private record Entries(List<PackEntry> entries) implements PackStream.Listener {

    @Override
    public void announced(long size, boolean isDelta) {}

    @Override
    public void arrived(PackEntry entry, byte[] content) {
      entries.add(entry);
    }

    @Override
    public void arrivedLarge(PackEntry entry, Optional<Path> content) {}
  }
}
