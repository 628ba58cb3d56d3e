package dev.infraevents.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.infraevents.Backoff;
import dev.infraevents.ConnectionOptions;
import dev.infraevents.DeliveryOptions;
import dev.infraevents.Subscription;
import dev.infraevents.SubscriptionStats;
import dev.infraevents.testkit.pubsub.PubSubSubscription;
import java.time.Duration;

/** A source of its own, one subscription of it, and its handler. */
final class PullConsumer implements AutoCloseable {

  private final ErraticHandler handler;
  private final FoundriesPullSource source;
  private final Subscription subscription;

  PullConsumer(
      String emulator, PubSubSubscription queue, ErraticHandler handler, DeliveryOptions options) {
    this.handler = handler;
    this.source =
        FoundriesPullSource.builder()
            .subscription(queue.name())
            .emulator(emulator)
            .connection(
                ConnectionOptions.builder()
                    .backoff(new Backoff(Duration.ofMillis(1), Duration.ofMillis(20)))
                    .build())
            .build();
    this.subscription = source.subscribe(handler, options);
  }

  ErraticHandler handler() {
    return handler;
  }

  SubscriptionStats books() {
    return subscription.stats();
  }

  /** Takes nothing more, and finishes what it has within some time. */
  void close(Duration drain) {
    subscription.close(drain);
    source.close();
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(10));
  }

  void assertBooks() {
    SubscriptionStats books = books();
    assertThat(books.balances()).as("%s", books).isTrue();
    assertThat(books.inFlight()).as("%s", books).isZero();
    assertThat(books.undecodable() + books.filtered() + books.retried()).as("%s", books).isZero();
    // What was given up when it closed may have run, and may have failed.
    assertThat(handler.runs())
        .as("%s", books)
        .isBetween(books.delivered(), books.delivered() + books.dropped());
    assertThat(handler.failedRuns())
        .as("%s", books)
        .isBetween(books.failed(), books.failed() + books.dropped());
    assertThat(handler.answers().values().stream().mapToInt(Integer::intValue).sum())
        .as("answers %s", handler.answers())
        .isEqualTo(handler.asked());
  }

  @Override
  public String toString() {
    return subscription.status() + " " + books();
  }
}
