package dev.infraevents;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One delivery of one event. Most handlers ignore it: returning acknowledges, throwing does not.
 *
 * <p>A delivery is settled exactly once, by the first of {@link #ack}, {@link #nack}, {@link
 * #reject}, the return or the failure of the handler. The same verb again returns the first
 * outcome; another verb completes with {@link AckOutcome#REFUSED}. After the subscription has given
 * the delivery up (closed, deadline passed) every verb says so in its outcome. Thread-safe; the
 * stages never complete exceptionally, and may complete on a thread of the source, so do not block
 * in their continuations.
 */
public interface Delivery {

  /**
   * Which try this is: 1 for the first, one more for each retry in this process. A source that
   * counts redeliveries starts at its own number.
   *
   * @return 1 or more
   */
  int attempt();

  /**
   * When the source will stop waiting for an acknowledgement.
   *
   * @return the deadline by the local clock, or null if the source has none
   */
  @Nullable Instant deadline();

  /**
   * Acknowledges: the event is done with.
   *
   * @return what became of it
   */
  CompletionStage<AckOutcome> ack();

  /**
   * Asks for the event to be delivered again. On a source without {@link Capability#NACK} the
   * failure is reported as if the handler had thrown, and the outcome is {@link
   * AckOutcome#NOT_APPLICABLE}.
   *
   * @param delay how long the source should wait; zero for no wait. Ignored by sources without
   *     {@link Capability#NACK_DELAY}
   * @return what became of it
   */
  CompletionStage<AckOutcome> nack(Duration delay);

  /**
   * Gives the event up for good: it goes to the dead-letter callback and is then acknowledged, so
   * that it does not come back.
   *
   * @param reason why, for the dead letter; must not hold a secret
   * @return what became of the acknowledgement
   */
  CompletionStage<AckOutcome> reject(String reason);

  /**
   * Asks the source for more time.
   *
   * @param by how much longer, from now
   * @return what became of it; the delivery stays open
   */
  CompletionStage<AckOutcome> extend(Duration by);

  /**
   * Announces that this delivery will be settled later, maybe on another thread: the return of the
   * handler no longer acknowledges. Until it is settled it counts as in progress, so a {@linkplain
   * Concurrency#serial() serial} subscription waits for it.
   */
  void defer();
}
