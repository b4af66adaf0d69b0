package dev.gitfs.git.store;

import dev.gitfs.git.remote.RemoteException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Learns the sizes of blobs, each once: from the server's {@code object-info} where there is such a
 * thing, else from another source of sizes if there is one, and keeps those for later; else from
 * the blobs themselves.
 *
 * <p>Blobs are fetched for their sizes in batches that end after {@link #BATCH_BYTES}, since among
 * them may be a film. What has come is kept as well as if it had been read. When a batch brought
 * next to nothing, the rest is large: then each is asked for by itself, and its size is in the
 * first bytes of the answer, after which a large one is cut off. So nobody downloads gigabytes to
 * list a directory.
 */
final class BlobSizes implements AutoCloseable {

  /** Two thirds of a second at 200 Mbit/s, and thousands of files of source code. */
  private static final long BATCH_BYTES = 16 << 20;

  /** A batch that brought fewer before it was cut off was full of large ones. */
  private static final int FEW = 64;

  /** Small enough not to matter: less is on its way before an answer can be cut off anyway. */
  private static final long SMALL = 256 << 10;

  /** Answers cut off cost a connection each; servers allow a few at a time. */
  private static final int PROBES = 4;

  private final Upstream upstream;
  private final SizeTable table;
  private final Predicate<ObjectId> isKnown;
  private final Optional<ElsewhereSizes> elsewhere;
  private final Lane lane = new Lane("sizes", this::ask);

  /**
   * @param isKnown tells whether a blob has come, or its size
   * @param elsewhere asked where the server does not tell sizes alone
   */
  BlobSizes(
      Upstream upstream,
      SizeTable table,
      Predicate<ObjectId> isKnown,
      Optional<ElsewhereSizes> elsewhere) {
    this.upstream = upstream;
    this.table = table;
    this.isKnown = isKnown;
    this.elsewhere = elsewhere;
  }

  /**
   * Whether sizes come without contents, as far as is known without asking: from the server, or
   * from elsewhere.
   */
  boolean alone() {
    return upstream.sizesAlone() || elsewhere.isPresent() && elsewhere.get().areAlone();
  }

  /** The size of a blob that was told, or that has come, in this process or another. */
  OptionalLong told(ObjectId id) {
    return table.get(id);
  }

  /** Learns the sizes of {@code ids}, of those that the server has. */
  void fetch(Collection<ObjectId> ids) throws IOException, InterruptedException {
    for (IOException failure : lane.fetchAll(ids).values()) {
      if (!isMissing(failure)) {
        throw failure;
      }
    }
  }

  /** Learns what it can of {@code unknown} from elsewhere than the server. */
  void learnElsewhere(List<ObjectId> unknown) throws IOException, InterruptedException {
    if (elsewhere.isPresent()) {
      elsewhere.get().learn(unknown);
    }
  }

  /** A blob has come, and its size with it, which counts for more than what was told. */
  void arrived(ObjectId id, long size) {
    table.put(id, size);
    lane.arrived(id);
  }

  @Override
  public void close() {
    lane.close();
    elsewhere.ifPresent(ElsewhereSizes::close);
    table.close();
  }

  private void ask(List<ObjectId> ids) throws IOException, InterruptedException {
    List<ObjectId> unknown = unknown(ids);
    if (unknown.isEmpty()) {
      return;
    }
    if (!upstream.tellsSizes()) {
      learnElsewhere(unknown);
      fetchContents(unknown(unknown));
      return;
    }
    long[] answer;
    try {
      answer = upstream.fetchSizes(unknown);
    } catch (RemoteException e) {
      // What a server fails to tell is in the blobs.
      switch (e.kind()) {
        case UNSUPPORTED, SERVER_FAILED, NO_SUCH_OBJECT -> {
          fetchContents(unknown);
          upstream.learnedContentsAfter(e);
          return;
        }
        default -> throw e;
      }
    }
    for (int i = 0; i < answer.length; i++) {
      if (answer[i] >= 0) {
        table.put(unknown.get(i), answer[i]);
      }
    }
  }

  private void fetchContents(List<ObjectId> ids) throws IOException, InterruptedException {
    List<ObjectId> unknown = ids;
    while (!unknown.isEmpty()) {
      PackIntake.Taken taken = upstream.fetchBlobs(unknown, bytes -> bytes >= BATCH_BYTES);
      if (!taken.cut()) {
        return;
      }
      unknown = unknown(unknown);
      if (taken.objects() < FEW) {
        probe(unknown);
        return;
      }
    }
  }

  private void probe(List<ObjectId> ids) throws IOException, InterruptedException {
    var probes = new ArrayList<Callable<Void>>();
    for (ObjectId id : ids) {
      probes.add(() -> {
        probe(id);
        return null;
      });
    }
    try (var threads = Executors.newFixedThreadPool(PROBES, Thread.ofVirtual().factory())) {
      for (Future<Void> done : threads.invokeAll(probes)) {
        done.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException("a size could not be learned", e.getCause());
    }
  }

  /** A pack of one object: its first header is that object's. */
  private void probe(ObjectId id) throws IOException, InterruptedException {
    var announced = new AtomicLong(-1);
    upstream.fetchBlobs(
        List.of(id),
        new Reception() {
          @Override
          public boolean isEnough(long bytes) {
            return announced.get() > SMALL;
          }

          @Override
          public void announced(long size, boolean isDelta) {
            if (!isDelta) {
              announced.set(size);
            }
          }
        });
    if (announced.get() > SMALL) {
      table.put(id, announced.get());
    }
  }

  private List<ObjectId> unknown(List<ObjectId> ids) {
    return ids.stream().filter(isKnown.negate()).toList();
  }

  private static boolean isMissing(IOException failure) {
    return failure instanceof RemoteException e && e.kind() == RemoteException.Kind.NO_SUCH_OBJECT;
  }
}
