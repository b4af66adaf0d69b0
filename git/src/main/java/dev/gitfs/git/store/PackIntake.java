package dev.gitfs.git.store;

import dev.gitfs.git.remote.CorruptPackException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;

/**
 * Takes packs from the network into the repository. Each is read, verified and indexed among the
 * session's temporary files, where nobody but this process sees it and a crash leaves it to be
 * cleaned up. Its objects are handed on as they come; the pack itself is moved to the others when
 * it is whole and holds every wanted object, or when the network or the taker ended it, as far as
 * it has come.
 */
final class PackIntake {

  /** Hears of each object that has come, on the thread that receives it. */
  interface Delivery {

    /**
     * @param content starts with the object's content, for as long as the call takes
     * @param reception what the pack is for
     */
    void arrived(PackEntry entry, byte[] content, Reception reception);

    /** The same for one that is too large for that; {@code content} is a file for so long. */
    void arrivedLarge(PackEntry entry, Path content) throws IOException;

    /** Blobs will come for {@code reception}, which nobody has asked for yet. */
    void began(Reception reception);

    /** Nothing more comes for {@code reception}. */
    void ended(Reception reception);
  }

  /**
   * What an answer came to.
   *
   * @param cut whether its taker had enough before its end
   */
  record Taken(long objects, long bytes, boolean cut) {

    static final Taken NOTHING = new Taken(0, 0, false);

    Taken and(Taken next) {
      return new Taken(objects + next.objects, bytes + next.bytes, next.cut);
    }
  }

  private final Path scratch;
  private final long largeBlob;
  private final LocalObjects local;
  private final Arrivals arrivals;
  private final Delivery delivery;
  private final LongConsumer shelved;

  /** Guarded by this. */
  private int underWay;

  /**
   * @param scratch a directory on the repository's file system
   * @param largeBlob blobs above this size are found when their pack is on the shelf, not before
   * @param shelved hears the packs' sizes
   */
  PackIntake(
      Path scratch,
      long largeBlob,
      LocalObjects local,
      Arrivals arrivals,
      Delivery delivery,
      LongConsumer shelved) {
    this.scratch = scratch;
    this.largeBlob = largeBlob;
    this.local = local;
    this.arrivals = arrivals;
    this.delivery = delivery;
    this.shelved = shelved;
  }

  /**
   * Reads a pack as far as {@code reception} wants it and shelves what has come.
   *
   * @throws CorruptPackException if it is damaged, or is whole and lacks one of {@code wants}; all
   *     of it is dropped then
   * @throws IOException if the stream breaks or the disk fails
   */
  Taken take(InputStream stream, Collection<ObjectId> wants, PackKind kind, Reception reception)
      throws IOException {
    underWay(1);
    try {
      if (kind == PackKind.BLOBS && reception.isAhead()) {
        delivery.began(reception);
      }
      return receive(stream, wants, kind, reception);
    } finally {
      delivery.ended(reception);
      underWay(-1);
    }
  }

  /** Waits until all packs under way are on the shelf, or dropped; for so long at most. */
  synchronized void awaitIdle(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    for (long left; underWay > 0 && (left = deadline - System.nanoTime()) > 0; ) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private synchronized void underWay(int more) {
    underWay += more;
    notifyAll();
  }

  private Taken receive(
      InputStream stream, Collection<ObjectId> wants, PackKind kind, Reception reception)
      throws IOException {
    var received = new Received(reception);
    Path pack = null;
    try {
      pack = FileTrees.createTempFile(scratch, "incoming-", ".pack");
      try (var staged = new StagedPack(pack)) {
        PackStream.Outcome outcome = read(stream, staged, wants, received);
        // It may be an interrupt that ended the stream: the rest is short, and not to be torn.
        boolean interrupted = Thread.interrupted();
        try {
          shelve(pack, outcome, kind);
        } finally {
          if (interrupted) {
            Thread.currentThread().interrupt();
          }
        }
        arrivals.remove(received.entries);
        if (outcome.failure().isPresent()) {
          throw new BrokenOff(outcome.failure().get());
        }
        return new Taken(outcome.entries().size(), outcome.bytes(), !outcome.complete());
      }
    } catch (CorruptPackException e) {
      throw new CorruptPackException("the pack received is damaged: " + e.getMessage(), e);
    } catch (BrokenOff e) {
      throw e.failure;
    } catch (IOException e) {
      throw DiskFull.explain(e, scratch);
    } finally {
      arrivals.remove(received.entries);
      if (pack != null) {
        Files.deleteIfExists(pack);
        Files.deleteIfExists(PackStream.index(pack));
      }
    }
  }

  private static PackStream.Outcome read(
      InputStream stream, StagedPack staged, Collection<ObjectId> wants, Received received)
      throws IOException {
    try (var reader = new PackStream(stream, staged, received.reception::isEnough, received)) {
      PackStream.Outcome outcome = reader.read();
      if (outcome.complete()) {
        requireAll(wants, reader);
      }
      return outcome;
    }
  }

  private static void requireAll(Collection<ObjectId> wants, PackStream reader)
      throws CorruptPackException {
    for (ObjectId want : wants) {
      if (!reader.holds(want)) {
        String what = "it lacks " + want.name() + ", which was asked for";
        throw new CorruptPackException(what, new LacksWantedException(what));
      }
    }
  }

  private void shelve(Path pack, PackStream.Outcome outcome, PackKind kind) throws IOException {
    if (!outcome.entries().isEmpty()) {
      long bytes = Files.size(pack) + Files.size(PackStream.index(pack));
      Path added = local.add(pack, kind);
      if (kind != PackKind.BLOBS) {
        // Its trees may be shown already.
        local.hold(added);
      }
      shelved.accept(bytes);
    }
  }

  private final class Received implements PackStream.Listener {

    private final Reception reception;
    private final List<PackEntry> entries = new ArrayList<>();

    Received(Reception reception) {
      this.reception = reception;
    }

    @Override
    public void announced(long size, boolean isDelta) {
      reception.announced(size, isDelta);
    }

    @Override
    public void arrived(PackEntry entry, byte[] content) {
      reception.arrived(entry);
      if (entry.type() != Constants.OBJ_BLOB || entry.size() <= largeBlob) {
        entries.add(entry);
        arrivals.add(entry);
        delivery.arrived(entry, content, reception);
      }
    }

    @Override
    public void arrivedLarge(PackEntry entry, Optional<Path> content) throws IOException {
      reception.arrived(entry);
      if (content.isPresent()) {
        delivery.arrivedLarge(entry, content.get());
      }
    }
  }

  /** The pack is whole, and not what was asked for: no accident on the way. */
  static final class LacksWantedException extends IOException {

    private static final long serialVersionUID = 1;

    private LacksWantedException(String message) {
      super(message);
    }
  }

  /** The network's failure, told apart from those of the disk. */
  private static final class BrokenOff extends IOException {

    private static final long serialVersionUID = 1;

    private final IOException failure;

    BrokenOff(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }
}
