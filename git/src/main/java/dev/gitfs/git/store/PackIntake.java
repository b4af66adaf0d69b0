package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.LongConsumer;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.errors.TooLargePackException;
import org.eclipse.jgit.internal.storage.file.ObjectDirectory;
import org.eclipse.jgit.internal.storage.file.ObjectDirectoryPackParser;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.util.FS;

/**
 * Takes packs from the network into the repository. Each is parsed, verified and indexed in a
 * directory of its own below the session's, where nobody sees it and a crash leaves it to be
 * cleaned up; only a pack that is whole and holds every wanted object is moved to the others, its
 * {@code .promisor} mark first and its index last, which is what makes it visible.
 */
final class PackIntake {

  private final Path scratch;
  private final LocalObjects local;
  private final LongConsumer arrivals;

  /** {@code scratch} is on the repository's file system; {@code arrivals} hears packs' sizes. */
  PackIntake(Path scratch, LocalObjects local, LongConsumer arrivals) {
    this.arrivals = arrivals;
    this.scratch = scratch;
    this.local = local;
  }

  /**
   * Reads a pack to its end and shelves it.
   *
   * @return how many objects it held
   * @throws CorruptPackException if it is damaged or lacks one of {@code wants}
   */
  long take(InputStream pack, Collection<ObjectId> wants, PackKind kind) throws IOException {
    Path staging = Files.createTempDirectory(scratch, "incoming-");
    var source = new Source(pack);
    try {
      return parse(source, staging, wants, kind);
    } catch (CorruptPackException e) {
      throw e;
    } catch (CorruptObjectException
        | MissingObjectException
        | EOFException
        | LargeObjectException
        | TooLargePackException e) {
      source.rethrowFailure();
      throw new CorruptPackException("the pack received is damaged: " + e.getMessage(), e);
    } catch (IOException e) {
      source.rethrowFailure();
      throw DiskFull.explain(e, scratch);
    } finally {
      FileTrees.delete(staging);
    }
  }

  private long parse(Source source, Path staging, Collection<ObjectId> wants, PackKind kind)
      throws IOException {
    var objects =
        new ObjectDirectory(
            new Config(), staging.resolve("objects").toFile(), null, FS.DETECTED, null);
    try (ObjectInserter inserter = objects.newInserter()) {
      objects.create();
      var parser = (ObjectDirectoryPackParser) inserter.newPackParser(source);
      parser.setAllowThin(false);
      parser.setObjectChecking(false);
      parser.parse(NullProgressMonitor.INSTANCE);
      Pack received = parser.getPack();
      for (ObjectId want : wants) {
        if (received == null || !received.hasObject(want)) {
          throw new CorruptPackException(
              "the pack received lacks " + want.name() + ", which was asked for", null);
        }
      }
      local.add(received.getPackFile().toPath(), kind);
      arrivals.accept(parser.getPackSize());
      return parser.getObjectCount();
    } finally {
      objects.close();
    }
  }

  /** The stream from the network, which tells its failures from those of the disk. */
  private static final class Source extends FilterInputStream {

    private IOException failure;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return super.read(target, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    void rethrowFailure() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }
}
