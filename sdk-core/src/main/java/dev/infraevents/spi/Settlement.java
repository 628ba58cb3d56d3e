package dev.infraevents.spi;

import dev.infraevents.AckOutcome;
import dev.infraevents.internal.delivery.NoSettlement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Settles one message on the connection that brought it. The core calls {@link #ack} or {@link
 * #nack} once at most, on any thread; implementations do not block, and answer {@link
 * AckOutcome#STREAM_GONE} once their connection has ended.
 */
public interface Settlement {

  /**
   * Acknowledges.
   *
   * @return what became of it
   */
  CompletionStage<AckOutcome> ack();

  /**
   * Leaves the message to be delivered again.
   *
   * @param delay how long the source should wait
   * @return what became of it; {@link AckOutcome#NOT_APPLICABLE} where the source can not be told
   *     and redelivers by itself
   */
  CompletionStage<AckOutcome> nack(Duration delay);

  /**
   * Asks for more time.
   *
   * @param by how much, from now
   * @return what became of it
   */
  CompletionStage<AckOutcome> extend(Duration by);

  /**
   * The message had no room and will not be handled, nor settled. Called on any thread; must not
   * block.
   */
  default void dropped() {}

  /**
   * When the source will stop waiting; may change after {@link #extend}.
   *
   * @return the deadline by the local clock, or null if there is none
   */
  @Nullable Instant deadline();

  /**
   * For sources that know no acknowledgements.
   *
   * @return a settlement all of whose verbs are {@link AckOutcome#NOT_APPLICABLE}
   */
  static Settlement none() {
    return NoSettlement.INSTANCE;
  }
}
