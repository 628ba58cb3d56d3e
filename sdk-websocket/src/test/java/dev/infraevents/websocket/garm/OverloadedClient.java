package dev.infraevents.websocket.garm;

import dev.infraevents.Delivery;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Event;
import dev.infraevents.EventHandler;
import dev.infraevents.OverflowPolicy;
import dev.infraevents.SourceSignal;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.garm.GarmPayload;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A subscription whose handler does not finish its first event before the server has sent all of
 * them, in a process of its own with a small heap.
 */
final class OverloadedClient {

  private OverloadedClient() {}

  public static void main(String... args) throws InterruptedException {
    int events = Integer.parseInt(args[3]);
    var options =
        DeliveryOptions.builder()
            .overflow(OverflowPolicy.dropOldest())
            .drainTimeout(Duration.ofSeconds(60))
            .build();
    var allReceived = new CountDownLatch(1);
    var last = new CountDownLatch(1);
    var gaps = new AtomicLong();
    var lagging = new AtomicLong();
    var handler =
        new EventHandler<GarmPayload>() {
          @Override
          public void handle(Event<GarmPayload> event, Delivery delivery)
              throws InterruptedException {
            allReceived.await();
            if ("last".equals(event.subject())) {
              last.countDown();
            }
          }

          @Override
          public void onSignal(SourceSignal signal) {
            if (signal instanceof SourceSignal.GapPossible gap) {
              gaps.addAndGet(gap.dropped());
            } else if (signal instanceof SourceSignal.Lagging) {
              lagging.incrementAndGet();
            }
          }
        };
    try (var source =
            GarmEventSource.builder()
                .url(args[0])
                .credentials(GarmCredentials.password(args[1], args[2]))
                .build();
        Subscription subscription = source.subscribe(handler, options)) {
      while (subscription.stats().received() < events) {
        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
      }
      allReceived.countDown();
      last.await();
      subscription.close();
      SubscriptionStats books = subscription.stats();
      System.gc();
      long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      System.out.printf(
          "received=%d delivered=%d dropped=%d signalled=%d lagging=%d balances=%b epoch=%d"
              + " usedMiB=%d maxMiB=%d%n",
          books.received(),
          books.delivered(),
          books.dropped(),
          gaps.get(),
          lagging.get(),
          books.balances(),
          subscription.status().epoch(),
          used >> 20,
          Runtime.getRuntime().maxMemory() >> 20);
    }
  }
}
