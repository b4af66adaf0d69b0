package dev.gitfs.git.remote;

import dev.gitfs.git.remote.RemoteException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.ObjectId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A remote that speaks git's wire protocol over some transport. Decides what is asked, what is
 * asked again, and what a failure means to the caller.
 */
final class WireRemote implements Remote {

  private static final Logger log = LoggerFactory.getLogger(WireRemote.class);

  /** As long as no request takes by itself, and less than any proxy waits. */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String url;
  private final Transport transport;
  private final RetryPolicy retries;
  private final Traffic traffic;
  private final Reachability reachability;

  private final ReentrantLock greeting = new ReentrantLock();
  private volatile Optional<Protocol> greeted = Optional.empty();

  /** Version 0 lists its refs with the greeting: the first who asks for refs gets those. */
  private final AtomicReference<ProtocolV0> unreadRefs = new AtomicReference<>();

  private volatile boolean objectInfoRefused;
  private volatile long quietUntil = System.nanoTime();
  private volatile boolean closed;

  WireRemote(String url, Transport transport, RetryPolicy retries, Traffic traffic) {
    this.url = url;
    this.transport = transport;
    this.retries = retries;
    this.traffic = traffic;
    this.reachability = new Reachability(url, transport::greet);
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public String location() {
    return transport.moved().orElse(url);
  }

  @Override
  public Capabilities capabilities() throws RemoteException, InterruptedException {
    var promised = protocol().capabilities();
    return objectInfoRefused
        ? new Capabilities(
            promised.version(), promised.filter(), false, promised.anyObject(), promised.agent())
        : promised;
  }

  @Override
  public List<RemoteRef> listRefs(Collection<String> prefixes)
      throws RemoteException, InterruptedException {
    return switch (protocol()) {
      case ProtocolV2 v2 -> {
        var request = v2.listRefs(prefixes);
        yield ask(request, 1, answer -> v2.refs(answer, prefixes));
      }
      case ProtocolV0 v0 -> {
        var unread = unreadRefs.getAndSet(null);
        if (unread == null && greet() instanceof ProtocolV0 again) {
          unread = again;
        }
        yield (unread == null ? v0 : unread).refs(prefixes);
      }
    };
  }

  @Override
  public void fetch(FetchRequest wanted, PackReceiver receiver)
      throws RemoteException, InterruptedException {
    var protocol = protocol();
    if (wanted.filter().isPresent() && !protocol.capabilities().filter()) {
      throw new RemoteException(
          Kind.UNSUPPORTED, url + ": the server does not offer partial clone (no filter)");
    }
    ask(
        protocol.fetch(wanted),
        wanted.wants().size(),
        answer -> {
          receive(protocol.pack(answer, wanted), receiver);
          return null;
        });
  }

  @Override
  public long[] objectSizes(List<ObjectId> ids) throws RemoteException, InterruptedException {
    if (!capabilities().objectInfo() || !(protocol() instanceof ProtocolV2 v2)) {
      throw new RemoteException(Kind.UNSUPPORTED, url + ": the server does not offer object-info");
    }
    try {
      return ask(v2.objectSizes(ids), ids.size(), answer -> v2.sizes(answer, ids));
    } catch (RemoteException e) {
      if (e.kind() == Kind.UNSUPPORTED) {
        objectInfoRefused = true;
      }
      throw e;
    }
  }

  @Override
  public Optional<Outage> outage() {
    return reachability.outage();
  }

  @Override
  public RemoteStatistics statistics() {
    return traffic.statistics();
  }

  @Override
  public void close() {
    closed = true;
    reachability.close();
    transport.close();
  }

  @Override
  public String toString() {
    return url;
  }

  private Protocol protocol() throws RemoteException, InterruptedException {
    if (greeted.isEmpty()) {
      greeting.lockInterruptibly();
      try {
        if (greeted.isEmpty()) {
          var protocol = greet();
          if (protocol instanceof ProtocolV0 v0) {
            unreadRefs.set(v0);
          }
          sayWhatIsMissing(protocol.capabilities());
          greeted = Optional.of(protocol);
        }
      } finally {
        greeting.unlock();
      }
    }
    return greeted.orElseThrow();
  }

  private Protocol greet() throws RemoteException, InterruptedException {
    return repeat(1, () -> Protocol.of(transport.advertise()));
  }

  private void sayWhatIsMissing(Capabilities capabilities) {
    log.debug("{} offers {}", url, capabilities);
    if (!capabilities.partial()) {
      log.warn(
          "{}: the server does not offer partial clone ({}): whole commits are fetched, which may"
              + " take long",
          url,
          capabilities.version() == 2
              ? "uploadpack.allowFilter is off"
              : "it speaks protocol version " + capabilities.version() + " only");
    }
  }

  private interface AnswerReader<T> {
    T read(InputStream answer) throws IOException;
  }

  private <T> T ask(Request request, int objects, AnswerReader<T> reader)
      throws RemoteException, InterruptedException {
    return repeat(
        objects,
        () -> {
          long start = System.nanoTime();
          boolean begun = false;
          try (var exchange = transport.send(request)) {
            begun = true;
            T answer = reader.read(exchange.answer());
            exchange.finish();
            return answer;
          } catch (IOException e) {
            boolean tooLong = System.nanoTime() - start > LONG_NANOS;
            boolean brokeOff = begun && isSilence(e) && !(e instanceof MalformedAnswerException);
            throw brokeOff || tooLong && isFailureOf(e) ? tooMuch(e) : e;
          }
        });
  }

  /** Of the server, or of a proxy in between that would not wait for it. */
  private static boolean isFailureOf(IOException e) {
    return e instanceof TryFailedException failure
        ? failure.kind() == Kind.SERVER_FAILED && failure.retryAfter().isEmpty()
        : isSilence(e);
  }

  /** What may have become too long for a proxy in between, be it in bytes or in seconds. */
  private static IOException tooMuch(IOException e) {
    return e instanceof InterruptedIOException
        ? e
        : TryFailedException.passing(
            Kind.TOO_MUCH, Objects.requireNonNullElse(e.getMessage(), "the connection broke"), e);
  }

  /** Tells apart, when a receiver fails, whether the pack was at fault or the receiver. */
  private static void receive(InputStream sent, PackReceiver receiver) throws IOException {
    var pack = new WatchedStream(sent);
    try {
      receiver.receive(pack);
    } catch (IOException e) {
      if (pack.failure.isPresent()) {
        throw pack.failure.get();
      }
      if (e instanceof CorruptPackException) {
        throw TryFailedException.passing(
            Kind.SERVER_FAILED, "the server sent a damaged pack: " + e.getMessage(), e);
      }
      throw TryFailedException.lasting(
          Kind.LOCAL, "what was fetched could not be stored: " + e.getMessage(), e);
    }
    pack.transferTo(OutputStream.nullOutputStream());
  }

  private interface Try<T> {
    T run() throws IOException, InterruptedException;
  }

  /**
   * @param objects how many the request is for: one for fewer may be answered where it is not
   */
  private <T> T repeat(int objects, Try<T> request) throws RemoteException, InterruptedException {
    for (int failures = 1; ; failures++) {
      reachability.check();
      leaveAlone();
      try {
        return request.run();
      } catch (IOException e) {
        var failure = understand(e);
        failure.retryAfter().ifPresent(wait -> quietUntil = System.nanoTime() + wait.toNanos());
        int tried = failures;
        if (failure.kind() == Kind.TIMED_OUT) {
          transport.distrust();
          if (failure.isOutage()) {
            reachability.lost(failure.kind(), failure.getMessage());
          } else {
            reachability.suspect(failure.kind(), failure.getMessage());
          }
        }
        boolean divided = objects > 1 && failure.kind() == Kind.TOO_MUCH;
        if (divided || !worthAnotherTry(failure, failures)) {
          var kind = greeted.isEmpty() && isSilence(e) ? Kind.UNREACHABLE : failure.kind();
          switch (kind) {
            case UNREACHABLE -> reachability.lost(kind, failure.getMessage());
            case SERVER_FAILED, TOO_MUCH -> {
              // Who refuses, or asks to be left alone for a while, is there.
              if (failure.passing() && failure.retryAfter().isEmpty() && !divided) {
                reachability.suspect(Kind.SERVER_FAILED, failure.getMessage());
              }
              // In its own words it has failed at one of them, perhaps.
              boolean ofOne = objects > 1 && failure.getCause() instanceof ServerErrorException;
              kind = divided || ofOne ? Kind.TOO_MUCH : Kind.SERVER_FAILED;
            }
            default -> {}
          }
          throw new RemoteException(kind, message(failure, failures), failure);
        }
        var pause = failure.retryAfter().orElseGet(() -> retries.pause(tried));
        log.debug("{}: {}; trying again in {} ms", url, failure.getMessage(), pause.toMillis());
        Thread.sleep(pause);
        traffic.retry();
      }
    }
  }

  /** A server that limits rates is asked nothing, by nobody, until it wants to be asked. */
  private void leaveAlone() throws RemoteException, InterruptedException {
    var left = Duration.ofNanos(quietUntil - System.nanoTime());
    if (left.compareTo(retries.longestRetryAfter()) > 0) {
      throw new RemoteException(
          Kind.SERVER_FAILED,
          url + ": the server has asked to be left alone for " + Durations.text(left) + " more");
    }
    if (left.isPositive()) {
      Thread.sleep(left);
    }
  }

  private boolean worthAnotherTry(TryFailedException failure, int failures) {
    if (closed || !failure.passing() || failures >= retries.tries()) {
      return false;
    }
    if (failure
        .retryAfter()
        .filter(asked -> asked.compareTo(retries.longestRetryAfter()) > 0)
        .isPresent()) {
      return false;
    }
    // A server that was never reached is more likely misspelt than restarting.
    return failure.kind() != Kind.UNREACHABLE || greeted.isPresent();
  }

  /** Whether a connection broke, and nobody said a word. */
  private static boolean isSilence(IOException e) {
    return !(e instanceof TryFailedException) && !(e instanceof ServerErrorException);
  }

  private String message(TryFailedException failure, int failures) {
    if (closed) {
      return url + ": the connection was closed";
    }
    return url + ": " + failure.getMessage() + (failures > 1 ? " (" + failures + " tries)" : "");
  }

  /** What a failure means; throws if it means that somebody has lost interest. */
  private TryFailedException understand(IOException e) throws InterruptedException {
    // A receiver that writes to a channel clears no interrupt, and throws what it likes.
    if (Thread.interrupted() || e instanceof InterruptedIOException) {
      throw (InterruptedException) new InterruptedException().initCause(e);
    }
    return switch (e) {
      case TryFailedException failure -> failure;
      case ServerErrorException complaint -> ServerComplaint.inAnswer(complaint);
      default -> {
        String message = Objects.requireNonNullElse(e.getMessage(), "the connection broke");
        yield TryFailedException.passing(Kind.SERVER_FAILED, message, e);
      }
    };
  }

  /** Remembers that reading failed, whatever becomes of the exception. */
  private static final class WatchedStream extends FilterInputStream {

    private Optional<IOException> failure = Optional.empty();

    WatchedStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        failure = Optional.of(e);
        throw e;
      }
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      try {
        return super.read(into, offset, count);
      } catch (IOException e) {
        failure = Optional.of(e);
        throw e;
      }
    }

    /** A receiver may close what it has read; the exchange ends elsewhere. */
    @Override
    public void close() {}
  }
}
