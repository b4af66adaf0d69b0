package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Takes packs from the network into the repository. Each is parsed, verified and indexed among the
 * session's temporary files, where nobody sees it and a crash leaves it to be cleaned up; only a
 * pack that is whole and holds every wanted object is moved to the others.
 */
final class PackIntake {

  private final Path scratch;
  private final LocalObjects local;
  private final GitIndexPack git;
  private final LongConsumer arrivals;

  /** Wants that were answered with an object beyond what JGit takes, 2 GiB. */
  private final Set<ObjectId> beyondJGit = ConcurrentHashMap.newKeySet();

  /** {@code scratch} is on the repository's file system; {@code arrivals} hears packs' sizes. */
  PackIntake(Path scratch, LocalObjects local, GitIndexPack git, LongConsumer arrivals) {
    this.git = git;
    this.scratch = scratch;
    this.local = local;
    this.arrivals = arrivals;
  }

  /**
   * Reads a pack to its end and shelves it.
   *
   * @return how many objects it held
   * @throws CorruptPackException if it is damaged or lacks one of {@code wants}
   */
  long take(InputStream stream, Collection<ObjectId> wants, PackKind kind) throws IOException {
    var source = new Source(stream);
    Path pack = null;
    Path index = null;
    try {
      pack = Files.createTempFile(scratch, "incoming-", ".pack");
      index = pack.resolveSibling(PackShelf.withoutExtension(pack) + ".idx");
      Set<ObjectId> received = receive(source, wants, pack, index);
      for (ObjectId want : wants) {
        if (!received.contains(want)) {
          throw new CorruptPackException(
              "the pack received lacks " + want.name() + ", which was asked for", null);
        }
      }
      long bytes = Files.size(pack) + Files.size(index);
      local.add(pack, kind);
      arrivals.accept(bytes);
      return received.size();
    } catch (CorruptPackException e) {
      throw e;
    } catch (IOException e) {
      throw source.failure == null ? DiskFull.explain(e, scratch) : source.failure;
    } finally {
      if (pack != null) {
        Files.deleteIfExists(pack);
        Files.deleteIfExists(index);
      }
    }
  }

  /** Tells the three that can fail apart: the stream, the disk, and the pack itself. */
  private Set<ObjectId> receive(Source source, Collection<ObjectId> wants, Path pack, Path index)
      throws IOException {
    if (wants.stream().anyMatch(beyondJGit::contains)) {
      Files.delete(pack);
      return git.receive(source, pack, index);
    }
    try (var incoming = new IncomingPack(local.database(), source, pack, index)) {
      try {
        return incoming.receive();
      } catch (TooLargeObjectInPackException e) {
        // Known by the object's header, before its bytes have come: asking again costs little.
        beyondJGit.addAll(wants);
        throw new CorruptPackException(
            "not damaged, but an object in it is too large for JGit; git is to take the next", e);
      } catch (IOException | RuntimeException e) {
        if (source.failure != null || incoming.diskFailed()) {
          throw e;
        }
        throw new CorruptPackException("the pack received is damaged: " + e.getMessage(), e);
      }
    }
  }

  /** The stream from the network, which remembers its failure. */
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
  }
}
