package dev.gitfs.git.remote;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Receives the body of a response as an {@link Inflow}: java.net.http's own stream waits for ever.
 */
final class HttpBody implements HttpResponse.BodySubscriber<InputStream>, Inflow.Source {

  /** Deliveries, of some 16 KiB each, that may wait for the reader. */
  private static final int AHEAD = 32;

  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final Inflow inflow;

  /** Buffers that came in one delivery with another, and stand for no delivery of their own. */
  private final AtomicInteger surplus = new AtomicInteger();

  HttpBody(Duration idle, Traffic traffic) {
    inflow = new Inflow(idle, traffic, this);
  }

  @Override
  public CompletionStage<InputStream> getBody() {
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
    inflow.fail(cause);
  }

  @Override
  public void onComplete() {
    inflow.end();
  }

  @Override
  public void more() {
    if (surplus.getAndUpdate(count -> Math.max(0, count - 1)) == 0) {
      subscription.thenAccept(given -> given.request(1));
    }
  }

  @Override
  public void cancel() {
    subscription.thenAccept(Flow.Subscription::cancel);
  }
}
