package dev.infraevents.grpc;

import dev.infraevents.Bytes;
import dev.infraevents.Event;
import dev.infraevents.EventType;
import dev.infraevents.engflow.BuildProgress;
import dev.infraevents.engflow.EngFlowPayload;
import dev.infraevents.spi.InboundMessage;
import dev.infraevents.spi.Settlement;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event of an invocation on its way to the handler of the queue's subscription.
 *
 * @param event the event
 * @param settlement tells the read what became of it
 */
record ReadEvent(Event<BuildProgress> event, Settlement settlement)
    implements InboundMessage<EngFlowPayload> {

  ReadEvent(Event<BuildProgress> event, Runnable onHandled, Runnable onFailed) {
    this(event, new ReadSettlement(onHandled, onFailed));
  }

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
}
