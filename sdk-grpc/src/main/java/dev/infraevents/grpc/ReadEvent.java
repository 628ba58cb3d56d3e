package dev.infraevents.grpc;

import dev.infraevents.AckOutcome;
import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * An event of an invocation on its way to the handler of the queue's subscription.
 *
 * @param event the event
 * @param onHandled run when it has been handled, or is not wanted
 * @param onFailed run when it could not be handled
 */
record ReadEvent(Event<BuildProgress> event, Runnable onHandled, Runnable onFailed)
    implements InboundMessage<EngFlowPayload>, Settlement {

  private static final CompletionStage<AckOutcome> NOTHING_TO_SEND =
      CompletableFuture.completedStage(AckOutcome.NOT_APPLICABLE);

  @Override
  public EventType<?> type() {
    return event.type();
  }

  @Override
  public URI source() {
    return event.source();
  }

  @Override
  public @Nullable String subject() {
    return event.subject();
  }

  @Override
  public Map<String, String> attributes() {
    return event.attributes();
  }

  @Override
  @SuppressWarnings("unchecked") // immutable: an event of one kind of payload is one of any
  public Event<EngFlowPayload> decode() {
    return (Event<EngFlowPayload>) (Event<?>) event;
  }

  @Override
  public Bytes raw() {
    return event.raw();
  }

  @Override
  public Settlement settlement() {
    return this;
  }

  @Override
  public CompletionStage<AckOutcome> ack() {
    onHandled.run();
    return NOTHING_TO_SEND;
  }

  @Override
  public CompletionStage<AckOutcome> nack(Duration delay) {
    onFailed.run();
    return NOTHING_TO_SEND;
  }

  @Override
  public CompletionStage<AckOutcome> extend(Duration by) {
    return NOTHING_TO_SEND;
  }

  @Override
  public @Nullable Instant deadline() {
    return null; // the notification has one; its invocation may take longer
  }
}
