package dev.gitfs.git.remote;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Receives the body of a response as an {@link Inflow}: java.net.http's own stream waits for ever.
 */
final class HttpBody implements HttpResponse.BodySubscriber<Inflow>, Inflow.Source {

  /** Deliveries, of some 64 KiB each, that may wait for the reader. */
  private static final int AHEAD = 8;

  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final Inflow inflow;
  private final Set<Inflow> alive;

  /** Buffers that came in one delivery with another, and stand for no delivery of their own. */
  private final AtomicInteger surplus = new AtomicInteger();

  /**
   * @param alive holds this until it has ended
   */
  HttpBody(Duration idle, Traffic traffic, Set<Inflow> alive) {
    inflow = new Inflow(idle, traffic, this);
    this.alive = alive;
    alive.add(inflow);
  }

  @Override
  public CompletionStage<Inflow> getBody() {
    return CompletableFuture.completedStage(inflow);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
    given.request(AHEAD);
  }

  @Override
  public void onNext(List<ByteBuffer> delivery) {
    surplus.addAndGet(delivery.size() - 1);
    delivery.forEach(inflow::arrive);
  }

  @Override
  public void onError(Throwable cause) {
    alive.remove(inflow);
    inflow.fail(cause);
  }

  @Override
  public void onComplete() {
    alive.remove(inflow);
    inflow.end();
  }

  @Override
  public void more() {
    if (surplus.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
      subscription.thenAccept(given -> given.request(1));
    }
  }

  /** Costs the client as much as a tenth of a short answer: not for one that has ended. */
  @Override
  public void cancel() {
    if (alive.remove(inflow)) {
      subscription.thenAccept(Flow.Subscription::cancel);
    }
  }
}
